"""A booth whose console is open in a browser, with something on each of its pages."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

from PIL import Image
from selenium import webdriver

from tests.box.booth import Booth, wait_until
from tests.browser.phones import Phone, phone_booth

LAPTOP, PHONE = (1920, 1080), (390, 844)
PAGES = (
    "/o",
    "/o/prizes",
    "/o/prizes?edit=mug",
    "/o/prizes?edit=t-shirt",
    "/o/prizes/recount",
    "/o/prizes/file",
    "/o/tasks",
    "/o/tasks/edit?kind=hunt",
    "/o/inbox",
    "/o/people",
    "/o/people/1",
    "/o/people/file",
    "/o/phones",
    "/o/rehearsal",
    "/o/print",
    "/o/report",
    "/o/wall",
    "/o/lights",
    "/o/recovery",
    "/o/look-back",
    "/o/access",
    "/o/close",
    "/o/upkeep",
    "/o/audit",
)
PRIZES = (
    ("mug", "Mug", 40),
    ("t-shirt", "T-shirt with the robot on it", 12),
    ("sticker", "Sticker pack", 300),
    ("lamp", "Desk lamp", 0),
)


def console_booth(folder: Path, made_before: Path | None = None) -> Booth:
    """A started booth with prizes and an alarm."""
    booth = phone_booth(folder, made_before)
    booth.start()
    prizes = [{"sku": sku, "name": name, "units": units} for sku, name, units in PRIZES]
    booth.ask_socket("POST", "/api/v1/prizes/import", {"prizes": prizes, "actor": "anna"})
    booth.ask_socket(
        "POST",
        "/api/v1/lockers/2/out-of-service",
        {"reason": "the latch is stiff", "actor": "anna"},
    )
    booth.ask_socket(
        "POST", "/api/v1/codes", {"attendee": "badge-1042", "sku": "mug", "actor": "anna"}
    )
    photo = io.BytesIO()
    Image.new("RGB", (700, 500), "teal").save(photo, "JPEG")
    picture = base64.b64encode(photo.getvalue()).decode()
    booth.ask_socket("POST", "/api/v1/prizes/mug/picture", {"picture": picture, "actor": "anna"})
    sizes = [{"label": label, "units": units} for label, units in (("S", 5), ("M", 15), ("L", 20))]
    asked_variants = {"variants": sizes, "actor": "anna"}
    booth.ask_socket("POST", "/api/v1/prizes/t-shirt/variants", asked_variants)
    for name in ("ada", "badge-1042"):
        asked = {"kind": "demo", "attendee": name, "actor": "anna"}
        booth.ask_socket("POST", "/api/v1/tasks", asked)
    return booth


class ConsoleBrowser(Phone):
    """A browser in which somebody of the staff has signed in."""

    def __init__(
        self, driver: webdriver.Chrome, window: str, booth: Booth, host: str = "127.0.0.1"
    ) -> None:
        super().__init__(driver, window)
        self._host = host
        self._address = f"http://{host}:{booth.port}"
        self._booth = booth

    def sign_in(self, name: str = "Olga", role: str = "organiser") -> None:
        """Open an invitation and accept it."""
        asked = {"name": name, "role": role, "actor": "anna"}
        invited: Any = self._booth.ask_socket("POST", "/api/v1/staff", asked)
        self.go(invited["url"].replace("127.0.0.1", self._host))
        asking = self.driver.current_url
        self.click("main form button")
        self.until("it is let in", lambda: self.look().current_url != asking)
        self.until("it is known", lambda: name in self.text("main"))

    def visit(self, path: str, seen: str = "main h1") -> None:
        """Open a page of the box, and wait until this is to be seen."""
        self.go(self._address + path)
        wait_until("the page", lambda: self.has(seen))
