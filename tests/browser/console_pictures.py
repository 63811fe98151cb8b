"""The pictures of docs/organisers.md, taken from a box in simulation; run by scripts/screenshots.

python -m tests.browser.console_pictures [FOLDER [all]]

With `all` every page is kept, on a phone and on a laptop, in both themes, to be looked at.
"""

from __future__ import annotations

import base64
import io
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw
from selenium import webdriver

from tests.box.booth import Booth
from tests.box.going_on import go_on_to_the_end
from tests.browser import chromium
from tests.browser.consoles import LAPTOP, PAGES, PHONE, ConsoleBrowser, console_booth
from tests.browser.moving_picture import IMAGES

DESK = (1100, 800)
HIGHEST = 1400
# Name of the picture: page, size, theme.
SHOWN = {
    "console-home": ("/o", DESK, "light"),
    "console-prizes": ("/o/prizes", DESK, "light"),
    "console-phones": ("/o/phones", DESK, "light"),
    "console-task": ("/o/tasks/edit?kind=hunt", DESK, "light"),
    "console-inbox": ("/o/inbox", PHONE, "dark"),
    "console-close": ("/o/close", PHONE, "light"),
}


def with_photo(booth: Booth) -> None:
    """Somebody has handed in a photo, and waits for a verdict."""
    kind = {"id": "robot", "name": "You and the robot", "submission": "photo", "verdict": True}
    booth.ask_socket("POST", "/api/v1/task-kinds", {"kinds": [kind], "actor": "anna"})
    asked = {"kind": "robot", "attendee": "badge-7", "actor": "anna"}
    begun = booth.ask_socket("POST", "/api/v1/tasks", asked)
    photo = {"photo": base64.b64encode(_robot()).decode(), "actor": "anna"}
    booth.ask_socket("POST", f"/api/v1/tasks/{begun['task']['id']}/photo", photo)


def _robot() -> bytes:
    picture = Image.new("RGB", (1280, 960), "#2b6777")
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((440, 260, 840, 640), 40, fill="#c8d8e4")
    draw.ellipse((520, 360, 600, 440), fill="#222")
    draw.ellipse((680, 360, 760, 440), fill="#222")
    draw.rectangle((540, 530, 740, 560), fill="#222")
    raw = io.BytesIO()
    picture.save(raw, "JPEG")
    return raw.getvalue()


def take(browser: ConsoleBrowser, folder: Path) -> None:
    """Keep the pages that the document shows."""
    for name, (path, size, theme) in SHOWN.items():
        _keep(browser, path, size, theme, folder / f"{name}.png")


def take_all(browser: ConsoleBrowser, folder: Path) -> None:
    """Keep every page."""
    for size in (PHONE, LAPTOP):
        for theme in ("light", "dark"):
            for path in (*PAGES, "/w"):
                name = path.strip("/").replace("/", "-").replace("?", "-").replace("=", "-")
                _keep(browser, path, size, theme, folder / f"{name}-{size[0]}-{theme}.png")


def look_back(browser: ConsoleBrowser, booth: Booth, folder: Path) -> None:
    """Keep the slider over a redemption, at the instant when its latch has power."""
    booth.enter("bay-1", booth.issue_code())
    path = f"/o/look-back?redemption={booth.prompt('load')['redemption']}"
    go_on_to_the_end(booth)
    browser.visit(path)
    shown = browser.run("return [...document.querySelectorAll('.what')].map(e => e.textContent)")
    latch = next(place for place, what in enumerate(shown, 1) if what.startswith("latch "))
    _keep(browser, f"{path}&shown#{latch}", DESK, "light", folder / "look-back.png")


def _keep(
    browser: ConsoleBrowser, path: str, size: tuple[int, int], theme: str, file: Path
) -> None:
    browser.turn(size)
    browser.theme(theme)
    browser.visit(path)
    browser.until("its pictures", lambda: browser.run(_LOADED))
    browser.keep(file, HIGHEST if size is not LAPTOP else size[1])


_LOADED = """
for (const each of document.images) each.loading = 'eager';
return [...document.images].every((each) => each.complete);
"""


def main() -> None:
    """Take the pictures into the folder that is named, or into docs/images."""
    if missing := chromium.why_missing():
        sys.exit(missing)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        booth = console_booth(Path(work) / "booth")
        driver: webdriver.Chrome = chromium.start(Path(work) / "profile")
        try:
            with_photo(booth)
            booth.ask_socket("POST", "/api/v1/switches/wall", {"on": True, "actor": "anna"})
            browser = ConsoleBrowser(driver, driver.current_window_handle, booth)
            browser.sign_in()
            take(browser, folder)
            look_back(browser, booth, folder)
            if sys.argv[2:] == ["all"]:
                take_all(browser, folder)
        finally:
            driver.quit()
            booth.close()


if __name__ == "__main__":
    main()
