// The box's time on this page: a Pi's clock and a screen's clock may be hours apart.

import { _ } from "./words.js";

let ahead = 0;

export function setBoxTime(text) {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) ahead = time - Date.now();
}

export function secondsSince(text) {
  const seconds = (Date.now() + ahead - Date.parse(text)) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}

// 0:07, 12:40, 3 h 05
export function watchTime(seconds) {
  const whole = Math.floor(seconds);
  const two = (number) => String(number).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)}:${two(whole % 60)}`;
  return _("{hours} h {minutes}", { hours: Math.floor(whole / 3600), minutes: two(Math.floor(whole / 60) % 60) });
}

// now, 40 s, 12 min, 3 h, 2 d
export function roughly(seconds) {
  if (seconds < 5) return _("now");
  if (seconds < 60) return _("{seconds} s", { seconds: Math.floor(seconds / 5) * 5 });
  if (seconds < 3600) return _("{minutes} min", { minutes: Math.floor(seconds / 60) });
  if (seconds < 48 * 3600) return _("{hours} h", { hours: Math.floor(seconds / 3600) });
  return _("{days} d", { days: Math.floor(seconds / 86400) });
}

// Elements that count: <time data-since="..." data-form="watch|rough">, text set every second.
const FORMS = { watch: watchTime, rough: roughly };

export function tick() {
  for (const element of document.querySelectorAll("time[data-since]")) {
    const text = FORMS[element.dataset.form](secondsSince(element.dataset.since));
    if (element.textContent !== text) element.textContent = text;
  }
  for (const element of document.querySelectorAll("[data-until-s]")) {
    const left = Number(element.dataset.untilS) - secondsSince(element.dataset.from);
    element.textContent = watchTime(Math.max(0, Math.ceil(left)));
  }
}
