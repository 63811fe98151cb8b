// The drawn front: keypads, lamps, buzzers and doors, made once and then set to each state.

import { icon, make } from "./dom.js";
import { _, N_, ngettext } from "./words.js";

export const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "Cancel", "0", "Enter"];
const LAMPS = { standby: N_("Standby"), success: N_("Success"), failure: N_("Failure") };
const FLASH_MS = 450;

export function keypad(onKey) {
  const keys = KEYS.map((key) =>
    make(
      "button",
      {
        type: "button",
        class: `key key-${key.toLowerCase()}`,
        "data-key": key,
        onclick: (event) => {
          if (event.detail > 0) event.currentTarget.blur();
          onKey(key);
        },
      },
      key,
    ),
  );
  return make("div", { class: "keypad" }, ...keys);
}

export function bay(id, name, lockers, { onKey, onDoor }) {
  const lamps = Object.entries(LAMPS).map(([lamp, words]) =>
    make("div", { class: `lamp ${lamp}`, "data-lamp": lamp, "data-lit": "false" }, make("i"), _(words)),
  );
  return make(
    "article",
    { class: "bay", "data-bay": id },
    make("h2", {}, name),
    make(
      "div",
      { class: "panel" },
      keypad(onKey),
      make(
        "div",
        { class: "signals" },
        ...lamps,
        make("div", { class: "buzzer" }, icon("sound"), make("span", {}, _("Buzzer"))),
      ),
      make("div", { class: "unplugged" }, icon("plug"), _("Unplugged")),
    ),
    make("div", { class: "lockers" }, ...lockers.map((locker) => door(locker, onDoor))),
  );
}

function door(locker, onDoor) {
  return make(
    "button",
    { type: "button", class: "locker", "data-locker": locker, "data-door": "closed", onclick: () => onDoor(locker) },
    make("span", { class: "inside" }, icon("gift"), make("span", { class: "prize" }), make("span", { class: "hint" }, _("click to close"))),
    make(
      "span",
      { class: "leaf" },
      make("strong", {}, String(locker)),
      make("span", { class: "marks" }),
      make("i", { class: "handle" }),
    ),
    make("span", { class: "pulses" }),
  );
}

export function setBay(element, state) {
  element.classList.toggle("away", !state.connected);
  for (const lamp of element.querySelectorAll("[data-lamp]")) {
    lamp.dataset.lit = String(Boolean(state.lamps[lamp.dataset.lamp]));
  }
  const buzzer = element.querySelector(".buzzer");
  if (buzzer.dataset.count !== undefined && Number(buzzer.dataset.count) !== state.buzzer.count) {
    flash(buzzer);
  }
  buzzer.dataset.count = state.buzzer.count;
  buzzer.classList.toggle("sounding", state.buzzer.sounding);
}

export function setLocker(element, state, prize) {
  if (element.dataset.pulses !== undefined && Number(element.dataset.pulses) < state.pulses) {
    flash(element);
  }
  Object.assign(element.dataset, { door: state.door, pulses: state.pulses, full: prize !== "" });
  element.title = state.door === "open" ? _("Click to close the door") : _("Locked: only a pulse opens it");
  const locker = element.dataset.locker;
  const said = state.door === "open" ? _("Locker {locker}, open: close it", { locker }) : _("Locker {locker}, closed", { locker });
  element.setAttribute("aria-label", said);
  element.querySelector(".prize").textContent = prize;
  element.querySelector(".pulses").textContent = ngettext("{count} pulse", "{count} pulses", state.pulses);
  const marks = [state.door_switch ? "" : _("no door switch"), state.jammed ? _("jammed") : ""];
  element.querySelector(".marks").textContent = marks.filter(Boolean).join(" · ");
}

export function flash(element) {
  element.classList.add("flash");
  setTimeout(() => element.classList.remove("flash"), FLASH_MS);
}
