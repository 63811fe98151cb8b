// The answer pressed at a prompt, until the prompt has gone: sent once, however often it is tapped.
//
// Each press has an id. It is sent again under the same id while the box does not answer, so
// that it counts once, even if a reply is lost.

import { READS, _ } from "./words.js";

const TRIES_MS = [0, 500, 1500, 3000];
const ANSWER_MS = 15_000;

const pressed = new Map(); // prompt id -> {option, id, pending, why}

export function pressedAt(prompt) {
  return pressed.get(prompt.id) ?? null;
}

// A refusal's reason stays until its subject has changed.
export function forgetReasons(prompt) {
  const press = pressed.get(prompt.id);
  if (press && !press.pending) pressed.delete(prompt.id);
}

export function forgetAllBut(prompts) {
  const there = new Set(prompts.map((prompt) => prompt.id));
  for (const id of pressed.keys()) if (!there.has(id)) pressed.delete(id);
}

export async function press(prompt, option, changed) {
  const before = pressed.get(prompt.id);
  if (before?.pending) return;
  const id = before?.unsent && before.option === option.id ? before.id : newId();
  const entry = { option: option.id, id, pending: true, unsent: false, why: "" };
  pressed.set(prompt.id, entry);
  changed();
  Object.assign(entry, await send(prompt, option.answer, id));
  changed();
  if (entry.why === "") setTimeout(() => release(prompt, entry, changed), 5_000);
}

// Accepted, but the prompt is still there: somebody may want to press again.
function release(prompt, entry, changed) {
  if (pressed.get(prompt.id) !== entry) return;
  pressed.delete(prompt.id);
  changed();
}

async function send(prompt, answer, id) {
  const { kind, ...rest } = answer;
  const url = `/api/v1/redemptions/${encodeURIComponent(prompt.redemption)}/${kind}`;
  const request = {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": id, ...READS },
    body: JSON.stringify({ step: prompt.step, ...rest }),
  };
  for (const wait of TRIES_MS) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    try {
      const response = await fetch(url, { ...request, signal: AbortSignal.timeout(ANSWER_MS) });
      if (response.ok) return { pending: true, why: "" };
      const problem = await response.json().catch(() => ({}));
      const why = problem.detail || _("The box answered {status}; press again.", { status: response.status });
      return { pending: false, unsent: response.status >= 500, why };
    } catch {
      continue; // no answer: the same press again
    }
  }
  return { pending: false, unsent: true, why: _("The box does not answer. Press again.") };
}

// randomUUID exists only on pages from a secure origin; a booth's network has none.
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
