'use strict';
// Keeps an attendee's page up to date, and readable when the network is gone.
const link = location.pathname.replace(/\/$/, '');
const main = document.querySelector('main');
const note = document.getElementById('note');
const KEPT = 'boxd' + link;
let shown = main.outerHTML;
let failures = 0;
let timer = 0;
let etag = ''; // of what is shown: the box then answers in a few bytes that it is still true
let opened; // whether somebody opened the QR code, or shut it

// `made` is the box's clock, which orders what came from it; `at` is this phone's, for people.
function remember(made) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({html: shown, made, at: Date.now()}));
  } catch { /* a phone that keeps nothing still shows the page */ }
}

function recall() {
  try {
    return JSON.parse(localStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

function fields(root) {
  return [...root.querySelectorAll('textarea,input[type=text]')];
}

function photos() {
  return [...document.querySelectorAll('input[type=file]')];
}

// A camera's photo is ten times as large as an attendant's screen needs. Where this fails, the box
// makes it small.
async function shrink(field) {
  const photo = field.files[0];
  if (!photo || !window.createImageBitmap) return;
  const bitmap = await createImageBitmap(photo, {imageOrientation: 'from-image'});
  const scale = Math.min(1, 1280 / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const small = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.82));
  if (!small || small.size >= photo.size) return;
  const chosen = new DataTransfer();
  chosen.items.add(new File([small], 'photo.jpg', {type: 'image/jpeg'}));
  field.files = chosen.files;
}

function parsed(html) {
  const holder = document.createElement('template');
  holder.innerHTML = html;
  return holder.content.querySelector('main');
}

// Puts new content in place but keeps text that is being typed. A browser writes the same markup in
// another way than the box, so both are compared as the browser has them.
function show(html) {
  const fresh = parsed(html);
  if (fresh.outerHTML === shown || photos().some((field) => field.files.length)) return;
  const typed = new Map(fields(document).map((field) => [field.id, field]));
  const active = document.activeElement?.id;
  shown = fresh.outerHTML;
  document.querySelector('main').replaceWith(fresh);
  for (const field of fields(document)) {
    const before = typed.get(field.id);
    if (before?.value) field.value = before.value;
    if (before && field.id === active) {
      field.focus();
      field.setSelectionRange(before.selectionStart, before.selectionEnd);
    }
  }
  const details = document.querySelector('details');
  if (details && opened !== undefined) details.open = opened;
}

function tell(text) {
  note.textContent = text;
  note.hidden = !text;
}

async function look() {
  clearTimeout(timer);
  try {
    const headers = etag ? {'If-None-Match': etag} : {};
    const answer = await fetch(link + '/now', {cache: 'no-store', headers, signal: AbortSignal.timeout?.(8000)});
    if (answer.status === 404) return gone();
    if (answer.ok) {
      show(await answer.text());
      remember(Number(answer.headers.get('boxd-made')));
      etag = answer.headers.get('etag') ?? '';
    } else if (answer.status === 304) {
      remember(recall()?.made ?? 0);
    } else {
      throw new Error(String(answer.status));
    }
    failures = 0;
    tell('');
  } catch {
    failures += 1;
    const kept = recall();
    const time = new Date(kept ? kept.at : Date.now()).toTimeString().slice(0, 5);
    if (failures > 1 || !navigator.onLine) tell(note.dataset.lost.replace('{time}', time));
  }
  wait();
}

function wait() {
  const shows = document.querySelector('details[open]'); // to an attendant, it may be
  const usual = shows ? 3 : Number(document.querySelector('main').dataset.again);
  const seconds = failures ? Math.min(2 ** failures, 30) : usual; // soon again, it may be a slip
  if (!document.hidden) timer = setTimeout(look, seconds * (900 + Math.random() * 200));
}

// The link is no longer valid: nothing of it stays on this phone.
async function gone() {
  try {
    localStorage.removeItem(KEPT);
    if ('caches' in window) await (await caches.open('boxd-pages')).delete(link);
  } finally {
    location.reload();
  }
}

async function keepPage() {
  if (!('serviceWorker' in navigator)) return;
  await navigator.serviceWorker.register('/a/keep.js');
  const page = await fetch(link, {cache: 'force-cache'});
  if (page.ok) await (await caches.open('boxd-pages')).put(link, page);
}

document.addEventListener('change', async (event) => {
  if (!event.target.matches('input[type=file]')) return;
  const button = event.target.form.querySelector('button');
  button.disabled = true;
  try {
    await shrink(event.target);
  } catch { /* as it is, then */ } finally {
    button.disabled = false;
  }
});
document.addEventListener('click', (event) => {
  const details = event.target.closest('summary')?.parentElement;
  if (details) opened = !details.open;
});
document.addEventListener('visibilitychange', () => document.hidden || look());
addEventListener('online', look);
addEventListener('submit', (event) => {
  for (const button of event.target.querySelectorAll('button')) button.disabled = true;
});
addEventListener('pageshow', (event) => event.persisted && look());

const kept = recall();
if (kept && kept.made > Number(document.body.dataset.made)) show(kept.html);
look();
addEventListener('load', () => keepPage().catch(() => {}));
