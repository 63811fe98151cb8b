// The invitation of a box that has no organiser yet: its QR code changes, so it is asked for again.

const AGAIN_MS = 60_000;
let timer = 0;

// Calls `onChange` with the address of the picture, or null. Once there is an organiser, there is
// one: it asks again after the next call, which is for each new connection to the box.
export async function lookForFirstInvitation(onChange) {
  clearTimeout(timer);
  const isOffered = await offered();
  onChange(isOffered ? `/first-invitation.svg?${Date.now()}` : null);
  if (isOffered) timer = setTimeout(() => lookForFirstInvitation(onChange), AGAIN_MS);
}

async function offered() {
  try {
    const answer = await fetch("/first-invitation");
    return answer.ok && (await answer.json()).offered;
  } catch {
    return false; // the connection is lost: the next one asks
  }
}
