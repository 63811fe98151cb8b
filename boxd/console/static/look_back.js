// The slider over a redemption: one instant at a time, forward and backward, by finger or keyboard.
(() => {
  "use strict";
  const page = document.getElementById("look-back");
  const slider = document.getElementById("instant");
  if (page === null || slider === null) return;
  const instants = [...page.querySelectorAll("[data-instant]")];
  const rows = [...page.querySelectorAll("[data-since]")];
  const moves = {
    first: () => 1,
    back: (at) => at - 1,
    forward: (at) => at + 1,
    last: () => instants.length,
  };

  function show() {
    const at = Number(slider.value);
    for (const each of instants) each.hidden = Number(each.dataset.instant) !== at;
    for (const each of rows) each.hidden = Number(each.dataset.since) > at;
    const now = instants[at - 1];
    const words = { n: at, all: instants.length, at: now.querySelector("time").textContent, what: now.querySelector(".what").textContent };
    slider.setAttribute("aria-valuetext", page.dataset.value.replace(/{(\w+)}/g, (_, name) => words[name]));
    document.getElementById("place").textContent = `${at} / ${instants.length}`;
    history.replaceState(null, "", `#${at}`);
  }

  for (const button of page.querySelectorAll("[data-move]")) {
    button.addEventListener("click", () => {
      slider.value = String(moves[button.dataset.move](Number(slider.value)));
      show();
    });
  }
  slider.addEventListener("input", show);
  slider.value = location.hash.slice(1) || "1";
  document.getElementById("slider").hidden = false;
  document.getElementById("so-far").hidden = false;
  page.classList.add("slides");
  show();
})();

// A file that is dropped anywhere on the page is opened.
(() => {
  "use strict";
  const input = document.getElementById("file");
  if (input === null) return;
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length !== 1) return;
    input.files = event.dataTransfer.files;
    input.form.requestSubmit();
  });
})();
