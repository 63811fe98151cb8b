"""A page of the console: one response with its style and script inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from boxd.console.texts import FUNCTIONS
from boxd.phones.page import packed
from boxd.web.page_policy import page_policy
from boxd.web.templates import render

_STATIC = Path(__file__).parent / "static"
_STYLE, _SCRIPT = ".css", ".js"


@dataclass(frozen=True)
class NavigationLink:
    """A section in the console's menu."""

    path: str
    title: str
    is_here: bool


@dataclass(frozen=True)
class PageFrame:
    """What is around every page: the box, the person, the menu, and what was just done."""

    box: str
    person: str = ""
    role: str = ""
    links: tuple[NavigationLink, ...] = ()
    said: str = ""
    why: str = ""


@dataclass(frozen=True)
class ConsolePage:
    """The content of a page; `template` names a file of boxd/console."""

    template: str
    title: str
    frame: PageFrame
    content: Mapping[str, object] = field(default_factory=dict)
    status: int = 200


def respond(request: Request, page: ConsolePage) -> Response:
    """The page, compressed if the browser accepts that."""
    headers = {
        "Content-Security-Policy": page_policy(
            _own(page, _STYLE), _own(page, _SCRIPT), images="'self' data: blob:"
        ),
        # With no-referrer a browser sends its own forms with the origin null.
        "Referrer-Policy": "same-origin",
    }
    return packed(request, _document(page), page.status, headers)


def part(template: str, content: Mapping[str, object]) -> Markup:
    """A part of a page: the template `FILE` with this content."""
    return render(f"console/{template}", **FUNCTIONS, **content)


def _document(page: ConsolePage) -> str:
    """The page as text. Style and script are the package's own files, and markup as they are."""
    style, script = Markup(_own(page, _STYLE)), Markup(_own(page, _SCRIPT))  # noqa: S704
    values = {**FUNCTIONS, "page": page, "style": style, "script": script, **page.content}
    return render(f"console/{page.template}", **values)


def _own(page: ConsolePage, suffix: str) -> str:
    """The console's style or script, and what the page's template has under its own name."""
    own = Path(page.template).with_suffix(suffix).name
    return source(f"console{suffix}") + (source(own) if (_STATIC / own).exists() else "")


@cache
def source(name: str) -> str:
    """A file of the pages, read once."""
    return (_STATIC / name).read_text(encoding="utf-8")
