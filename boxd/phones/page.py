"""A page as a phone gets it: one answer with all that it needs, which runs nothing else."""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from boxd.phones.markup import Html, tag

_STATIC = Path(__file__).parent / "static"
_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class HtmlPage:
    """What is to be shown. `script` names a file of boxd/phones/static.

    `refresh_s` makes phones without scripts, or a page without one, load it again.
    """

    title: str
    box: str
    main: Html
    who: str = ""
    script: str = ""
    status: int = 200
    refresh_s: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    made_ms: int = 0


def respond(request: Request, page: HtmlPage) -> Response:
    """The page, packed where the browser takes that."""
    headers = {
        "Content-Security-Policy": _policy(page.script),
        # With no-referrer a browser sends its own forms as coming from nowhere.
        "Referrer-Policy": "same-origin",
        **page.headers,
    }
    return packed(request, _document(page), page.status, headers)


def packed(request: Request, text: str, status: int, headers: dict[str, str]) -> Response:
    """HTML, packed where the browser takes that."""
    content = text.encode("utf-8")
    headers = {"Vary": "Accept-Encoding", **headers}
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers = gzip.compress(content, 6), {**headers, "Content-Encoding": "gzip"}
    return Response(content, status, headers, media_type=_HTML)


def _document(page: HtmlPage) -> str:
    refresh = tag("meta", http_equiv="refresh", content=str(page.refresh_s))
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width,initial-scale=1"),
        tag("meta", name="robots", content="noindex"),
        tag("title", f"{page.title} · {page.box}"),
        tag("link", rel="icon", href="data:,"),
        tag("style", Html(source("phone.css"))),
        (tag("noscript", refresh) if page.script else refresh) if page.refresh_s else "",
    )
    body = tag(
        "body",
        tag("header", tag("span", page.box), tag("b", page.who)),
        tag("p", id="note", class_="note", role="status", hidden=True),
        page.main,
        tag("script", Html(source(page.script))) if page.script else "",
        data_made=str(page.made_ms),
    )
    return "<!doctype html>" + tag("html", head, body, lang="en")


@cache
def source(name: str) -> str:
    """A file of the pages, read once."""
    return (_STATIC / name).read_text(encoding="utf-8")


@cache
def _policy(script: str) -> str:
    """What the page may do: its own style and script, and asking the box."""
    scripts = _hash_of(source(script)) if script else "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hash_of(source('phone.css'))}",
            f"script-src {scripts}",
            "connect-src 'self'",
            "worker-src 'self'",
            "img-src data:",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _hash_of(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def plain_main(title: str, *lines: str) -> Html:
    """The content of a page that only says something."""
    return tag("main", tag("h1", title), *(tag("p", line) for line in lines))
