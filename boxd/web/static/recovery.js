// Playbooks on the operator's screen: started, and answered question by question, by who is signed in.
//
// A claim's question goes first: it closes the panel, and the window of the console that was opened
// here. A playbook waits. An answer names the question that was on the screen, because somebody
// else may have answered it meanwhile.

import { newId } from "./answers.js";
import { icon, make } from "./dom.js";
import { N_, READS, _ } from "./words.js";

const SIGN_IN = N_("Only a signed-in operator or organiser may do this. Open your invitation on this screen, or use `boxd recover` on the box.");
const UNANSWERED = N_("The box does not answer. Press again.");
const ANSWER_MS = 15_000;
const LOOKS_MS = 2_000; // while the panel is open, since others answer, too
const GUARD_MS = 400; // a button that appears under a finger is not pressed by it
const PATH = "/api/v1/recoveries";
const GIVE_UP = "give-up";
const NEXT_KEY = "0"; // as at a claim's question

let box = { lockers: [], stock: [] };
let watched = ""; // what was started or answered here last
let chosen = ""; // the question that is shown, where several wait
let drawn = "";
let turn = 0; // only what was asked last is drawn
let guardedUntil = 0;
let refused = ""; // why the last press was not taken
let unsent = null; // a press without an answer: the same press again counts once
let looking = null; // the console's window

// The button of the bar. It waits while a claim asks something.
export function recoveryButton(isAsked) {
  const words = isAsked ? _("A claim asks something: that comes first") : _("When something stands still");
  return make("button", { type: "button", class: "in-bar", title: words, "aria-label": words, popovertarget: "recovery", disabled: isAsked }, icon("tool"));
}

// The panel, made once.
export function recoveryPanel() {
  const made = make("div", { id: "recovery", popover: true, class: "panel", "aria-live": "polite" });
  made.addEventListener("toggle", (event) => {
    refused = "";
    if (event.newState === "open") look();
    else if (made.querySelector("[data-ended]")) watched = "";
  });
  setInterval(() => {
    if (isRecovering() && guardedUntil !== Infinity) look();
  }, LOOKS_MS);
  return made;
}

// Takes what there is in the box, and gives way to a claim's question.
export function giveWay(snapshot, isAsked) {
  box = snapshot;
  if (!isAsked) return;
  if (isRecovering()) panel().hidePopover();
  looking?.close();
  looking = null;
}

export function isRecovering() {
  return panel()?.matches(":popover-open") ?? false;
}

// Keys while the panel is open: the number of a choice. Others are not for the question behind it.
export function recoveryKey(event) {
  const { tagName } = document.activeElement ?? {};
  const isPressing = event.key === "Enter" || event.key === " ";
  if (tagName === "SELECT" || (tagName === "INPUT" && !isPressing)) return;
  if (isPressing && ["BUTTON", "SUMMARY", "A"].includes(tagName)) return;
  panel().querySelector(`[data-choice-key="${CSS.escape(event.key)}"]`)?.click();
}

function panel() {
  return document.getElementById("recovery");
}

async function look() {
  const mine = ++turn;
  const [open, books] = [await ask("GET", PATH), await ask("GET", "/api/v1/playbooks")];
  if (mine !== turn) return;
  const trouble = open.why || books.why;
  if (trouble) return draw(trouble, () => [complaint(trouble)]);
  const { recoveries } = open.said;
  const shown = JSON.stringify([refused, recoveries, chosen, watched, books.said, places()]);
  draw(shown, () => view(recoveries, books.said.playbooks));
}

function places() {
  return [box.lockers.map((each) => each.id), box.stock.map((each) => each.sku)];
}

// Nothing is drawn that is there already: somebody may be typing.
function draw(what, parts) {
  if (guardedUntil === Infinity) guardedUntil = performance.now() + GUARD_MS;
  if (what === drawn) return;
  drawn = what;
  guardedUntil = performance.now() + GUARD_MS;
  const close = make("button", { type: "button", onclick: () => panel().hidePopover() }, _("Close"));
  panel().replaceChildren(make("h2", {}, _("When something stands still")), ...parts().filter((part) => part !== ""), close);
  const first = ["[data-recovery] input", "[data-recovery]", "[data-ended]"].map((each) => panel().querySelector(each)).find(Boolean);
  first?.focus();
}

function complaint(why) {
  return make("p", { class: "why", role: "alert" }, why);
}

function view(recoveries, playbooks) {
  const asking = recoveries.filter((each) => each.question && !each.ended_at).sort((one, other) => isOurs(other) - isOurs(one));
  const shown = asking.find((each) => each.id === chosen) ?? asking[0];
  const over = recoveries.find((each) => each.id === watched && each.ended_at);
  return [
    refused ? complaint(refused) : "",
    over ? end(over, recoveries.filter(isOurs)) : "",
    shown ? question(shown, asking) : "",
    make("details", { open: !shown }, make("summary", {}, _("Start a playbook")), ...playbooks.map(offer)),
    make("p", {}, link("/o/recovery", _("More in the console")), " · ", link("/o/look-back", _("Looking back"))),
  ];
}

function isOurs(recovery) {
  return recovery.id === watched || recovery.id.startsWith(`${watched}.`);
}

// The console opens beside this screen, which goes on listening for claims.
function link(path, words) {
  const made = make("a", { href: path }, words);
  made.addEventListener("click", (event) => {
    event.preventDefault();
    looking = window.open(path, "console");
  });
  return made;
}

// How a playbook ended, and what its answers have booked.
function end(recovery, all) {
  const booked = all.flatMap((each) => each.answers).map((each) => each.booked).filter(Boolean);
  return make(
    "article",
    { "data-ended": recovery.id, tabindex: -1 },
    make("h3", {}, recovery.title),
    make("p", {}, icon("check"), ` ${_("Ended")}: ${recovery.outcome}`),
    ...booked.map((each) => make("p", { class: "soft" }, each)),
  );
}

// One question with its choices; each has a key.
function question(recovery, asking) {
  const count = recovery.counts ? make("input", { inputmode: "numeric", maxlength: 7, "aria-label": _("How many") }) : "";
  const choices = [...recovery.choices, { id: GIVE_UP, text: _("End it here") }];
  const keys = recovery.counts ? ["Enter"] : [..."123456789"];
  const next = asking[(asking.indexOf(recovery) + 1) % asking.length].id;
  const goOn = () => {
    if (performance.now() < guardedUntil) return;
    [chosen, refused] = [next, ""];
    look();
  };
  return make(
    "article",
    { "data-recovery": recovery.id, tabindex: -1 },
    make("h3", {}, recovery.title),
    make("p", {}, recovery.question),
    recovery.found ? make("p", {}, `${_("boxd found:")} ${recovery.found}`) : "",
    recovery.left_prize ? make("p", {}, _("Still inside: {sku}", { sku: recovery.left_prize })) : "",
    ...(count ? [count, digits(count)] : []),
    ...choices.map((choice, place) =>
      button(keys[place], choice.text, () => answer(recovery, choice.id, count && choice.id !== GIVE_UP ? count.value.trim() : ""), choice.id),
    ),
    asking.length > 1 ? button(count ? undefined : NEXT_KEY, `${_("Next")} (${asking.length})`, goOn) : "",
  );
}

function button(key, words, onclick, choice) {
  return make("button", { type: "button", class: "reason-choice", "data-choice": choice, "data-choice-key": key, onclick }, key ? make("kbd", {}, key) : "", words);
}

// A panel without a keyboard has digits, too.
function digits(input) {
  const digit = (key, words, press) => make("button", { type: "button", "data-choice-key": key, "aria-label": words, onclick: press }, key === "Backspace" ? icon("cross") : key);
  return make(
    "div",
    { class: "digits" },
    ...[..."1234567890"].map((each) => digit(each, each, () => (input.value += each))),
    digit("Backspace", _("Delete the digits"), () => (input.value = "")),
  );
}

// A playbook that can be started; one about a locker or a prize asks which.
function offer(playbook) {
  const choices = {
    locker: [_("Locker"), box.lockers.map((each) => [each.id, String(each.id)])],
    prize: [_("Prize"), box.stock.map((each) => [each.sku, each.name])],
  };
  const needs = playbook.needs.map((need) => choice(need, ...choices[need]));
  const form = make("form", { "data-playbook": playbook.id, title: playbook.when }, make("span", {}, playbook.title), ...needs, make("button", { type: "submit" }, _("Start")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new FormData(form);
    press(PATH, { playbook: playbook.id, locker: given.has("locker") ? Number(given.get("locker")) : null, sku: given.get("prize") });
  });
  return form;
}

function choice(name, words, values) {
  const options = values.map(([value, text]) => make("option", { value }, text));
  return make("select", { name, required: true, "aria-label": words }, make("option", { value: "" }, words), ...options);
}

function answer(recovery, choice, count) {
  const path = `${PATH}/${encodeURIComponent(recovery.id)}/answers`;
  press(path, { choice, number: recovery.number, count: count === "" ? null : Number(count) });
}

async function press(path, body) {
  if (performance.now() < guardedUntil) return;
  guardedUntil = Infinity;
  turn += 1;
  const what = JSON.stringify([path, body]);
  const key = unsent?.what === what ? unsent.key : newId();
  const { said, why, isLost } = await ask("POST", path, body, key);
  unsent = isLost ? { what, key } : null;
  if (said) watched = said.recovery.id.split(".")[0];
  refused = why;
  await look();
}

// What the box says, or why nothing was done.
async function ask(method, path, body, key) {
  const given = body === undefined ? {} : { body: JSON.stringify(body) };
  const once = key === undefined ? {} : { "Idempotency-Key": key };
  try {
    const response = await fetch(path, {
      method,
      headers: { "Content-Type": "application/json", ...once, ...READS },
      signal: AbortSignal.timeout(ANSWER_MS),
      ...given,
    });
    const said = await response.json();
    if (response.status === 401) return { why: _(SIGN_IN) };
    return response.ok ? { said, why: "" } : { why: said.detail, isLost: response.status >= 500 };
  } catch {
    return { why: _(UNANSWERED), isLost: true };
  }
}
