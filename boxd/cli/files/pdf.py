"""Prints a page of HTML as a PDF, with the Chromium that shows the operator's screen."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from boxd.errors import NotFound, Refused

_NAMES = ("chromium", "chromium-browser")  # Raspberry Pi OS Bookworm has the second
_LONGEST_S = 300  # a thousand cards on a Pi
_FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-pdf-header-footer",
)
_REMEDY = (
    "give an .html instead and print it from any browser, on this machine or another; or install"
    " it here: sudo apt install chromium."
)


def chromium() -> str:
    """The path of Chromium. Raises NotFound, with the remedy."""
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    raise NotFound(f"a PDF is printed by Chromium, which this machine has not: {_REMEDY}")


def print_pdf(html: str, output: Path) -> None:
    """Print the page, completely or not at all. Raises NotFound and Refused, with the remedy."""
    browser = chromium()
    # The page has links that lead to codes: nobody else may read its folder.
    with tempfile.TemporaryDirectory(prefix=".boxd-", dir=output.parent) as folder:
        page, printed = Path(folder) / "page.html", Path(folder) / "page.pdf"
        page.write_text(html, encoding="utf-8")
        why = _run(browser, page, printed)
        if why or not printed.is_file() or not printed.read_bytes().startswith(b"%PDF"):
            raise Refused(f"{output} is not written: {browser} printed nothing ({why}).")
        printed.chmod(0o600)
        printed.replace(output)


def _run(browser: str, page: Path, printed: Path) -> str:
    """Run the browser; returns its error text, or nothing."""
    # Chromium has no sandbox for root. The page is ours, runs nothing and loads nothing.
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    where = (f"--user-data-dir={page.parent / 'profile'}", f"--print-to-pdf={printed}")
    command = (browser, *_FLAGS, *root, *where, page.absolute().as_uri())
    try:
        done = subprocess.run(command, capture_output=True, timeout=_LONGEST_S, check=False)
    except subprocess.TimeoutExpired:
        return f"within {_LONGEST_S} s"
    if done.returncode == 0:
        return ""
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return said[-1] if said else f"exit code {done.returncode}"
