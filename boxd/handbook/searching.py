"""Searching the documents: every section that has all the words, the best first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from boxd.handbook.rendering import anchor_of
from boxd.handbook.shelf import DECISIONS, Document

LONGEST_QUERY = 100
SHOWN_AT_MOST = 30
_AROUND = 90
_IN_HEADING = 20
_A_DECISION = -40  # they give reasons; who searches wants to know how
_FENCE = "```"
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[`*|#>]+|<!--.*?-->|^ *[-:| ]+$", re.M)
_HEADING = re.compile(r"#{1,6} +(.*)")


@dataclass(frozen=True)
class Found:
    """A section that has all the words; `excerpt` is what is around the first, in three parts."""

    document: Document
    heading: str
    anchor: str
    excerpt: tuple[str, str, str]


@dataclass(frozen=True)
class _Section:
    heading: str
    text: str


def search(documents: Iterable[Document], query: str) -> list[Found]:
    """The sections with all the words of the query. Reads every document: call it in a thread."""
    words = query[:LONGEST_QUERY].casefold().split()
    if not words:
        return []
    ranked = [
        (_rank(document, section, words), document, section)
        for document in documents
        for section in _sections(document.text)
        if all(word in f"{section.heading}\n{section.text}".casefold() for word in words)
    ]
    ranked.sort(key=lambda each: -each[0])
    return [
        Found(
            document,
            _without_marks(section.heading),
            anchor_of(section.heading),
            _excerpt(section.text, words[0]),
        )
        for _, document, section in ranked[:SHOWN_AT_MOST]
    ]


def _rank(document: Document, section: _Section, words: list[str]) -> int:
    heading, text = section.heading.casefold(), section.text.casefold()
    hits = sum(min(text.count(word), _IN_HEADING // 2) for word in words)
    titled = sum(word in heading for word in words) * _IN_HEADING
    return hits + titled + (_A_DECISION if document.name.startswith(DECISIONS) else 0)


def _sections(markdown: str) -> Iterator[_Section]:
    heading, lines, is_code = "", list[str](), False
    for line in markdown.splitlines():
        is_code ^= line.lstrip().startswith(_FENCE)
        found = None if is_code else _HEADING.match(line)
        if found is None:
            lines.append(line)
            continue
        if heading:
            yield _Section(heading, _without_marks("\n".join(lines)))
        heading, lines = found[1], []
    if heading:
        yield _Section(heading, _without_marks("\n".join(lines)))


def _without_marks(markdown: str) -> str:
    return re.sub(r"\s+", " ", _MARKS.sub(" ", _LINK.sub(r"\1", markdown))).strip()


def _excerpt(text: str, word: str) -> tuple[str, str, str]:
    at = text.casefold().find(word)
    if at < 0:  # the word is in the heading alone
        return text[: 2 * _AROUND], "", ""
    end = at + len(word)
    before, after = text[max(0, at - _AROUND) : at], text[end : end + _AROUND]
    if at > _AROUND:
        before = f"… {before.partition(' ')[2]}"
    if end + _AROUND < len(text):
        after = f"{after.rpartition(' ')[0]} …"
    return before, text[at:end], after
