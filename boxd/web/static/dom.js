// Making elements: text is always set as text, never as markup. A locker and its number stay on
// one line.

import { ICONS } from "./icons.js";

const SVG = "http://www.w3.org/2000/svg";

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.addEventListener("click", value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== "").map(unbroken));
  return element;
}

function unbroken(child) {
  return typeof child === "string" ? child.replace(/\b(locker|fach|casier|casilla) (\d)/gi, "$1\u00a0$2") : child;
}

export function icon(name, tone = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon icon-${name} ${tone}`);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("viewBox", "0 0 24 24");
  const lines = document.createElementNS(SVG, "path");
  lines.setAttribute("d", ICONS[name]);
  svg.append(lines);
  return svg;
}

// Words and a number that stands for them where many have to be legible beside each other.
export function inShort(words, number) {
  return [make("span", { class: "said" }, words), make("span", { class: "number", "aria-hidden": "true" }, number)];
}

// Replaces the children of `place` only if `value` differs from the shown one, so that
// an element keeps its focus and stays under the finger while nothing about it changes.
const shown = new WeakMap();

export function show(place, value, children) {
  const text = JSON.stringify(value);
  if (shown.get(place) === text) return false;
  shown.set(place, text);
  place.replaceChildren(...children());
  return true;
}
