"""The README's picture of the front, taken from a box in simulation; run by scripts/screenshots.

python -m tests.browser.pictures [FOLDER]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver

from tests.box.booth import ROOT, Booth
from tests.browser import chromium
from tests.browser.pages import Front

IMAGES = ROOT / "docs" / "images"
SMALLER = (860, 504)
"""For the front, whose shades take many bytes: a picture is to stay under 200 kB."""


def take(driver: webdriver.Chrome, booth: Booth, folder: Path) -> None:
    """Walk to an open locker and keep what the front shows."""
    booth.enter("bay-1", booth.issue_code("mug"))
    booth.say(booth.prompt("load"), "loaded")
    booth.prompt("take")
    chromium.set_size(driver, *SMALLER)
    url = f"http://127.0.0.1:{booth.port}/sim"
    front = Front(driver, driver.current_window_handle, url)
    front.open()
    front.wait()
    front.wait_for_door(1, "open")
    front.until("the lamp, which blinks", lambda: front.is_lit("bay-1", "success"))
    _keep(front, folder / "front.png")


def _keep(page: Front, file: Path) -> None:
    page.until("nothing moves", lambda: page.run("return document.getAnimations().length") == 0)
    page.look().get_screenshot_as_file(str(file))
    print(f"{file}: {file.stat().st_size // 1000} kB")


@contextmanager
def _box_and_browser(folder: Path) -> Iterator[tuple[Booth, webdriver.Chrome]]:
    booth = Booth(folder / "booth")
    driver = chromium.start(folder / "profile")
    try:
        booth.start()
        yield booth, driver
    finally:
        driver.quit()
        booth.close()


def main() -> None:
    """Take the picture into the folder that is named, or into docs/images."""
    if missing := chromium.why_missing():
        sys.exit(missing)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as work,
        _box_and_browser(Path(work)) as (booth, driver),
    ):
        take(driver, booth, folder)


if __name__ == "__main__":
    main()
