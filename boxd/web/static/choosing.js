// A menu with more prizes than keys: nine at a time, each with its key, and letters to find one by.
//
//   all prizes ──typed letters or a tapped initial──▶ those that match ──page──▶ nine, keys 1 to 9
//
// What is on the screen is all that its keys choose from.

const AT_ONCE = 9;
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

// What of `options` is shown on a page, `search` being what was typed; prizes have an answer.
export function partOf(options, page, search) {
  const prizes = options.filter((option) => option.answer);
  const wanted = fold(search);
  const found = wanted ? prizes.filter((option) => matches(fold(option.label), wanted)) : prizes;
  const pages = Math.max(1, Math.ceil(found.length / AT_ONCE));
  const at = ((page % pages) + pages) % pages;
  const shown = found.slice(at * AT_ONCE, (at + 1) * AT_ONCE).map((option, place) => ({ ...option, key: String(place + 1) }));
  return { shown, page: at, pages, found: found.length, isLong: prizes.length > AT_ONCE };
}

// One letter is an initial, more may stand anywhere at the beginning of a word.
function matches(label, wanted) {
  return label.startsWith(wanted) || (wanted.length > 1 && label.includes(` ${wanted}`));
}

// The initials of all prizes, in order, for fingers.
export function initials(options) {
  const found = options.filter((option) => option.answer).map((option) => [...fold(option.label)][0]);
  return [...new Set(found)].sort((one, other) => one.localeCompare(other));
}
