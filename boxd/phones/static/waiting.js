'use strict';
// On a page that asks for a moment: shows what this phone has kept of the page, and loads it again.
function kept() {
  try {
    return JSON.parse(localStorage.getItem('boxd' + location.pathname.replace(/\/$/, '')));
  } catch {
    return null;
  }
}

const main = document.querySelector('main');
const seconds = Number(main.dataset.again);
const page = kept();
if (page) {
  const note = document.getElementById('note');
  const time = new Date(page.at).toTimeString().slice(0, 5);
  note.textContent = note.dataset.lost.replace('{time}', time);
  note.hidden = false;
  const holder = document.createElement('template');
  holder.innerHTML = page.html;
  main.replaceWith(holder.content.querySelector('main'));
}
setTimeout(() => location.reload(), seconds * 1000);
