"""A page for a phone: one response with everything inside, which runs no other script."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from boxd.web.page_policy import page_policy
from boxd.web.templates import render

_BOXD = Path(__file__).parents[1]
HTML = "text/html; charset=utf-8"
_STYLE = "phone.css"


@dataclass(frozen=True)
class HtmlPage:
    """The content of a page. `template` and `script` name files of boxd/phones, or PACKAGE/FILE.

    The template shows `content`; `refresh_s` makes phones without scripts, or a page without one,
    reload it.
    """

    template: str
    title: str
    box: str
    content: Mapping[str, object] = field(default_factory=dict)
    who: str = ""
    script: str = ""
    status: int = 200
    refresh_s: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    made_ms: int = 0


def message(title: str, box: str, *lines: str, status: int = 200) -> HtmlPage:
    """A page with only a message."""
    return HtmlPage("message.html", title, box, {"lines": lines}, status=status)


def respond(request: Request, page: HtmlPage) -> Response:
    """The page, compressed if the browser accepts that."""
    return packed(request, document(page), page.status, headers_of(page))


def headers_of(page: HtmlPage) -> dict[str, str]:
    """The headers that a page needs, besides its own."""
    return {
        "Content-Security-Policy": page_policy(
            source(_STYLE), source(page.script) if page.script else "", images="'self' data:"
        ),
        # With no-referrer a browser sends its own forms with the origin null.
        "Referrer-Policy": "same-origin",
        **page.headers,
    }


def packed(request: Request, text: str, status: int, headers: Mapping[str, str]) -> Response:
    """HTML, compressed if the browser accepts that."""
    content = text.encode("utf-8")
    headers = {"Vary": "Accept-Encoding, Accept-Language, Cookie", **headers}
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers = gzip.compress(content, 6), {**headers, "Content-Encoding": "gzip"}
    return Response(content, status, headers, media_type=HTML)


def document(page: HtmlPage) -> str:
    """The page as text. Style and script are the package's own files, and markup as they are."""
    style = Markup(source(_STYLE))  # noqa: S704
    script = Markup(source(page.script)) if page.script else ""  # noqa: S704
    return render(
        "/".join(_of_package(page.template)), page=page, style=style, script=script, **page.content
    )


@cache
def source(name: str) -> str:
    """A file of the pages, read once."""
    package, file = _of_package(name)
    return (_BOXD / package / "static" / file).read_text(encoding="utf-8")


def _of_package(name: str) -> tuple[str, str]:
    package, _, file = name.rpartition("/")
    return package or "phones", file
