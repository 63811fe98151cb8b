// Around the prompt: other prompts, alarms, bays, lockers, stock, devices, the last events.

import { icon, inShort, make } from "./dom.js";
import { askOverride } from "./override.js";
import { bayName, keypadTrouble, withCommands } from "./prompt.js";
import { told, whoTells } from "./telling.js";
import { N_, _, ngettext } from "./words.js";

const BAYS = {
  ready: ["check", "good"],
  checking: ["work", "work"],
  busy: ["gift", "ask"],
  locked_out: ["lock", "bad"],
  out_of_service: ["off", "bad"],
};
const DOOR_WORDS = { open: N_("door open"), unknown: N_("no signal") };
const DEVICES = {
  ready: ["check", "good", N_("ready")],
  connecting: ["work", "work", N_("connecting")],
  unreachable: ["plug", "bad", N_("unreachable")],
  disabled: ["off", "soft", N_("disabled")],
};
const TONES = { good: ["check", "good"], bad: ["cross", "bad"], plain: ["dot", "soft"] };
const LATCH_WORDS = { unreachable: N_("latch offline"), connecting: N_("latch connecting"), disabled: N_("latch disabled") };
const FEW = 2; // units, at which stock is short

// Beside three questions and more there is room for one.
export function mostAlarms(snapshot) {
  return snapshot.prompts.length > 3 ? 1 : 2;
}

export function alarms(snapshot) {
  const first = snapshot.alarms.slice(0, mostAlarms(snapshot));
  const more = snapshot.alarms.length - first.length;
  return [
    ...first.map((alarm) =>
      make("article", { class: "alarm" }, icon("warning"), make("p", {}, ...withCommands(alarm.text), since(alarm.raised_at))),
    ),
    ...(more > 0 ? [make("p", { class: "more bad" }, ngettext("and {count} more: boxd status lists it", "and {count} more: boxd status lists them", more))] : []),
  ];
}

export function queue(snapshot, current, onChoose) {
  return snapshot.prompts
    .filter((prompt) => prompt !== current)
    .map((prompt, place) =>
      make(
        "button",
        {
          type: "button",
          class: "waiting",
          "data-stage": prompt.stage,
          "data-prompt": prompt.id,
          onclick: (event) => {
            if (event.detail > 0) event.currentTarget.blur();
            onChoose(prompt);
          },
        },
        make("strong", {}, String(prompt.locker ?? "–")),
        make("span", { class: "asked" }, make("b", {}, bayName(snapshot, prompt.bay)), make("span", { class: "title", dir: "auto" }, prompt.title), make("span", { class: "short", dir: "auto" }, prompt.stage === "load" ? prompt.prize.name : prompt.title)),
        make(
          "span",
          { class: "beside" },
          make("time", { "data-since": prompt.since, "data-form": "watch" }),
          place === 0 ? make("kbd", {}, "0") : "",
        ),
      ),
    );
}

export function bays(snapshot) {
  return snapshot.bays.map((bay) => {
    const trouble = keypadTrouble(bay);
    const [picture, tone] = trouble ? ["plug", "bad"] : (BAYS[bay.state] ?? ["question", "ask"]);
    return make(
      "article",
      { class: "bay", "data-bay": bay.id, "data-state": bay.state },
      make("h3", {}, icon(picture, `${tone} ${bay.state === "checking" ? "turning" : ""}`), make("span", { dir: "auto" }, bay.name || bay.id)),
      bay.typed ? make("span", { class: "typed", title: ngettext("{count} digit typed", "{count} digits typed", bay.typed) }, "●".repeat(bay.typed)) : "",
      bay.state === "locked_out"
        ? make("span", { class: "locked bad", "data-until-s": bay.locked_for_s, "data-from": snapshot.at })
        : "",
      make("p", { class: tone }, trouble || bayWords(snapshot, bay)),
      bay.last && bay.state !== "busy" ? lastOf(bay.last) : "",
    );
  });
}

// The middle already shows why the whole box is out of service.
function bayWords(snapshot, bay) {
  return snapshot.health.state === "out_of_service" && bay.state === "out_of_service" ? _("Out of service") : bay.text;
}

function lastOf(last) {
  const [picture, tone] = TONES[last.tone] ?? TONES.plain;
  return make("p", { class: "last" }, icon(picture, tone), make("span", {}, last.text), since(last.at));
}

export function lockers(snapshot) {
  return snapshot.lockers.map((locker) => {
    const out = locker.state === "out_of_service";
    const trouble = out || locker.latch === "unreachable" || locker.door === "unknown";
    return make(
      "button",
      {
        type: "button",
        class: "locker",
        "data-locker": locker.id,
        "data-state": locker.state,
        "data-door": locker.door,
        "data-believed": locker.believed,
        "data-trouble": trouble,
        title: locker.reason || whoTells(locker),
        onclick: (event) => {
          if (event.detail > 0) event.currentTarget.blur();
          askOverride(locker);
        },
      },
      make("strong", {}, String(locker.id)),
      icon(out ? "off" : told(locker)[0]),
      make("span", {}, lockerWords(locker)),
    );
  });
}

function lockerWords(locker) {
  if (locker.state === "out_of_service") return locker.reason || _("out of service");
  if (locker.latch !== "ready") return _(LATCH_WORDS[locker.latch] ?? LATCH_WORDS.unreachable);
  if (locker.state === "taken") return locker.prize || _("in use");
  if (locker.door === "open" || locker.door === "unknown") return _(DOOR_WORDS[locker.door]);
  return _("free");
}

// What is sold out or short comes first; what was never there is none of both.
export function stock(snapshot) {
  const urgency = (prize) => (prize.received === 0 ? 3 : prize.on_hand === 0 ? 0 : prize.on_hand <= FEW ? 1 : 2);
  const sorted = [...snapshot.stock].sort((one, other) => urgency(one) - urgency(other) || one.name.localeCompare(other.name));
  const count = (at) => sorted.filter((prize) => urgency(prize) === at).length;
  const words = [count(0) ? _("{count} sold out", { count: count(0) }) : "", count(1) ? _("{count} low", { count: count(1) }) : ""].filter(Boolean).join(", ");
  return [heading(words ? `${_("Stock")}: ${words}` : _("Stock")), ...snapshot.stock_moves.map(moveRow), ...sorted.map(stockRow)];
}

// Units between two boxes; what did not arrive waits for a person.
function moveRow(move) {
  const values = { count: move.missing, prize: move.name, box: move.box_name || String(move.box) };
  const words = move.is_signed
    ? _("{count} {prize} missing, box {box}", values)
    : move.direction === "out"
      ? _("{count} {prize} under way to box {box}", values)
      : _("{count} {prize} under way from box {box}", values);
  return make("p", { class: "row moving", "data-move": move.move, title: move.move }, make("span", { class: move.is_signed ? "bad" : "work" }, words));
}

function stockRow(prize) {
  const full = Math.max(1, prize.received - prize.written_off);
  const isNew = prize.received === 0;
  const tone = isNew ? "soft" : prize.on_hand === 0 ? "bad" : prize.on_hand <= FEW ? "ask" : "good";
  const bar = make("span", { class: "level", "aria-hidden": "true" }, make("i", { class: "left" }), make("i", { class: "held" }));
  bar.children[0].style.width = `${(100 * prize.on_hand) / full}%`;
  bar.children[1].style.width = `${(100 * prize.held) / full}%`;
  const words = isNew ? _("none yet") : prize.on_hand === 0 ? _("sold out") : _("{count} left", { count: prize.on_hand });
  return make(
    "p",
    { class: "row", "data-sku": prize.sku },
    make("span", { class: "name" }, prize.name),
    bar,
    make("span", { class: `count ${tone}` }, ...inShort(words, String(prize.on_hand))),
    make("span", { class: "soft held-count" }, prize.held ? _("+{count} reserved", { count: prize.held }) : ""),
  );
}

// While some are in trouble, the others are only counted.
export function devices(snapshot) {
  const quiet = snapshot.devices.filter((device) => device.state === "ready" && !device.tested_by);
  const others = snapshot.devices.filter((device) => !quiet.includes(device));
  const rows = others.length ? others.map(deviceRow) : quiet.map(deviceRow);
  const rest = make("p", { class: "row soft" }, icon("check", "good"), _("{count} ready", { count: quiet.length }));
  return [
    heading(_("Devices")),
    ...rows,
    ...snapshot.strangers.map(strangerRow),
    ...(others.length && quiet.length ? [rest] : []),
    upstreamRow(snapshot.upstream),
  ].filter((row) => row !== "");
}

// Upstream may be gone for hours, and people at the box need not do anything about it.
function upstreamRow(upstream) {
  if (!upstream) return "";
  const { waiting, dead, failures, oldest_at: oldest, why } = upstream;
  const words = [waiting && failures ? _("{count} waiting", { count: waiting }) : "", dead ? _("{count} refused", { count: dead }) : ""].filter(Boolean).join(", ");
  return make(
    "p",
    { class: "row", "data-upstream": failures ? "waiting" : "told", title: why },
    icon(failures ? "question" : "check", failures ? "soft" : "good"),
    make("span", { class: "name" }, _("Upstream")),
    make("span", { class: "soft" }, words || (failures ? _("not reached") : _("up to date"))),
    waiting && failures ? since(oldest) : "",
  );
}

function deviceRow(device) {
  const [picture, tone, words] = DEVICES[device.state] ?? ["question", "ask", device.state];
  const tested = device.tested_by !== "";
  return make(
    "p",
    { class: "row", "data-device": device.name, "data-state": device.state, "data-tested": tested, title: deviceTitle(device) },
    icon(tested ? "tool" : picture, tested ? "ask" : tone),
    make("span", { class: "name" }, device.name),
    tested ? make("span", { class: "ask" }, _("tested by {person}", { person: device.tested_by })) : "",
    device.state === "ready" ? (tested ? "" : partIcons(device.parts)) : make("span", { class: tone }, _(words)),
    since(device.since),
    device.why && device.state !== "ready" ? make("span", { class: "soft why" }, device.why) : "",
  );
}

// What opens lockers and what reports that they opened, numbered if there are several.
function partIcons(parts) {
  const several = (name, list) => (list.length ? [icon(name), list.length > 1 ? String(list.length) : ""] : []);
  const believed = parts.latches.some((latch) => latch.feedback !== null);
  return make(
    "span",
    { class: "soft parts" },
    ...several(believed ? "lock" : "latch", parts.latches),
    ...several("door-shut", parts.doors),
  );
}

const PART_WORDS = {
  standby: N_("standby"),
  success: N_("success"),
  failure: N_("failure"),
  open: N_("open"),
  closed: N_("closed"),
  unknown: N_("unknown"),
};

function deviceTitle(device) {
  const { keys, lamps, buzzer, latches, doors } = device.parts;
  const parts = [
    keys.length ? _("{count} keys", { count: keys.length }) : "",
    lamps.length ? _("lamps {names}", { names: lamps.map((lamp) => _(PART_WORDS[lamp] ?? lamp)).join(", ") }) : "",
    buzzer ? _("buzzer") : "",
    ...latches.map((latch) => `${_("latch {name}", { name: latch.name })}${latch.feedback === null ? "" : ` (${_(PART_WORDS[latch.feedback] ?? latch.feedback)})`}`),
    ...doors.map((door) => `${_("door {name}", { name: door.name })} (${_(PART_WORDS[door.state] ?? door.state)})`),
  ];
  return [`${device.port}: ${parts.filter(Boolean).join(", ")}`, device.why].filter(Boolean).join("; ");
}

function strangerRow(stranger) {
  return make(
    "p",
    { class: "row", "data-stranger": stranger.port, title: stranger.remedy },
    icon("question", "ask"),
    make("span", { class: "name" }, stranger.port),
    make("span", { class: "ask" }, _("not configured")),
  );
}

export function events(snapshot) {
  return [
    heading(_("Last events")),
    ...snapshot.events.map((event) => {
      const [picture, tone] = TONES[event.tone] ?? TONES.plain;
      return make("p", { class: "row" }, icon(picture, tone), make("span", { class: "name" }, event.text), since(event.at));
    }),
  ];
}

function since(at) {
  return make("time", { class: "soft", "data-since": at, "data-form": "rough" });
}

function heading(text) {
  return make("h3", {}, text);
}
