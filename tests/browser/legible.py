"""What of a page can't be read: lines that are cut off, and lines that lie over others."""

from __future__ import annotations

HARD_TO_READ = r"""
const found = [];
const lines = [];
if (document.documentElement.scrollWidth > innerWidth) {
  const wide = [...document.querySelectorAll('body *')].filter(
    (each) => each.getBoundingClientRect().right > innerWidth + 1);
  found.push(`wider than the screen: ${wide.map((each) => each.outerHTML.slice(0, 60))}`);
}
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode, text = node.textContent.trim(), inside = node.parentElement;
  if (!text || !inside.checkVisibility({visibilityProperty: true})) continue;
  const range = document.createRange();
  range.selectNodeContents(node);
  const words = text.split(/\s+/);
  if (words.every((word) => word.length < 12) && range.getClientRects().length > words.length)
    found.push(`${text.slice(0, 40)} is torn into pieces`);
  for (const line of range.getClientRects()) {
    if (line.width < 1 || line.height < 1) continue;
    for (let box = inside; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box), around = box.getBoundingClientRect();
      const cuts = style.overflowX !== 'visible' && style.overflowX !== 'auto';
      if (cuts && (line.right > around.right + 1 || line.bottom > around.bottom + 1))
        found.push(`${text.slice(0, 40)} is cut off`);
    }
    const card = inside.closest('section, details, button')?.getBoundingClientRect();
    if (card && (line.right > card.right || line.left < card.left))
      found.push(`${text.slice(0, 40)} runs out of its card`);
    lines.push({node, text: text.slice(0, 40), line});
  }
}
// Lines' boxes may touch by a part of the leading.
const over = (one, other) =>
  Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2 &&
  Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) >
    0.35 * Math.min(one.height, other.height);
lines.forEach((one, number) => lines.slice(number + 1).forEach((other) => {
  if (one.node !== other.node && over(one.line, other.line))
    found.push(`${one.text} lies over ${other.text}`);
}));
for (const field of document.querySelectorAll('button, summary, a.button'))
  if (field.checkVisibility() && field.scrollWidth > field.clientWidth + 1)
    found.push(`${field.textContent.trim().slice(0, 40)} is cut off`);
return found;
"""
