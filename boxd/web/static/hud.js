// The operator's screen: shows the newest snapshot, takes answers by touch and by keyboard.

import { forgetAllBut, forgetReasons, press, pressedAt } from "./answers.js";
import { tick } from "./clock.js";
import { icon, make, show } from "./dom.js";
import { lookForFirstInvitation } from "./first.js";
import { cut, fit, makeRoom } from "./fit.js";
import * as lists from "./lists.js";
import { watch } from "./live.js";
import { isOverriding, overrideKey, overridePanel } from "./override.js";
import { giveWay, isRecovering, recoveryButton, recoveryKey, recoveryPanel } from "./recovery.js";
import { hear, isChoosingSounds, soundButton, soundPanel } from "./sounds.js";
import { N_, _ } from "./words.js";
import { bayName, optionsOf, outView, playbookView, promptView, restView } from "./prompt.js";

const NEXT_KEY = "0"; // as on the operator's pad
const LEDGER = { whole: N_("Records OK"), damaged: N_("Records damaged"), unusable: N_("Records unusable") };
const TEMPORAL = {
  up: N_("Temporal up"),
  external: N_("Temporal elsewhere"),
  starting: N_("Temporal starting"),
  down: N_("Temporal down"),
};
const GUARD_MS = 400; // a button that appears under a finger is not pressed by it

const CHOSEN_MS = 30_000; // then this screen and the operator's pad speak of the same prompt again

const place = (id) => document.getElementById(id);
let snapshot = null;
let connected = false;
let chosen = ""; // the redemption that was tapped in the queue, for a while
let chosenUntil = 0;
// What is open on this screen: `opened` and `page` null are as the operator's pad has them, which
// was `shown` last; `search` are the letters that find a prize.
const AS_THE_PAD = { opened: null, page: null, search: "" };
let menu = { prompt: null, shown: "", ...AS_THE_PAD };
let asked = "";
let about = "";
let guardedUntil = 0;
let firstInvitation = null; // the picture, while the box has no organiser

function currentPrompt() {
  const { prompts } = snapshot;
  if (performance.now() > chosenUntil) chosen = "";
  return (
    prompts.find((prompt) => prompt.redemption === chosen) ??
    prompts.find((prompt) => prompt.focused) ??
    prompts[0] ??
    null
  );
}

function openMenu(prompt) {
  const opened = menu.prompt === prompt.id && menu.opened !== null ? menu.opened : prompt.menu;
  return opened in prompt.menus ? opened : "";
}

// The menu that is open, the page of it, and what was typed to find a prize.
function choiceAt(prompt) {
  const isOurs = menu.prompt === prompt.id;
  const page = isOurs && menu.page !== null ? menu.page : prompt.page;
  return { menu: openMenu(prompt), page, search: isOurs ? menu.search : "" };
}

function onState(next) {
  const focused = next.prompts.find((prompt) => prompt.focused);
  if (padMoved(next)) chosen = "";
  const shown = focused ? `${focused.menu} ${focused.page}` : "";
  if (focused && shown !== menu.shown) menu = { ...menu, ...AS_THE_PAD };
  menu.shown = shown;
  snapshot = next;
  hear(snapshot);
  forgetAllBut(snapshot.prompts);
  const prompt = currentPrompt();
  if (prompt) forgetOldReason(prompt);
  render();
}

// Whether somebody turned the operator's pad to another prompt while the previous one is open.
function padMoved(next) {
  const before = snapshot?.prompts.find((prompt) => prompt.focused)?.redemption;
  const now = next.prompts.find((prompt) => prompt.focused)?.redemption;
  return before !== now && next.prompts.some((prompt) => prompt.redemption === before && prompt.options.length);
}

function forgetOldReason(prompt) {
  const { since, reminders, focused, menu: _menu, ...rest } = prompt;
  const door = snapshot.lockers.find((locker) => locker.id === prompt.locker)?.door;
  const now = JSON.stringify([rest, door, snapshot.health.state]);
  if (now !== about) forgetReasons(prompt);
  about = now;
}

function render() {
  document.body.classList.toggle("lost", !connected);
  if (!snapshot) return;
  const { health } = snapshot;
  document.body.dataset.health = health.state;
  document.body.dataset.ledger = health.ledger.state;
  document.title = `${snapshot.box.name}: ${_("operator")}`;
  giveWay(snapshot, isAsked());
  drawBar();
  renderPrompt();
  for (const name of ["alarms", "bays", "lockers", "stock", "devices", "events"]) {
    const needed = neededFor(name);
    show(place(name), needed, () => lists[name](snapshot));
  }
  place("stock").dataset.many = snapshot.stock.length > 4;
  makeRoom(document.querySelector("aside"));
  cutAll();
  tick();
}

function drawBar(isForced = false) {
  show(place("bar"), [snapshot.box, snapshot.rehearsal, snapshot.closed, snapshot.health, isAsked(), isForced && performance.now()], barView);
}

// Lists show as many rows as have room, and count the rest.
function cutAll() {
  cut(place("stock"), (count) => _("and {count} more", { count }));
  cut(place("devices"), (count) => _("and {count} more", { count }));
}

function neededFor(name) {
  if (name === "alarms") return [snapshot.alarms, lists.mostAlarms(snapshot)];
  if (name === "bays") return [snapshot.bays, lockedFrom()];
  return name === "devices" ? [snapshot.devices, snapshot.strangers, upstreamShown()] : snapshot[name];
}

// While answers wait for Temporal, codes are taken and the questions are shown: an answer may still arrive in time.
function isServing() {
  return ["ready", "answers_wait"].includes(snapshot.health.state);
}

// Whether a claim asks a person something: nothing hides its question.
function isAsked() {
  return isServing() && snapshot.prompts.some((prompt) => prompt.options.length > 0);
}

// Not how much was delivered ever, which is not on the screen.
function upstreamShown() {
  const { delivered: _delivered, delivered_at: _at, ...shown } = snapshot.upstream ?? {};
  return shown;
}

// A lock counts from the snapshot's time, so each snapshot then redraws the bays.
function lockedFrom() {
  return snapshot.bays.some((bay) => bay.locked_for_s > 0) ? snapshot.at : "";
}

function renderPrompt() {
  const serving = isServing();
  const prompt = serving ? currentPrompt() : null;
  const area = place("prompt");
  const playbook = serving && !prompt ? (snapshot.operator?.recovery ?? null) : null;
  area.dataset.stage = prompt ? prompt.stage : playbook ? "playbook" : serving ? "rest" : "out";
  area.dataset.urgency = prompt ? Math.min(prompt.reminders, 3) : 0;
  const choice = prompt ? choiceAt(prompt) : null;
  document.body.classList.toggle("choosing", choice?.menu === "substitute");
  const isSame = !guard(prompt ? `${prompt.id} ${choice.menu} ${choice.page} ${choice.search}` : "");
  if (prompt) showPrompt(area, prompt, choice, isSame);
  else if (playbook) showPlaybook(area, playbook);
  else if (serving) show(area, [snapshot.bays, snapshot.events[0], firstInvitation], () => restView(snapshot, firstInvitation));
  else if (show(area, [snapshot.health, snapshot.prompts.length], () => outView(snapshot))) fit(area);
  const others = snapshot.prompts.map(({ id, title, locker, bay, since, stage }) => [id, title, locker, bay, since, stage]);
  show(place("queue"), [others, prompt?.id], () => lists.queue(snapshot, prompt, choose));
  speak(prompt ?? playbook);
}

function showPlaybook(area, playbook) {
  const labels = snapshot.operator.key_labels ?? {};
  if (show(area, [playbook, labels], () => playbookView(playbook, labels))) fitWords();
}

// `isSame`: the question was on the screen before, so a focused button keeps its focus.
function showPrompt(area, prompt, choice, isSame) {
  const locker = snapshot.lockers.find((each) => each.id === prompt.locker);
  const pad = padElsewhere(prompt, choice);
  const focused = area.contains(document.activeElement) ? document.activeElement.dataset.option : null;
  const padMessage = prompt.focused ? (snapshot.operator?.message ?? "") : "";
  const how = { choice, elsewhere: pad, padMessage };
  const isNew = show(area, [prompt, locker?.door, how, pressedAt(prompt)], () =>
    promptView(snapshot, prompt, {
      ...how,
      onOption: (option) => take(prompt, option),
      onSearch: (search) => searchFor(prompt, search),
    }),
  );
  if (!isNew) return;
  fitWords();
  if (focused && isSame) area.querySelector(`[data-option="${CSS.escape(focused)}"]`)?.focus();
}

function fitWords() {
  fit(document.querySelector("#prompt .words, #prompt[data-stage='out']"));
}

// The prompt that the operator's pad answers, if this screen shows another.
function padElsewhere(prompt, { menu: opened, page, search }) {
  const focused = snapshot.prompts.find((each) => each.focused);
  if (focused && focused.id !== prompt.id) {
    return _("The keypad still answers locker {locker} ({bay}). Use this screen for this one.", { locker: focused.locker, bay: bayName(snapshot, focused.bay) });
  }
  if (opened !== prompt.menu) return _("You opened this list here; the keypad still answers the previous question.");
  if (opened === "substitute" && (search || page !== prompt.page)) {
    return _("The keypad still chooses from page {page} of all prizes. Use this screen for this one.", { page: prompt.page + 1 });
  }
  return "";
}

// Whether `question` is a new one, whose buttons can't be pressed yet.
function guard(question) {
  if (question === asked) return false;
  asked = question;
  guardedUntil = performance.now() + GUARD_MS;
  document.body.classList.add("guarded");
  setTimeout(() => {
    if (performance.now() >= guardedUntil - 5) document.body.classList.remove("guarded");
  }, GUARD_MS);
  return true;
}

// asked: a claim's prompt, or a playbook's question
function speak(asked) {
  const text = asked ? `${asked.title}. ${asked.text} ${pressedAt(asked)?.why ?? asked.message ?? ""}` : "";
  const { state, why } = snapshot.health;
  const spoken = text || (state === "ready" ? _("Ready") : `${_("Out of service")}. ${why}`);
  if (place("spoken").textContent !== spoken) place("spoken").textContent = spoken;
}

function take(prompt, option) {
  if (!connected || performance.now() < guardedUntil || pressedAt(prompt)?.pending) return;
  if (prompt.redemption === chosen) chosenUntil = performance.now() + CHOSEN_MS;
  if (option.answer) press(prompt, option, render);
  else {
    const { menu: opened, page, search } = choiceAt(prompt);
    const isPaging = option.opens && option.opens === opened;
    const next = isPaging ? { page: page + 1, search } : { page: 0, search: "" };
    menu = { ...menu, prompt: prompt.id, opened: option.opens, ...next };
    render();
  }
}

function searchFor(prompt, search) {
  menu = { ...menu, prompt: prompt.id, opened: openMenu(prompt), page: 0, search };
  render();
}

function choose(prompt) {
  chosen = prompt.redemption;
  chosenUntil = performance.now() + CHOSEN_MS;
  render();
}

function chooseNext(prompt) {
  const { prompts } = snapshot;
  choose(prompts[(prompts.indexOf(prompt) + 1) % prompts.length]);
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || !snapshot || isChoosingSounds()) return;
  if (isOverriding()) return overrideKey(event);
  if (isRecovering()) return recoveryKey(event);
  const onButton = document.activeElement?.tagName === "BUTTON" || document.activeElement?.tagName === "A";
  if (onButton && (event.key === "Enter" || event.key === " ")) return;
  const key = { Escape: "Cancel", Backspace: "Cancel" }[event.key] ?? event.key;
  const prompt = isServing() ? currentPrompt() : null;
  if (!prompt) return;
  const choice = choiceAt(prompt);
  if (choice.menu === "substitute" && typedLetter(prompt, choice, event)) return;
  const option = optionsOf(prompt, choice).find((each) => each.key === key);
  if (key === NEXT_KEY && !option) chooseNext(prompt);
  if (!option) return;
  event.preventDefault();
  take(prompt, option);
}

// Whether a key of the keyboard has changed what is looked for: letters, and back.
function typedLetter(prompt, { search }, event) {
  const isLetter = [...event.key].length === 1 && /\p{L}/u.test(event.key);
  const isBack = search && ["Backspace", "Escape"].includes(event.key);
  if (!isLetter && !isBack) return false;
  event.preventDefault();
  searchFor(prompt, isLetter ? search + event.key : event.key === "Escape" ? "" : search.slice(0, -1));
  return true;
}

function barView() {
  const { box, health } = snapshot;
  return [
    make("h1", {}, box.name),
    make("span", { class: "soft" }, box.id),
    box.simulation ? make("a", { class: "pill ask", href: "/sim" }, _("Simulation: open the front")) : "",
    snapshot.rehearsal ? make("strong", { class: "pill work" }, icon("warning"), _("REHEARSAL: its codes do not count")) : "",
    snapshot.closed ? make("strong", { class: "pill bad" }, icon("warning"), _("CLOSED: the event is over")) : "",
    make("span", { class: "spring" }),
    ...healthPills(health),
    recoveryButton(isAsked()),
    soundButton(),
    make("span", { class: "soft small" }, `boxd ${box.boxd}${box.package ? ` (${_("package {version}", { version: box.package })})` : ""}`),
  ].filter((part) => part !== "");
}

function healthPills({ state, temporal, ledger, fleet }) {
  const up = temporal.state === "up" || temporal.state === "external";
  const pill = (ok, words, waiting) =>
    make("span", { class: `pill ${ok ? "good" : waiting ? "work" : "bad"}` }, icon(ok ? "check" : "warning"), words);
  return [
    ...(state === "answers_wait" ? [] : [pill(ledger.state === "whole", _(LEDGER[ledger.state] ?? LEDGER.unusable))]),
    pill(up, _(TEMPORAL[temporal.state] ?? TEMPORAL.down), temporal.state === "starting"),
    ...(state === "answers_wait" ? [pill(false, _("Codes are accepted, lockers open later"), true)] : []),
    ...(fleet.state ? [fleetPill(fleet)] : []),
  ];
}

// Being alone is no fault: the hall may have no network.
function fleetPill({ state, why }) {
  const isConnected = state === "connected";
  const words = isConnected ? _("Connected to the other boxes") : _("Alone: codes of other boxes are sent there");
  return make("span", { class: isConnected ? "pill good" : "pill", title: why }, icon(isConnected ? "check" : "warning"), words);
}

function onFirstInvitation(picture) {
  firstInvitation = picture;
  render();
}

function onConnected() {
  connected = true;
  lookForFirstInvitation(onFirstInvitation);
  place("banner").hidden = true;
  render();
  fitWords(); // the banner's room is theirs again
}

function onLost() {
  connected = false;
  const banner = place("banner");
  if (banner.hidden || !snapshot) {
    banner.replaceChildren(icon("plug"), snapshot ? _("Connection to the box lost, trying again…") : _("No connection to the box, trying again…"));
  }
  banner.hidden = false;
  render();
  fitWords(); // the banner takes some of their room
}

document.body.append(soundPanel(() => drawBar(true)), overridePanel(), recoveryPanel());
document.addEventListener("keydown", onKey);
window.addEventListener("resize", () => {
  fitWords();
  if (snapshot) render();
});
setInterval(() => {
  tick();
  if (snapshot && chosen && performance.now() > chosenUntil) render();
}, 1000);
watch("/events", { onState, onConnected, onLost });
