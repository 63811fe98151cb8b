// Asks for the page again every few seconds, and lets numbers that have changed glow for a moment.
(() => {
  "use strict";
  const EVERY_MS = 5000;
  const values = (main) => [...main.querySelectorAll("[data-value]")].map((each) => [each.nextElementSibling?.textContent, each.dataset.value]);

  async function refresh() {
    const main = document.getElementById("wall");
    try {
      const answer = await fetch(location.href, { cache: "no-cache" });
      if (!answer.ok) return location.reload();
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("wall");
      const before = new Map(values(main));
      if (fresh.innerHTML !== main.innerHTML) {
        main.replaceWith(document.adoptNode(fresh));
        for (const each of fresh.querySelectorAll("[data-value]")) {
          const name = each.nextElementSibling?.textContent;
          each.classList.toggle("changed", before.has(name) && before.get(name) !== each.dataset.value);
        }
      }
    } catch {
      main.classList.add("lost");
    }
  }
  setInterval(refresh, EVERY_MS);
})();
