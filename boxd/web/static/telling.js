// What reports whether a locker is open: the door's switch, the latch's own contact,
// or only the operator's eyes.

const TOLD = {
  door: {
    open: ["door-open", "ask", "Door open"],
    closed: ["door-shut", "good", "Door shut"],
    unknown: ["question", "ask", "Door unknown"],
  },
  feedback: {
    open: ["latch", "ask", "Latch open"],
    closed: ["lock", "good", "Latch shut"],
    unknown: ["question", "ask", "Latch unknown"],
  },
};
const NOBODY = ["eye", "soft", "No switch"];
const WORDS = {
  door: "its door switch tells whether it opened",
  feedback: "its latch tells whether it let go",
  operator: "nothing tells whether it opened: the operator is asked",
};

// What the latch's device says of a pulse, which is not yet a door that opened.
function said(locker) {
  return locker.confirmation ? `; of the pulse its device says: ${locker.confirmation}` : "";
}

export function told(locker) {
  return TOLD[locker?.believed]?.[locker.door] ?? (locker?.believed === "operator" ? NOBODY : TOLD.door.unknown);
}

export function whoTells(locker) {
  return `Locker ${locker.id}: ${WORDS[locker.believed] ?? ""}${said(locker)}`;
}
