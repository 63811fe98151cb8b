// Long words get smaller letters until they have room, down to a size that is still legible.

const SCALES = [1, 0.92, 0.84, 0.76, 0.68, 0.6, 0.52];

export function fit(element) {
  if (!element) return;
  for (const scale of SCALES) {
    element.style.setProperty("--fit", scale);
    if (element.scrollHeight <= element.clientHeight) return;
  }
}

// Draws everything beside the prompt smaller when alarms and prompts need the room.
export function makeRoom(element) {
  element.classList.remove("crowded");
  element.classList.toggle("crowded", element.scrollHeight > element.clientHeight);
}
