"""The pictures of docs/phones.md, taken from a box in simulation; run by scripts/screenshots.

python -m tests.browser.phone_pictures [FOLDER]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from selenium import webdriver

from tests.box.booth import Booth
from tests.browser import chromium
from tests.browser.moving_picture import IMAGES
from tests.browser.phones import (
    PORTRAIT,
    Phone,
    personal_link,
    phone_booth,
    shown_qr,
    signs,
)

HIGHEST = 1000  # a picture beside others in a row of a table


def take(driver: webdriver.Chrome, booth: Booth, folder: Path) -> None:
    """Walk an attendee's way and keep what the phones show."""
    phone = Phone(driver, driver.current_window_handle)
    link, places = personal_link(booth, "badge-1042"), signs(booth)
    phone.turn(PORTRAIT)
    phone.theme("light")
    phone.go(link)
    phone.wait_for_words("My tasks")
    phone.go(places["workshop"])
    phone.wait_for_words("counted")
    _keep(phone, folder / "phone-checkpoint.png")
    phone.go(link)
    phone.write("#hand-in-first-workflow", "https://example.org/my-workflow")
    phone.click('[data-kind="first-workflow"] button')
    phone.wait_for_words("was submitted")
    _keep(phone, folder / "phone-tasks.png")
    phone.go(shown_qr(booth, link))
    phone.enter_pin("Eva")
    phone.wait_for_words("badge-1042")
    phone.click('[data-kind="first-workflow"] summary')
    _keep(phone, folder / "phone-attendant.png")
    phone.click('[data-kind="first-workflow"] .approve')
    phone.wait_for_words("approved")
    phone.theme("dark")
    phone.go(link)
    phone.wait_for(".digits")
    _keep(phone, folder / "phone-code.png")


def _keep(phone: Phone, file: Path) -> None:
    phone.keep(file, HIGHEST)
    phone.turn(PORTRAIT)


def main() -> None:
    """Take all pictures into the folder that is named, or into docs/images."""
    if missing := chromium.why_missing():
        sys.exit(missing)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        booth = phone_booth(Path(work) / "booth")
        driver = chromium.start(Path(work) / "profile")
        try:
            booth.start()
            take(driver, booth, folder)
        finally:
            driver.quit()
            booth.close()


if __name__ == "__main__":
    main()
