// What reports whether a locker is open: the door's switch, the latch's own contact,
// or only the operator's eyes.

import { N_, _ } from "./words.js";

const TOLD = {
  door: {
    open: ["door-open", "ask", N_("Door open")],
    closed: ["door-shut", "good", N_("Door closed")],
    unknown: ["question", "ask", N_("Door unknown")],
  },
  feedback: {
    open: ["latch", "ask", N_("Latch open")],
    closed: ["lock", "good", N_("Latch closed")],
    unknown: ["question", "ask", N_("Latch unknown")],
  },
};
const NOBODY = ["eye", "soft", N_("No switch")];
const WORDS = {
  door: N_("its door switch shows whether it opened"),
  feedback: N_("its latch shows whether it opened"),
  operator: N_("nothing shows whether it opened: the operator is asked"),
};

const SAID = { "the pulse began": N_("the pulse began"), "the board pulsed": N_("the board sent the pulse") };

// What the latch's device says of a pulse, which is not yet a door that opened.
function said(locker) {
  return locker.confirmation ? `; ${_("its device says of the pulse: {answer}", { answer: _(SAID[locker.confirmation] ?? locker.confirmation) })}` : "";
}

export function told(locker) {
  const [picture, tone, words] = TOLD[locker?.believed]?.[locker.door] ?? (locker?.believed === "operator" ? NOBODY : TOLD.door.unknown);
  return [picture, tone, _(words)];
}

export function whoTells(locker) {
  return `${_("Locker {locker}", { locker: locker.id })}: ${_(WORDS[locker.believed] ?? WORDS.operator)}${said(locker)}`;
}
