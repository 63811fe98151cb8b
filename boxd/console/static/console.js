// Keeps the parts of a page that are marked `data-live` fresh: a stream says that something
// changed, and the page asks for itself again. All forms work without this.
(() => {
  "use strict";
  const PAUSE_MS = 2000; // a burst of changes is one look
  const parts = () => [...document.querySelectorAll("[data-live]")];
  const lost = document.getElementById("lost");
  let source = null;
  let waiting = null;
  let version = "";

  // Nobody's typing is thrown away, and no opened drawer is shut.
  const isInUse = (part) =>
    part.contains(document.activeElement) && document.activeElement.matches("input,textarea,select,button,summary")
    || part.querySelector("details[open]") !== null;

  async function refresh() {
    waiting = null;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of parts()) {
        const other = fresh.getElementById(part.id);
        if (other === null || isInUse(part)) continue;
        const event = new CustomEvent("boxd-fresh", { detail: { before: part, after: other } });
        part.replaceWith(document.adoptNode(other));
        document.dispatchEvent(event);
      }
    } catch {
      lost.hidden = false;
    }
  }

  function soon() {
    waiting ??= setTimeout(refresh, PAUSE_MS);
  }

  function listen() {
    source?.close();
    source = new EventSource("/o/changes");
    source.onopen = () => { lost.hidden = true; };
    source.onerror = () => { lost.hidden = false; };
    source.addEventListener("change", (event) => {
      if (version !== "" && version !== event.data) soon();
      version = event.data;
    });
  }

  function look() {
    if (document.hidden) {
      source?.close();
      source = null;
    } else if (source === null) {
      listen();
      if (version !== "") soon();
    }
  }

  // The inbox beeps when more people wait than before. A browser plays nothing before a press.
  const sound = document.getElementById("sound");
  let audio = null;
  function beep() {
    if (audio === null) return;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.value = 0.2;
    tone.frequency.value = 880;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.15);
  }
  if (sound !== null && window.AudioContext) {
    sound.hidden = false;
    sound.addEventListener("click", () => {
      audio = audio === null ? new AudioContext() : null;
      sound.textContent = audio === null ? sound.dataset.off : sound.dataset.on;
      beep();
    });
    document.addEventListener("boxd-fresh", ({ detail: { before, after } }) => {
      if (Number(after.dataset.count) > Number(before.dataset.count)) beep();
    });
  }
  setInterval(() => {
    for (const each of document.querySelectorAll("[data-seconds]")) {
      each.textContent = String(Math.max(0, Number(each.textContent) - 1));
    }
  }, 1000);

  // A window of the operator's screen.
  const back = document.getElementById("back");
  if (window.opener && back) {
    back.hidden = false;
    back.onclick = () => window.close();
  }

  if (parts().length > 0 && lost !== null) {
    document.addEventListener("visibilitychange", look);
    addEventListener("pagehide", () => { source?.close(); source = null; });
    addEventListener("pageshow", look);
    look();
  }
})();
