"use strict";
// The device that fills the form in knows the time and the zone; the card may know neither.
const form = document.querySelector("form");
const zone = document.getElementById("zone");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone.dataset.chosen === "UTC" && [...zone.options].some((each) => each.value === here)) zone.value = here;
const ways = [...form.elements.way];
const wlan = document.getElementById("wlan");
const show = () => { wlan.hidden = !ways.some((each) => each.checked && each.value === "wlan"); };
ways.forEach((each) => each.addEventListener("change", show));
show();
form.addEventListener("submit", () => {
  form.elements.now.value = Date.now();
  form.querySelector("button").disabled = true;
});
