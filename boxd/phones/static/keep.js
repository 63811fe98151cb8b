'use strict';
// Shows an attendee's page from this phone while the box can't be reached.
const PAGES = 'boxd-pages';
// What the box, or a proxy before it, answers while the box can't: the page is more use.
const AWAY = new Set([429, 502, 503, 504]);

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  const {mode, method} = event.request;
  if (mode === 'navigate' && method === 'GET') event.respondWith(load(event.request));
});

async function load(request) {
  const pages = await caches.open(PAGES);
  const page = new URL(request.url).pathname;
  try {
    const answer = await fetch(request, {cache: 'no-cache', signal: AbortSignal.timeout?.(6000)});
    if (answer.ok) await pages.put(page, answer.clone());
    if (answer.status === 404) await pages.delete(page);
    if (AWAY.has(answer.status)) return (await pages.match(page)) ?? answer;
    return answer;
  } catch (error) {
    const kept = await pages.match(page);
    if (kept) return kept;
    throw error;
  }
}
