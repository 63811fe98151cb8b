// Long words get smaller letters until they have room, down to a size that is still legible.

const SCALES = [1, 0.92, 0.84, 0.76, 0.68, 0.6, 0.52];

export function fit(element) {
  if (!element) return;
  for (const scale of SCALES) {
    element.style.setProperty("--fit", scale);
    if (element.scrollHeight <= element.clientHeight) return;
  }
}

// Draws everything beside the prompt smaller, in two steps, when it would not have the room.
const SMALLER = ["crowded", "packed"];

export function makeRoom(element) {
  element.classList.remove(...SMALLER);
  for (const step of SMALLER) {
    if (element.scrollHeight <= element.clientHeight) return;
    element.classList.add(step);
  }
}

// Hides the last rows of a list that has no room for all, and says below how many (`words`).
export function cut(list, words) {
  list.querySelector(".cut")?.remove();
  const rows = [...list.querySelectorAll(".row")];
  for (const row of rows) row.hidden = false;
  const isFull = () => list.scrollHeight > list.clientHeight;
  if (!isFull()) return;
  const rest = document.createElement("p");
  rest.className = "cut soft";
  list.append(rest);
  for (let hidden = 1; hidden <= rows.length && isFull(); hidden++) {
    rows[rows.length - hidden].hidden = true;
    rest.textContent = words(hidden);
  }
}
