// The recorded override: a locker is opened for a signed-in operator or organiser, with a reason.
//
// Each press is sent once. The box never repeats a pulse, and neither does this page: without an
// answer a person looks at the locker first.

import { make } from "./dom.js";
import { withCommands } from "./prompt.js";
import { N_, READS, _ } from "./words.js";

const REASONS = [N_("The prize is stuck"), N_("Something was left inside"), N_("The locker is being checked")];
const OUTCOMES = {
  done: N_("Locker {locker} was opened: {reason}"),
  failed: N_("Nothing was sent to locker {locker}: {why}"),
  unknown: N_("Look at locker {locker} before you open it again: {why}"),
};
const UNANSWERED = N_("The box does not answer. Look at locker {locker} before you open it again.");
const SIGN_IN = N_(
  "Only a signed-in operator or organiser may do this. Open your invitation on this screen, or use `boxd lockers open {locker}` on the box.",
);
const ANSWER_MS = 15_000;
const GUARD_MS = 400; // a second tap on the locker's tile presses nothing here

let asked = null; // the locker that the panel is about
let guardedUntil = 0;

// The panel, made once; `askOverride` fills and opens it.
export function overridePanel() {
  return make("div", { id: "override", popover: true, class: "panel", "aria-live": "polite" });
}

export function isOverriding() {
  return panel()?.matches(":popover-open") ?? false;
}

export function askOverride(locker) {
  asked = locker.id;
  guardedUntil = performance.now() + GUARD_MS;
  const words = { locker: asked };
  panel().replaceChildren(
    make("h2", {}, _("Open locker {locker}?", words)),
    make("p", {}, _("It opens at once. Your name and the reason are recorded.")),
    ...REASONS.map((reason, place) => reasonButton(_(reason), String(place + 1))),
    ownReason(),
  );
  panel().showPopover();
}

// Keys while the panel is open: the number of a reason. Others are not for the question behind it.
export function overrideKey(event) {
  if (document.activeElement?.tagName === "INPUT") return;
  panel().querySelector(`[data-reason-key="${CSS.escape(event.key)}"]`)?.click();
}

function panel() {
  return document.getElementById("override");
}

function reasonButton(reason, key) {
  return make("button", { type: "button", class: "reason-choice", "data-reason-key": key, onclick: () => open(reason) }, make("kbd", {}, key), reason);
}

function ownReason() {
  const input = make("input", { name: "reason", maxlength: 100, "aria-label": _("Another reason"), placeholder: _("Another reason") });
  const form = make("form", {}, input, make("button", { type: "submit" }, _("Open")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) open(input.value.trim());
  });
  return form;
}

async function open(reason) {
  if (performance.now() < guardedUntil) return;
  const locker = asked;
  tell(locker, _("One moment…"));
  const words = await send(locker, reason);
  if (asked === locker) tell(locker, words);
}

function tell(locker, words) {
  const close = make("button", { type: "button", onclick: () => panel().hidePopover() }, _("Close"));
  panel().replaceChildren(make("h2", {}, _("Locker {locker}", { locker })), make("p", { class: "outcome" }, ...withCommands(words)), close);
  close.focus();
}

async function send(locker, reason) {
  try {
    const response = await fetch(`/api/v1/lockers/${locker}/open`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...READS },
      body: JSON.stringify({ reason }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const answer = await response.json();
    if (response.status === 401) return _(SIGN_IN, { locker });
    if (!response.ok) return answer.detail;
    return _(OUTCOMES[answer.outcome] ?? OUTCOMES.unknown, { locker, reason, why: answer.note });
  } catch {
    return _(UNANSWERED, { locker });
  }
}
