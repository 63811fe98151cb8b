"""The pages and their files, read once and served from memory.

The operator's screen speaks one language, the box's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from boxd.web.page_words import messages_in, words_json
from boxd.web.templates import render

STATIC = Path(__file__).parent / "static"
SPOKEN = ("hud.html", "sim.html")
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Asset:
    """A file in the form for browsers."""

    content: bytes
    media_type: str
    etag: str

    def respond(self, request: Request) -> Response:
        """The file, or `304` if the browser has it."""
        headers = {"ETag": self.etag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == self.etag:
            return Response(status_code=304, headers=headers)
        return Response(self.content, headers=headers, media_type=self.media_type)


def load(directory: Path = STATIC) -> dict[str, Asset]:
    """Every file of the pages, by its name."""
    return {
        path.name: _asset(path.read_bytes(), MEDIA_TYPES[path.suffix])
        for path in sorted(directory.iterdir())
        if path.suffix in MEDIA_TYPES
    }


def load_spoken(directory: Path = STATIC) -> dict[str, Asset]:
    """The operator's screen and the simulated front, in the language of this context."""
    scripts = [path.read_text(encoding="utf-8") for path in sorted(directory.glob("*.js"))]
    spoken = words_json(messages_in(scripts))
    return {
        name: _asset(render(f"web/{name}", words_json=spoken).encode(), MEDIA_TYPES[".html"])
        for name in SPOKEN
    }


def _asset(content: bytes, media_type: str) -> Asset:
    return Asset(content, media_type, f'"{hashlib.sha256(content).hexdigest()[:20]}"')
