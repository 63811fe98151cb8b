"""Whatever a document points at in this project is there, headings too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
MARKDOWN = MarkdownIt("commonmark").enable("table")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_points_at_is_there(document: Path) -> None:
    missing = [target for target in targets(document) if not is_there(document, target)]
    assert missing == []


def test_no_picture_is_left_that_no_document_shows() -> None:
    shown = {
        (document.parent / target).resolve()
        for document in DOCUMENTS
        for target in targets(document)
    }
    pictures = {path for path in (ROOT / "docs" / "images").rglob("*") if path.is_file()}
    assert pictures - shown == set()


def targets(document: Path) -> Iterator[str]:
    """Where its links and pictures point, without addresses elsewhere."""
    for block in MARKDOWN.parse(document.read_text(encoding="utf-8")):
        for token in block.children or ():
            target = token.attrGet("href") or token.attrGet("src")
            if target and not re.match(r"[a-z]+:", str(target)):
                yield str(target)


def is_there(document: Path, target: str) -> bool:
    """Whether the file exists, and in it the heading that stands behind the #."""
    name, _, heading = target.partition("#")
    file = (document.parent / name) if name else document
    if not file.exists():
        return False
    return not heading or heading in headings(file)


def headings(document: Path) -> set[str]:
    """The names that a document's headings have in addresses."""
    blocks = MARKDOWN.parse(document.read_text(encoding="utf-8"))
    words = [text.content for start, text in pairwise(blocks) if start.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in words}
