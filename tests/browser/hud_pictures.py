"""The pictures of docs/operators.md: each state of the HUD, from boxes that are driven into it.

python -m tests.browser.hud_pictures [FOLDER]; run by scripts/screenshots, which gives it a
/var/lib of its own.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver

from tests.box.booth import Booth
from tests.browser import chromium
from tests.browser.camera import Camera
from tests.browser.hud_states import CHAPTERS, STATE, Scene, a_first_start
from tests.browser.moving_picture import IMAGES
from tests.browser.pages import Hud
from tests.clock.turned import TurnedClock, compiled


def take(driver: webdriver.Chrome, camera: Camera, folder: Path) -> None:
    """Play every chapter in a box of its own; those after the first start warm."""
    first = Booth(folder / "first")
    with _closed_at_the_end(first):
        a_first_start(Scene(first, _hud(first, driver), camera, None))
        first.stop()
    for chapter in CHAPTERS:
        place = folder / chapter.play.__name__
        place.mkdir()
        clock = TurnedClock(compiled(place), place / "clock") if chapter.turns_clock else None
        if chapter.fills_disk:
            _put_on_the_small_disk(place)
        launcher = clock.launcher if clock else ()
        warm = first.state / "temporal"
        booth = Booth(place, chapter.settings, warm, launcher=launcher)
        with _closed_at_the_end(booth):
            chapter.play(Scene(booth, _hud(booth, driver), camera, clock))


def _put_on_the_small_disk(place: Path) -> None:
    STATE.mkdir()
    (place / "state").symlink_to(STATE)
    # The simulated boards must not fail with the disk that is filled.
    (STATE / "hardware-trace.jsonl").symlink_to(place / "trace.jsonl")


def _hud(booth: Booth, driver: webdriver.Chrome) -> Hud:
    return Hud(driver, driver.current_window_handle, f"http://127.0.0.1:{booth.port}/")


@contextmanager
def _closed_at_the_end(booth: Booth) -> Iterator[None]:
    try:
        yield
    finally:
        booth.close()


def main() -> None:
    """Take all pictures into the folder that is named, or into docs/images; there into "hud"."""
    if missing := chromium.why_missing():
        sys.exit(missing)
    os.environ["SUDO_USER"] = "maintainer"  # whose name stands on the screen during a test
    images = (Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES) / "hud"
    images.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        driver = chromium.start(Path(work) / "profile")
        try:
            chromium.set_size(driver, *chromium.PANEL)
            take(driver, Camera(images), Path(work))
        finally:
            driver.quit()


if __name__ == "__main__":
    main()
