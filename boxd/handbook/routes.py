"""The handbook's routes: contents, a document, a decision, a search, a picture."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from pathlib import Path

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from boxd.errors import NotFound
from boxd.handbook.rendering import render_document
from boxd.handbook.searching import LONGEST_QUERY, search
from boxd.handbook.shelf import DECISIONS, Document, Shelf, find_shelf
from boxd.web.page_policy import page_policy
from boxd.web.templates import render
from boxd.words import gettext as _

Answer = Callable[[Request], Awaitable[Response]]
_STYLE = Path(__file__).parent / "static" / "handbook.css"


class Handbook:
    """The documents below one address; where they were left out, a page that says so."""

    def __init__(self, base: str, shelf: Shelf | None = None) -> None:
        self._base = base
        self._shelf = shelf or find_shelf()

    def answers(self) -> dict[str, Answer]:
        """What answers at which path."""
        return {
            self._base: self._contents,
            f"{self._base}/search": self._search,
            f"{self._base}/{DECISIONS}": self._decisions,
            f"{self._base}/images/{{name:path}}": self._picture,
            f"{self._base}/{{name}}.pdf": self._sheet,
            f"{self._base}/{{name:path}}": self._document,
        }

    def routes(self) -> list[Route]:
        """Every route, open to whoever reaches the listener."""
        return [Route(path, answer) for path, answer in self.answers().items()]

    async def _contents(self, _request: Request) -> Response:
        return self._page("contents.html", _("Documentation"))

    async def _decisions(self, _request: Request) -> Response:
        decisions = self._required().decisions()
        return self._page("decisions.html", _("Design decisions"), decisions=decisions)

    async def _document(self, request: Request) -> Response:
        document = self._required().find(request.path_params["name"])
        if document is None:
            raise NotFound(_("There is no such document; the contents list them all."))
        rendered = await asyncio.to_thread(render_document, document, self._base)
        return self._page("document.html", document.title, here=document.name, rendered=rendered)

    async def _search(self, request: Request) -> Response:
        query = request.query_params.get("q", "")[:LONGEST_QUERY].strip()
        documents = self._required().all()
        found = await asyncio.to_thread(search, documents, query)
        return self._page("search.html", _("Search"), query=query, found=found)

    async def _picture(self, request: Request) -> Response:
        path = self._required().picture(request.path_params["name"])
        if path is None:
            raise NotFound(_("There is no such picture."))
        return FileResponse(path, headers={"Cache-Control": "no-cache"})

    async def _sheet(self, request: Request) -> Response:
        path = self._required().folder / f"{request.path_params['name']}.pdf"
        if path.parent != self._required().folder or not path.is_file():
            raise NotFound(_("There is no such document; the contents list them all."))
        return FileResponse(path, media_type="application/pdf")

    def _required(self) -> Shelf:
        if self._shelf is None:
            raise NotFound(_("This box has no documentation; the installed package has it."))
        return self._shelf

    def _page(self, template: str, title: str, **content: object) -> Response:
        readers: Mapping[str, list[Document]] = self._required().by_reader()
        page = render(
            f"handbook/{template}",
            **({"here": "", "query": ""} | content),
            title=title,
            base=self._base,
            readers=readers,
            style=Markup(_style()),  # noqa: S704 - the package's own file
        )
        headers = {
            "Content-Security-Policy": page_policy(_style(), "", images="'self' data:"),
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-cache",
        }
        return Response(page, media_type="text/html", headers=headers)


@cache
def _style() -> str:
    return _STYLE.read_text(encoding="utf-8")
