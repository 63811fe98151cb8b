"""A document's Markdown as HTML, its links led to the pages of the box."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from posixpath import normpath
from typing import TYPE_CHECKING

from markupsafe import Markup

from boxd.handbook.shelf import DECISIONS, Document

if TYPE_CHECKING:
    from markdown_it.token import Token

_COMMENT = re.compile(r"<!--.*?-->", re.S)
_ELSEWHERE = re.compile(r"[a-z]+:")


@dataclass(frozen=True)
class Heading:
    """A heading of the second rank, and its name in addresses."""

    text: str
    anchor: str


@dataclass(frozen=True)
class Rendered:
    """A document for a browser."""

    html: Markup
    headings: tuple[Heading, ...]


def anchor_of(heading: str) -> str:
    """The name that a heading has in addresses, as forges make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def render_document(document: Document, base: str) -> Rendered:
    """The document below the address `base`. Takes up to 0.1 s of CPU time: call it in a thread.

    A link to a file that is no document (source, configuration) becomes its text.
    """
    from markdown_it import MarkdownIt  # 2 MiB, for who reads

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(_COMMENT.sub("", document.text))
    headings = []
    for opening, content in pairwise(tokens):
        if opening.type == "heading_open":
            heading = Heading(_plain(content), anchor_of(content.content))
            opening.attrSet("id", heading.anchor)
            if opening.tag == "h2":
                headings.append(heading)
    _without_empty_headings(tokens)
    for token in tokens:
        if token.children:
            token.children = list(_led(token.children, document, base))
    html = markdown.renderer.render(tokens, markdown.options, {})
    return Rendered(Markup(html), tuple(headings))  # noqa: S704 - html in Markdown is off


def _without_empty_headings(tokens: Sequence[Token]) -> None:
    """Make a cell without a word over a column an ordinary one: a screen reader reads headings."""
    for opening, content, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type == "th_open" and not content.content:
            opening.tag = closing.tag = "td"


def _plain(inline: Token) -> str:
    return "".join(each.content for each in inline.children or ())


def _led(tokens: Sequence[Token], document: Document, base: str) -> Iterator[Token]:
    kept: list[bool] = []  # of the links that are open
    for token in tokens:
        if token.type == "link_open":
            address = _address(str(token.attrGet("href")), document, base)
            kept.append(address is not None)
            if address is None:
                continue
            token.attrSet("href", address)
        elif token.type == "link_close" and not kept.pop():
            continue
        elif token.type == "image":
            token.attrSet("src", f"{base}/{_from_docs(str(token.attrGet('src')), document)}")
            token.attrSet("loading", "lazy")
        yield token


def _address(target: str, document: Document, base: str) -> str | None:
    """Where a link of the document leads on the box; None for what the box does not show."""
    if _ELSEWHERE.match(target) or target.startswith("#"):
        return target
    path, mark, heading = target.partition("#")
    path = _from_docs(path, document)
    if path == DECISIONS:
        return f"{base}/{DECISIONS}"
    if path.startswith("..") or not path.endswith(".md"):
        return f"{base}/{path}" if path.endswith(".pdf") else None
    return f"{base}/{path.removesuffix('.md')}{mark}{heading}"


def _from_docs(path: str, document: Document) -> str:
    """A path beside the document as one from the folder of all documents."""
    folder, _, _ = document.name.rpartition("/")
    return normpath(f"{folder}/{path}".lstrip("/"))
