// The simulated front: presses keys, moves doors, breaks parts, and shows what the box does.

import { make, show } from "./dom.js";
import { faultPanel } from "./faults.js";
import * as front from "./front.js";
import { lightPanel } from "./lights.js";
import { watch } from "./live.js";
import { _, READS } from "./words.js";

const SNAPSHOT_MS = 2_000; // what the front shows of the box besides: names, what lies in a locker

const place = (id) => document.getElementById(id);
let box = null; // the box's snapshot: which locker belongs to which bay, names, devices
let state = null;
let activeBay = null;

async function post(url, body) {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...READS },
      body: JSON.stringify(body),
    });
    const problem = response.ok ? null : await response.json();
    place("said").textContent = problem?.detail ?? "";
  } catch {
    place("said").textContent = _("The box does not answer.");
  }
}

// Keys of one keypad keep their order: those typed while a request is under way go together.
const waiting = new Map();

async function pressKey(url, key) {
  const queue = waiting.get(url);
  if (queue) {
    queue.push(key);
    return;
  }
  const keys = [key];
  waiting.set(url, keys);
  while (keys.length) await post(url, { keys: keys.splice(0) });
  waiting.delete(url);
}

function bayKey(id, key) {
  activate(id);
  pressKey(`/sim/api/bays/${encodeURIComponent(id)}/keys`, key);
}

function activate(id) {
  activeBay = id;
  for (const element of document.querySelectorAll("#cabinet .bay")) {
    element.classList.toggle("active", element.dataset.bay === id);
  }
}

function moveDoor(locker) {
  if (state.lockers[locker].door === "open") setDoor(locker, "closed");
  else front.flash(document.querySelector(`[data-locker="${locker}"]`));
}

function setDoor(locker, to) {
  post(`/sim/api/lockers/${locker}/door`, { state: to });
}

function lockersOf(bay) {
  const known = box?.lockers.filter((locker) => locker.bay === bay).map((locker) => locker.id);
  return known ?? [];
}

function build() {
  const bays = Object.keys(state.bays).map((id) => ({
    id,
    name: box?.bays.find((bay) => bay.id === id)?.name || id,
    lockers: lockersOf(id),
  }));
  const built = show(place("cabinet"), bays, () =>
    bays.map(({ id, name, lockers }) =>
      front.bay(id, name, lockers, { onKey: (key) => bayKey(id, key), onDoor: moveDoor }),
    ),
  );
  if (built) activate(activeBay ?? bays[0]?.id);
  const devices = box?.devices.map((device) => device.name) ?? [];
  const lockers = Object.keys(state.lockers);
  if (show(place("faults"), [devices, lockers], () => [])) {
    faultPanel(place("faults"), devices, lockers, {
      onFault: (device, fault, key) => post("/sim/api/faults", { device, fault, ...(key ? { key } : {}) }),
      onOpen: (locker) => setDoor(locker, "open"),
    });
  }
  if (show(place("lights"), bays.map(({ id, name }) => [id, name]), () => [])) {
    lightPanel(place("lights"), bays, (bay, name, moment) =>
      post(`/api/v1/bays/${encodeURIComponent(bay)}/lights`, { show: name, moment }),
    ).catch(() => {}); // the box refuses, and its own page says why
  }
  show(place("operator"), "once", () => [
    make("h2", {}, _("Operator's keys")),
    front.keypad((key) => pressKey("/sim/api/operator/keys", key)),
  ]);
}

function render() {
  if (!state) return;
  build();
  place("operator").classList.toggle("away", !state.operator.connected);
  for (const element of document.querySelectorAll("#cabinet .bay")) {
    front.setBay(element, state.bays[element.dataset.bay]);
  }
  for (const element of document.querySelectorAll("#cabinet .locker")) {
    const id = element.dataset.locker;
    const prize = box?.lockers.find((locker) => String(locker.id) === id)?.prize ?? "";
    front.setLocker(element, state.lockers[id], prize);
  }
}

async function readSnapshot() {
  try {
    const response = await fetch("/snapshot", { cache: "no-store" });
    if (response.ok) box = await response.json();
  } catch {
    return; // the banner says so already
  }
  render();
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || !activeBay) return;
  const onControl = ["BUTTON", "A", "SELECT"].includes(document.activeElement?.tagName);
  if (onControl && !/^\d$/.test(event.key)) return;
  const key = { Escape: "Cancel", Backspace: "Cancel" }[event.key] ?? event.key;
  if (!front.KEYS.includes(key)) return;
  event.preventDefault();
  const element = document.querySelector(`#cabinet .bay.active [data-key="${key}"]`);
  if (element) front.flash(element);
  bayKey(activeBay, key);
}

function setConnected(connected) {
  document.body.classList.toggle("lost", !connected);
  place("banner").hidden = connected;
  if (!connected) place("banner").textContent = _("Connection to the box lost, trying again…");
}

document.addEventListener("keydown", onKey);
setInterval(() => document.hidden || readSnapshot(), SNAPSHOT_MS);
watch("/sim/events", {
  onState: (next) => {
    state = next;
    if (box) render();
    else readSnapshot();
  },
  onConnected: () => setConnected(true),
  onLost: () => setConnected(false),
});
