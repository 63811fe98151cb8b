"""A page of the documents as a PDF beside it, to be printed on A4.

python -m tests.browser.print_page docs/PAGE.md; run by `make operators-page`.
Rows of a table that begin with a picture become cards, two beside each other.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt
from selenium import webdriver

from tests.browser import chromium

STYLE = """
@page { size: A4; margin: 9mm 10mm; }
* { box-sizing: border-box; }
body { margin: 0; font: 8.2pt/1.25 "DejaVu Sans", sans-serif; color: #000; }
h1 { margin: 0 0 1mm; font-size: 15pt; }
h2 { margin: 2.2mm 0 1mm; padding-bottom: 0.5mm; border-bottom: 0.4mm solid; }
h2 { font-size: 10.5pt; break-after: avoid; }
p { margin: 0 0 1mm; }
a { color: inherit; text-decoration: none; }
table { display: block; }
thead { display: none; }
tbody { display: grid; grid-template-columns: 1fr 1fr; gap: 1.4mm 4mm; }
tr { display: flex; gap: 2mm; break-inside: avoid; }
td { padding: 0; }
td:first-child { flex: none; width: 34mm; font-weight: bold; }
img { display: block; width: 100%; border-radius: 1mm; }
"""


def page(markdown: Path) -> str:
    """The page as HTML, its pictures beside it as they are beside the Markdown."""
    body = MarkdownIt("commonmark").enable("table").render(markdown.read_text(encoding="utf-8"))
    base = markdown.resolve().parent.as_uri()
    return f'<!doctype html><base href="{base}/"><style>{STYLE}</style>{body}'


def print_to(pdf: Path, html: str, driver: webdriver.Chrome, folder: Path) -> None:
    """Print HTML as Chromium would on paper."""
    file = folder / "page.html"
    file.write_text(html, encoding="utf-8")
    driver.get(file.as_uri())
    printed = driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    pdf.write_bytes(base64.b64decode(printed["data"]))
    print(f"{pdf}: {pdf.stat().st_size // 1000} kB")


def main() -> None:
    """Print the page that is named, beside itself."""
    if missing := chromium.why_missing():
        sys.exit(missing)
    markdown = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as work:
        driver = chromium.start(Path(work) / "profile")
        try:
            print_to(markdown.with_suffix(".pdf"), page(markdown), driver, Path(work))
        finally:
            driver.quit()


if __name__ == "__main__":
    main()
