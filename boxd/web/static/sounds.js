// What the operator hears: each new question, each reminder, each alarm. Chosen and muted on this
// screen, and remembered by it.

import { icon, make } from "./dom.js";
import { N_, _ } from "./words.js";

// [frequency in Hz, begin in s, length in s]
const TUNES = {
  chime: { name: N_("Chime"), notes: [[880, 0, 0.25], [1174.7, 0.16, 0.45]] },
  bell: { name: N_("Bell"), notes: [[1568, 0, 0.7], [2093, 0.02, 0.5]] },
  knock: { name: N_("Knock"), notes: [[196, 0, 0.08], [196, 0.18, 0.08], [247, 0.36, 0.1]] },
};
const REMINDER = [[587.3, 0, 0.2], [587.3, 0.28, 0.2], [880, 0.56, 0.4]];
const ALARM = [[440, 0, 0.22], [349.2, 0.26, 0.4]];
const LOUDNESS = 0.35;
const KEPT_AS = "boxd.sounds";
const USUAL = { tune: "chime", muted: false, spoken: false };

let wanted = read();
let audio = null;
let heard = null; // what there was when something was heard last: questions, reminders, alarms

// Makes the sound of what is new in `snapshot`; nothing is new when the page was opened just now.
export function hear(snapshot) {
  const now = {
    questions: snapshot.prompts.filter((prompt) => prompt.options.length).map((prompt) => prompt.id),
    reminders: Object.fromEntries(snapshot.prompts.map((prompt) => [prompt.id, prompt.reminders])),
    alarms: snapshot.alarms.map((alarm) => alarm.id),
  };
  const before = heard;
  heard = now;
  if (before === null) return;
  const question = now.questions.find((id) => !before.questions.includes(id));
  if (question) {
    play(TUNES[wanted.tune].notes, "question");
    speak(snapshot.prompts.find((prompt) => prompt.id === question).title);
  } else if (Object.entries(now.reminders).some(([id, times]) => times > (before.reminders[id] ?? 0))) {
    play(REMINDER, "reminder");
  } else if (now.alarms.some((id) => !before.alarms.includes(id))) {
    play(ALARM, "alarm");
  }
}

// The button of the bar, and what it opens.
export function soundButton() {
  const state = wanted.muted ? _("Sounds are off: choose") : _("Sounds are on: choose");
  const button = make("button", { type: "button", class: "in-bar", title: state, "aria-label": state, popovertarget: "sounds" }, icon(wanted.muted ? "mute" : "sound", wanted.muted ? "soft" : ""));
  return button;
}

// The panel, made once: it stays open while the bar is drawn anew.
export function soundPanel(changed) {
  const set = (values) => {
    wanted = { ...wanted, ...values };
    keep();
    changed();
  };
  const tunes = Object.entries(TUNES).map(([id, { name, notes }]) =>
    choice("radio", "tune", _(name), wanted.tune === id, () => {
      set({ tune: id, muted: false });
      play(notes, "question");
    }),
  );
  const muted = choice("checkbox", "muted", _("Mute"), wanted.muted, (is) => set({ muted: is }));
  const spoken = choice("checkbox", "spoken", _("Speak each question"), wanted.spoken, (is) => {
    set({ spoken: is });
    if (is) speak(_("Put the prize into the locker"));
  });
  const canSpeak = "speechSynthesis" in window;
  return make("div", { id: "sounds", popover: true, class: "panel" }, make("h2", {}, _("Sounds")), ...tunes, muted, canSpeak ? spoken : "");
}

export function isChoosingSounds() {
  return document.getElementById("sounds")?.matches(":popover-open") ?? false;
}

function choice(type, name, words, is, onChange) {
  const input = make("input", { type, name, checked: is });
  input.addEventListener("change", () => onChange(input.checked));
  return make("label", {}, input, words);
}

function play(notes, kind) {
  if (wanted.muted) return;
  audio ??= new AudioContext();
  audio.resume();
  document.body.dataset.sounded = kind;
  for (const [frequency, begin, length] of notes) note(frequency, audio.currentTime + begin, length);
}

// A tone that begins at once and fades, without a click at its end.
function note(frequency, begin, length) {
  const tone = new OscillatorNode(audio, { type: "triangle", frequency });
  const volume = new GainNode(audio, { gain: 0 });
  volume.gain.setValueAtTime(0, begin);
  volume.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.001, begin + length);
  tone.connect(volume).connect(audio.destination);
  tone.start(begin);
  tone.stop(begin + length);
}

function speak(words) {
  if (wanted.muted || !wanted.spoken || !("speechSynthesis" in window)) return;
  window.speechSynthesis.cancel();
  const said = new SpeechSynthesisUtterance(words);
  said.lang = document.documentElement.lang;
  window.speechSynthesis.speak(said);
}

function read() {
  try {
    const kept = { ...USUAL, ...JSON.parse(localStorage.getItem(KEPT_AS) ?? "{}") };
    return kept.tune in TUNES ? kept : { ...kept, tune: USUAL.tune };
  } catch {
    return { ...USUAL }; // a screen that may keep nothing has the usual sounds
  }
}

function keep() {
  try {
    localStorage.setItem(KEPT_AS, JSON.stringify(wanted));
  } catch {
    return; // they hold until the page is left
  }
}
