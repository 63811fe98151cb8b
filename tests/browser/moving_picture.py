"""The README's moving picture: one redemption, the front beside the operator's screen.

python -m tests.browser.moving_picture [FOLDER]; run by scripts/screenshots.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from selenium import webdriver

from tests.box.booth import ROOT, Booth
from tests.browser import chromium
from tests.browser.pages import Front, Hud, Page

IMAGES = ROOT / "docs" / "images"
SMALLER = (860, 504)
"""For the front, whose shades take many bytes: a picture is to stay under 200 kB."""
NAME = "a-redemption.webp"
HEIGHT = 330
SHOWN_MS = 2200
LAST_MS = 4000


class Film:
    """Frames of both screens, side by side."""

    def __init__(self, booth: Booth, driver: webdriver.Chrome) -> None:
        address = f"http://127.0.0.1:{booth.port}"
        self._driver = driver
        self.front = Front(driver, driver.current_window_handle, f"{address}/sim")
        driver.switch_to.new_window("tab")
        self.hud = Hud(driver, driver.current_window_handle, f"{address}/")
        self._frames: list[Image.Image] = []
        for page in (self.front, self.hud):
            page.open()

    def expose(self) -> None:
        """Take a frame of what both screens show now."""
        left = self._picture(self.front, SMALLER)
        right = self._picture(self.hud, chromium.PANEL)
        frame = Image.new("RGB", (left.width + right.width, HEIGHT))
        frame.paste(left, (0, 0))
        frame.paste(right, (left.width, 0))
        self._frames.append(frame)

    def keep(self, file: Path) -> None:
        """Write the frames, which begin again after the last."""
        first, *rest = self._frames
        shown = [SHOWN_MS] * len(rest) + [LAST_MS]
        first.save(file, save_all=True, append_images=rest, duration=shown, loop=0, quality=75)
        print(f"{file}: {file.stat().st_size // 1000} kB")

    def _picture(self, page: Page, size: tuple[int, int]) -> Image.Image:
        driver = page.look()
        chromium.set_size(driver, *size)
        page.until("nothing moves", lambda: page.run("return document.getAnimations().length") == 0)
        taken = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
        return taken.resize((round(taken.width * HEIGHT / taken.height), HEIGHT))


def play(film: Film, booth: Booth) -> None:
    """From a box that is ready to one that is ready again."""
    film.front.wait()
    film.hud.wait_for("Ready")
    code = booth.issue_code("mug")
    film.expose()
    booth.type_keys("bay-1", *code)
    booth.wait_for_bay("bay-1", "ready")
    film.expose()
    booth.type_keys("bay-1", "Enter")
    loading = booth.prompt("load")
    film.expose()
    booth.say(loading, "loaded")
    taking = booth.prompt("take")
    film.front.wait_for_door(taking["locker"], "open")
    film.expose()
    booth.door(taking["locker"], "closed")
    film.front.wait_for_door(taking["locker"], "closed")
    booth.say(taking, "completed")
    film.hud.wait_for("Ready")
    film.expose()


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
    """Film it into the folder that is named, or into docs/images."""
    if missing := chromium.why_missing():
        sys.exit(missing)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as work,
        _box_and_browser(Path(work)) as (booth, driver),
    ):
        film = Film(booth, driver)
        play(film, booth)
        film.keep(folder / NAME)


if __name__ == "__main__":
    main()
