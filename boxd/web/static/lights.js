// The light shows on the simulated front: choose a show and a moment, and a bay's lamps play it.

import { make } from "./dom.js";
import { _, READS } from "./words.js";

// onShow(bay, show, moment) plays it at a bay
export async function lightPanel(place, bays, onShow) {
  const { shows } = await (await fetch("/api/v1/lights", { headers: READS })).json();
  const show = chooser(_("Show"), shows.map(({ name, title, in_use }) => [name, in_use ? _("{show}, in use", { show: title }) : title]));
  const moment = chooser(_("Moment"), shows[0].patterns.map(({ moment, about }) => [moment, about]));
  const chosen = shows.find(({ in_use }) => in_use) ?? shows[0];
  show.value = chosen.name;
  moment.value = "opened";
  const buttons = bays.map(({ id, name }) =>
    make("button", { type: "button", onclick: () => onShow(id, show.value, moment.value) }, name),
  );
  place.replaceChildren(
    make("h2", {}, _("Light shows")),
    make("div", { class: "choices" }, show, moment),
    make("p", { class: "soft" }, _("Play it at a bay that nobody uses:")),
    make("div", { class: "actions" }, ...buttons),
  );
}

function chooser(label, options) {
  return make("select", { "aria-label": label }, ...options.map(([value, words]) => make("option", { value }, words)));
}
