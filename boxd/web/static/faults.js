// What can go wrong with a part, as buttons: choose the part, then what happens to it.

import { make } from "./dom.js";
import { KEYS } from "./front.js";
import { _, N_ } from "./words.js";

const OF_DEVICES = [
  ["unplug", N_("Unplug")],
  ["replug", N_("Replug")],
  ["duplicate", N_("Twin appears")],
  ["unduplicate", N_("Twin goes")],
  ["hang", N_("Board hangs")],
  ["out-of-step", N_("Board is out of step")],
  ["oldest", N_("Oldest firmware")],
  ["newest", N_("Newest firmware")],
  ["stick", N_("Key sticks")],
  ["unstick", N_("Key is free")],
];
const OF_LOCKERS = [
  ["jam", N_("Latch jams")],
  ["unjam", N_("Latch is free")],
  ["spring", N_("Opens by itself")],
  ["by-hand", N_("Open by hand")],
];

// onFault(device, fault, key); onOpen(locker) opens a door as a person with a key would
export function faultPanel(place, devices, lockers, { onFault, onOpen }) {
  const parts = [
    ...devices.map((name) => ({ id: name, words: name, faults: OF_DEVICES })),
    ...lockers.map((locker) => ({ id: `locker-${locker}`, words: _("Locker {locker}", { locker }), locker, faults: OF_LOCKERS })),
  ];
  const actions = make("div", { class: "actions" });
  const chooser = make("select", { "aria-label": _("part") }, ...parts.map(({ id, words }) => make("option", { value: id }, words)));
  const choose = () => {
    const part = parts.find(({ id }) => id === chooser.value);
    const key = part.locker ? "" : keyChoice();
    actions.replaceChildren(...part.faults.map(([fault, words]) => button(_(words), () => act(part, fault, key))), key);
  };
  const act = (part, fault, key) => {
    if (fault === "by-hand") onOpen(part.locker);
    else onFault(part.id, fault, fault.endsWith("stick") ? key.querySelector("select").value : undefined);
  };
  chooser.addEventListener("change", choose);
  place.replaceChildren(make("h2", {}, _("Break"), " "), actions);
  place.firstChild.append(chooser);
  if (parts.length) choose();
}

function button(words, onclick) {
  return make("button", { type: "button", onclick }, words);
}

function keyChoice() {
  return make("label", {}, _("which key:"), " ", make("select", {}, ...KEYS.map((key) => make("option", {}, key))));
}
