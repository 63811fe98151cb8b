"""The documents on the box: every one is there, its links lead on, and words are found."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from boxd.handbook.rendering import render_document
from boxd.handbook.routes import Handbook
from boxd.handbook.searching import search
from boxd.handbook.shelf import READERS, Document, Shelf, find_shelf
from boxd.web import problems

DOCS = Path(__file__).parents[2] / "docs"
SHELF = Shelf(DOCS)


@pytest.fixture
def browser() -> httpx.AsyncClient:
    """A browser at the handbook alone."""
    app = Starlette(routes=Handbook("/docs").routes(), exception_handlers=problems.handlers())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://box")


def test_every_document_stands_under_one_reader() -> None:
    listed = [name for names in READERS.values() for name in names]
    assert {path.stem for path in DOCS.glob("*.md")} - set(listed) == set()
    assert len(listed) == len(set(listed))


def test_this_clone_has_its_documents() -> None:
    assert find_shelf() == SHELF


async def test_every_page_answers_and_every_link_and_picture_leads_on(
    browser: httpx.AsyncClient,
) -> None:
    to_see, seen = {"/docs", "/docs/adr"}, dict[str, str]()
    while to_see:
        path = to_see.pop()
        reply = await browser.get(path)
        assert reply.status_code == 200, path
        is_page = reply.headers["content-type"].startswith("text/html")
        seen[path] = reply.text if is_page else ""
        linked = re.findall(r'(?:href|src)="(/docs[^"#]*)', seen[path])
        to_see |= set(linked) - set(seen)
    assert len([path for path in seen if "/adr/" in path]) == len(list(DOCS.glob("adr/*.md")))
    lost = {
        f"{path} -> {target}#{anchor}"
        for path, text in seen.items()
        for target, anchor in re.findall(r'href="(/docs[^"#]*)?#([^"]+)"', text)
        if anchor != "main" and f'id="{anchor}"' not in seen[target or path]
    }
    assert lost == set()


async def test_what_the_box_does_not_show_is_text_and_no_link(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[sim](../config/sim.toml) [x](adr/) <b>bold</b> [out](https://example.org)")
    html = str(render_document(Document("page", page), "/docs").html)
    assert "<p>sim <a " in html
    assert 'href="/docs/adr"' in html
    assert "&lt;b&gt;" in html
    assert 'href="https://example.org"' in html


@pytest.mark.parametrize(
    "path",
    [
        "/docs/nothing",
        "/docs/..%2Fpyproject",
        "/docs/adr/..%2F..%2FREADME",
        "/docs/images/..%2Foperators.pdf",
        "/docs/images/..%2F..%2FREADME.md",
        "/docs/..%2Fx.pdf",
    ],
)
async def test_nothing_else_is_read(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 404


async def test_a_search_finds_the_section_and_marks_the_word(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/docs/search", params={"q": "restore backup"})).text
    assert 'href="/docs/maintainers#' in page
    assert "<mark>" in page


def test_a_heading_outranks_a_mention_and_needs_every_word(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n## One\n\nlatch and lamp\n\n## A latch\n\n```\n# lamp\n```\n")
    documents = [Document("page", page)]
    assert [found.heading for found in search(documents, "LATCH")] == ["A latch", "One"]
    assert [found.anchor for found in search(documents, "latch lamp")] == ["a-latch", "one"]
    assert search(documents, "latch nothing") == []
    assert search(documents, " ") == []


async def test_hostile_words_are_only_words(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/docs/search", params={"q": '"><script>x</script>' * 20})).text
    assert "<script>" not in page
