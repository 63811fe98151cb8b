(() => {
  "use strict";
  // A light show plays on its lamps when they are pressed, and again from the start.
  const LOOKED_AT_MS = 4000;
  function playLights(place) {
    clearTimeout(Number(place.dataset.timer));
    const steps = place.dataset.steps.split(",").map((text) => text.split(" "));
    const once = steps.reduce((sum, [, ms]) => sum + Number(ms ?? LOOKED_AT_MS), 0);
    const count = steps.length * (Number(place.dataset.repeats) || Math.max(1, Math.floor(LOOKED_AT_MS / once)));
    const step = (at) => {
      const [names, ms = LOOKED_AT_MS] = at < count ? steps[at % steps.length] : ["dark"];
      for (const lamp of place.children) lamp.classList.toggle("lit", names.split("+").includes(lamp.className.split(" ")[0]));
      if (at < count) place.dataset.timer = setTimeout(step, Number(ms), at + 1);
    };
    step(0);
  }
  for (const each of document.querySelectorAll(".lamps")) each.addEventListener("click", () => playLights(each));
})();
