'use strict';
// A browser may keep the session's cookie back from a page that a camera opened; one that the page
// itself opens gets it. So ask once more before asking somebody for the PIN.
if (document.querySelector('[data-asks-pin]') && !location.search) {
  location.replace('?again');
}
addEventListener('submit', (event) => {
  for (const button of event.target.querySelectorAll('button')) {
    setTimeout(() => { button.disabled = true; });
  }
});
addEventListener('pageshow', (event) => event.persisted && location.reload());
