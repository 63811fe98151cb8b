// A stream of whole states that mends itself: read by fetch, because a page can't see the
// heartbeats of an EventSource and so would not notice a box that fell silent.

import { setBoxTime } from "./clock.js";

const SILENCE_MS = 25_000; // the box sends something every 10 s
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 4_000;

export async function watch(url, { onState, onConnected, onLost }) {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 1.7, LONGEST_WAIT_MS)) {
    const heard = await readOnce(url, onState, onConnected);
    if (heard) wait = FIRST_WAIT_MS;
    onLost();
    await new Promise((resolve) => setTimeout(resolve, wait * (0.8 + Math.random() * 0.4)));
  }
}

// Whether a state arrived before the stream ended. A page that was left but is kept by the browser
// for "back" lets go of its stream: a browser has six connections for a box, and pages share them.
async function readOnce(url, onState, onConnected) {
  const stop = new AbortController();
  const leave = () => stop.abort();
  let silence = setTimeout(leave, SILENCE_MS);
  let heard = false;
  window.addEventListener("pagehide", leave);
  try {
    const response = await fetch(url, { signal: stop.signal, cache: "no-store" });
    if (!response.ok) return false;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return heard;
      clearTimeout(silence);
      silence = setTimeout(leave, SILENCE_MS);
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      const states = blocks.map(parse).filter((state) => state !== null);
      if (states.length === 0) continue;
      heard = true;
      onConnected();
      onState(states[states.length - 1]);
    }
  } catch (error) {
    if (!(error instanceof TypeError) && error.name !== "AbortError") console.error(error);
    return heard;
  } finally {
    clearTimeout(silence);
    window.removeEventListener("pagehide", leave);
    stop.abort();
  }
}

function parse(block) {
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith(": now ")) setBoxTime(line.slice(6));
    if (line.startsWith("data:")) data.push(line.slice(5));
  }
  return data.length ? JSON.parse(data.join("\n")) : null;
}
