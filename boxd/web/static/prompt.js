// The middle of the screen: the present question, or why there is none.

import { pressedAt } from "./answers.js";
import { initials, partOf } from "./choosing.js";
import { icon, inShort, make } from "./dom.js";
import { told } from "./telling.js";
import { _, ngettext } from "./words.js";

const STAGE_ICONS = { load: "gift", open: "latch", ask: "question", jam: "warning", take: "door-shut" };
const CHOICE = "substitute";

export function bayName(snapshot, id) {
  const bay = snapshot.bays.find((each) => each.id === id);
  return bay?.name || id;
}

// Why no code can be typed yet at a bay that is ready itself; "" if one can.
export function keypadTrouble(bay) {
  const isComing = bay.state === "ready" && bay.keypad === "connecting";
  return isComing ? _("Keypad connecting, see Devices") : "";
}

// What the keys choose from while `menu` is open at `page`, `search` being typed: all that is shown.
export function optionsOf(prompt, { menu, page, search }) {
  const options = menu ? (prompt.menus[menu]?.options ?? []) : prompt.options;
  if (menu !== CHOICE) return options;
  const { shown, pages } = partOf(options, page, search);
  const controls = options.filter((option) => !option.answer && (pages > 1 || option.opens !== menu));
  return [...shown, ...controls];
}

// choice: the submenu that is open ("" for none), its page, and what was typed to find a prize;
// elsewhere: what the operator's pad answers instead; padMessage: why a key of the pad was not taken
export function promptView(snapshot, prompt, { choice, elsewhere, padMessage, onOption, onSearch }) {
  const { menu } = choice;
  const locker = snapshot.lockers.find((each) => each.id === prompt.locker);
  const { title, text } = prompt.menus[menu] ?? prompt;
  const options = optionsOf(prompt, choice);
  const press = pressedAt(prompt);
  const reason = press?.why || padMessage;
  return [
    make(
      "div",
      { class: "now" },
      tile(snapshot, prompt),
      photo(snapshot, prompt),
      make(
        "div",
        { class: "words" },
        head(prompt, locker),
        make("h2", {}, title),
        make("p", {}, text),
        menu ? "" : reminders(prompt),
      ),
    ),
    reason ? make("p", { class: "reason" }, icon("warning"), make("span", {}, capitalised(reason))) : "",
    elsewhere ? make("p", { class: "elsewhere" }, icon("keypad"), elsewhere) : "",
    menu === CHOICE ? finder(prompt.menus[menu].options, choice, onSearch) : "",
    optionButtons(options, press, onOption, snapshot.operator?.key_labels ?? {}),
  ].filter((part) => part !== "");
}

function tile(snapshot, prompt) {
  return make(
    "div",
    { class: "tile", "data-wide": String(prompt.locker ?? "").length > 1 },
    make("span", { class: "caption" }, _("Locker")),
    make("strong", {}, String(prompt.locker ?? "–")),
    make("span", { class: "caption" }, bayName(snapshot, prompt.bay)),
  );
}

// What the prize looks like, where the operator has to find it.
function photo(snapshot, prompt) {
  const digest = prompt.stage === "load" ? snapshot.pictures?.[prompt.prize?.sku] : undefined;
  return digest ? make("img", { class: "photo", src: `/pictures/${digest}.jpg`, alt: "" }) : "";
}

function head(prompt, locker) {
  const [picture, tone, words] = told(locker);
  const name = prompt.prize && !prompt.title.includes(prompt.prize.name) ? prompt.prize.name : "";
  return make(
    "div",
    { class: "head" },
    name ? make("span", { class: "prize" }, icon(STAGE_ICONS[prompt.stage] ?? "dot"), make("span", {}, name)) : "",
    make("span", { class: `door ${tone}` }, icon(picture), words),
    make(
      "span",
      { class: "since" },
      icon("clock"),
      make("time", { "data-since": prompt.since, "data-form": "watch" }),
    ),
  );
}

function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// Text between backticks is a command.
export function withCommands(text) {
  return text.split("`").map((part, place) => (place % 2 ? make("code", {}, part) : part));
}

function reminders(prompt) {
  if (!prompt.reminders) return "";
  return make("p", { class: "reminded" }, icon("warning"), ngettext("Someone is waiting ({count} reminder)", "Someone is waiting ({count} reminders)", prompt.reminders));
}

// The page that is shown, and letters to find a prize by: tapped here, or typed on a keyboard.
function finder(options, { page, search }, onSearch) {
  const { page: at, pages, found, isLong } = partOf(options, page, search);
  if (!isLong) return "";
  const tap = (letter) => (event) => {
    event.currentTarget.blur();
    onSearch(letter === search ? "" : letter);
  };
  const letters = initials(options).map((letter) =>
    make("button", { type: "button", class: "letter", "data-letter": letter, "aria-pressed": String(letter === search), onclick: tap(letter) }, letter.toLocaleUpperCase()),
  );
  const typed = search ? `“${search.toLocaleUpperCase()}”: ${found}` : "";
  return make(
    "div",
    { class: "finder" },
    make("span", { class: "place" }, [typed, _("Page {page} of {pages}", { page: at + 1, pages })].filter(Boolean).join(" · ")),
    make("div", { class: "letters" }, ...letters),
  );
}

// labels: what is printed on the pad's keys where that is not the key's name
function optionButtons(options, press, onOption, labels) {
  const buttons = options.map((option) => button(option, press, onOption, labels));
  if (buttons.length === 0) {
    return make("div", { class: "options idle" }, icon("work", "turning"), _("The box is at work"));
  }
  const number = buttons.length > 4 ? "many" : buttons.length > 2 ? "some" : "few";
  return make("div", { class: "options", "data-number": number }, ...buttons);
}

function button(option, press, onOption, labels) {
  const pending = press?.pending && press.option === option.id;
  return make(
    "button",
    {
      type: "button",
      class: `option ${option.tone} ${pending ? "pending" : ""}`,
      "data-option": option.id,
      disabled: Boolean(press?.pending),
      onclick: (event) => {
        if (event.detail > 0) event.currentTarget.blur();
        onOption(option);
      },
    },
    pending ? icon("work", "turning") : option.key ? make("kbd", {}, labels[option.key] ?? option.key) : "",
    make("span", { class: "label", dir: "auto" }, option.label),
    option.note ? make("span", { class: "note" }, ...noteIn(option.note)) : "",
  );
}

// How many are left of a prize: the number alone has to do where names need the room.
function noteIn(note) {
  const number = note.match(/\d+/)?.[0];
  return number ? inShort(note, number) : [note];
}

// A playbook's question, with what the keys of the operator's pad answer; the screen answers in a panel.
export function playbookView({ title, text, found, left_prize: left, counts, typed, is_leaving: isLeaving, message, options, others }, labels) {
  const number = options.length > 4 ? "many" : options.length > 2 ? "some" : "few";
  return [
    make(
      "div",
      { class: "now" },
      make(
        "div",
        { class: "words" },
        make("div", { class: "head" }, make("span", { class: "prize" }, icon("tool"), make("span", {}, title))),
        make("h2", {}, isLeaving ? _("Really end it here?") : text),
        found ? make("p", {}, `${_("boxd found:")} ${found}`) : "",
        left ? make("p", {}, _("Still inside: {sku}", { sku: left })) : "",
        others ? make("p", { class: "soft" }, ngettext("{count} more question waits", "{count} more questions wait", others)) : "",
      ),
      counts && !isLeaving ? make("output", { class: "counted" }, typed || "–") : "",
    ),
    message ? make("p", { class: "reason" }, icon("warning"), make("span", {}, ...withCommands(message))) : "",
    make("p", { class: "elsewhere" }, icon("keypad"), _("The keypad answers. Who is signed in can answer on the screen."), make("button", { type: "button", popovertarget: "recovery" }, _("Answer on the screen"))),
    make(
      "div",
      { class: "options", "data-number": number },
      ...options.map(({ key, label }) => make("div", { class: "option", "data-key": key }, make("kbd", {}, labels[key] ?? key), make("span", { class: "label", dir: "auto" }, label))),
    ),
  ].filter((part) => part !== "");
}

// Nothing is asked.
// firstInvitation: the address of its QR code, or null
export function restView(snapshot, firstInvitation) {
  const away = snapshot.bays.filter((bay) => ["out_of_service", "locked_out"].includes(bay.state) || keypadTrouble(bay));
  const last = snapshot.events[0];
  const [picture, tone, title, text] = rest(snapshot, away);
  return [
    make("div", { class: `rest ${tone}` }, icon(picture), make("h2", {}, title)),
    make("p", { class: "resting" }, text),
    last
      ? make(
          "p",
          { class: "latest" },
          make("time", { "data-since": last.at, "data-form": "rough" }),
          last.text,
        )
      : "",
    firstInvitation ? invitation(firstInvitation) : "",
  ].filter((part) => part !== "");
}

function invitation(picture) {
  return make(
    "p",
    { class: "first" },
    make("img", { src: picture, alt: _("QR code") }),
    make("span", {}, _("This box has no organiser yet. Scan this with your phone to become the organiser.")),
  );
}

function rest(snapshot, away) {
  const why = away.map((bay) => `${bay.name || bay.id}: ${keypadTrouble(bay) || bay.text}`).join(" · ");
  if (away.length && away.length === snapshot.bays.length) {
    return ["warning", "bad", _("No bay accepts codes"), why];
  }
  if (away.length) {
    const able = snapshot.bays.filter((bay) => !away.includes(bay));
    return ["check", "ask", _("Ready at {bays}", { bays: able.map((bay) => bay.name || bay.id).join(", ") }), why];
  }
  return ["check", "good", _("Ready"), _("Nothing to do until someone types a code.")];
}

// The box decides nothing now.
export function outView(snapshot) {
  const { state, why, remedy } = snapshot.health;
  const starting = state === "starting";
  const waiting = snapshot.prompts.length;
  return [
    make(
      "div",
      { class: `rest ${starting ? "work" : "bad"}` },
      starting ? icon("work", "turning") : icon("off"),
      make("h2", {}, starting ? _("Starting") : _("Out of service")),
    ),
    make("p", { class: "why" }, ...withCommands(capitalised(why))),
    remedy ? make("p", { class: "remedy" }, ...withCommands(remedy)) : "",
    waiting
      ? make("p", { class: "latest" }, ngettext("{count} open claim continues by itself afterwards.", "{count} open claims continue by themselves afterwards.", waiting))
      : "",
  ].filter((part) => part !== "");
}
