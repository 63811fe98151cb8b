"""A booth whose phones are served, and phones before it, as people use them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from selenium import webdriver

from boxd.phones.links import LinkKind, load_signer, shown_link
from tests.box.booth import Booth
from tests.box.conftest import QUICK
from tests.browser import chromium
from tests.browser.pages import Page
from tests.ports import free_ports

PIN = "271828"
LOOKED_AT = {
    "/",
    "/a/{link}",
    "/c/{link}",
    "/i",
    "/i/first/{secret}",
    "/i/{secret}",
    "/j",
    "/v",
    "/v/{link}",
}
"""The routes whose pages test_phones.py and test_whole_event.py look at with axe."""
NEWS_S = 40.0  # a page looks for news every ten seconds, when nobody seems to wait
PORTRAIT, LANDSCAPE = (390, 844), (844, 390)


def phone_booth(
    folder: Path, made_before: Path | None = None, more: Sequence[tuple[str, str]] = ()
) -> Booth:
    """A booth with the second listener, on loopback, and a PIN; not started."""
    (port,) = free_ports(1)
    settings = (
        *QUICK,
        *more,
        (r"(?<=\n)enabled = false", "enabled = true"),
        (r'# host = "0.0.0.0"', 'host = "127.0.0.1"'),
        (r"# port = 4322", f"port = {port}"),
        (r"# public_url = .*", f'public_url = "http://127.0.0.1:{port}"'),
        (r"# attendant_pin_file = .*", 'attendant_pin_file = "attendant.pin"'),
    )
    booth = Booth(folder, settings, made_before)
    pin = folder / "attendant.pin"
    pin.write_text(f"{PIN}\n", encoding="ascii")
    pin.chmod(0o600)
    return booth


def personal_link(booth: Booth, reference: str, *more: str) -> str:
    """What the organiser hands to an attendee."""
    made = booth.command("attendees", "link", reference, *more, "--json")
    assert made.returncode == 0, made.stderr
    return str(json.loads(made.stdout)["links"][0]["url"])


def signs(booth: Booth) -> dict[str, str]:
    """What hangs at the checkpoints."""
    made = booth.command("tasks", "qr", "--json")
    assert made.returncode == 0, made.stderr
    return {link["checkpoint"]: link["url"] for link in json.loads(made.stdout)["links"]}


def shown_qr(booth: Booth, own: str) -> str:
    """What an attendant's camera reads from the page behind the link `own`."""
    address, _, text = own.rpartition("/a/")
    signer = load_signer(booth.state / "keys" / "links.key", "box-1")
    link = signer.read(LinkKind.ATTENDEE, text)
    assert link is not None
    return f"{address}/v/{signer.sign(shown_link(link.attendee, link.generation))}"


class Phone(Page):
    """A phone's browser, in a window of its own."""

    def __init__(self, driver: webdriver.Chrome, window: str) -> None:
        super().__init__(driver, window, "about:blank")

    def go(self, url: str) -> None:
        """Open an address, as the camera does."""
        self.look().get(url)

    def pick_up(self) -> None:
        """Look at it again: a page that comes into sight asks for news at once."""
        self.run("document.dispatchEvent(new Event('visibilitychange'))")

    def turn(self, size: tuple[int, int]) -> None:
        """Hold it upright or sideways."""
        self.look()
        chromium.set_size(self.driver, *size)

    def write(self, css: str, text: str) -> None:
        """Write into a field."""
        self.find(css).send_keys(text)

    def wait_for(self, css: str) -> None:
        """Wait until there is such an element to be seen."""
        self.until(f"{css} is there", lambda: self.has(css), NEWS_S)

    def wait_for_words(self, *words: str) -> None:
        """Wait until all these words can be read."""
        self.until(
            f"the words {words}", lambda: all(each in self.text("body") for each in words), NEWS_S
        )

    def theme(self, name: str) -> None:
        """Light or dark."""
        feature = {"name": "prefers-color-scheme", "value": name}
        self.look().execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def keep(self, file: Path, highest: int = 2400) -> None:
        """A picture of the page, so far down."""
        self.until("nothing moves", lambda: self.run("return document.getAnimations().length") == 0)
        height = self.run("return document.documentElement.scrollHeight")
        width = self.run("return innerWidth")
        chromium.set_size(self.driver, width, min(height, highest))
        self.look().get_screenshot_as_file(str(file))
        print(f"{file}: {file.stat().st_size // 1000} kB")

    def forget_cookies(self) -> None:
        """Become a phone that was never here."""
        self.look().execute_cdp_cmd("Network.clearBrowserCookies", {})

    def forget_all_of(self, address: str) -> None:
        """Keep nothing of a site: no cookies, no pages, no worker."""
        everything = {"origin": address, "storageTypes": "all"}
        self.look().execute_cdp_cmd("Storage.clearDataForOrigin", everything)
        self.look().execute_cdp_cmd("Network.clearBrowserCache", {})

    def logged(self, kind: str) -> list[dict[str, Any]]:
        """What the browser logged since it was asked last."""
        # Selenium leaves this one method without types.
        entries: list[dict[str, Any]] = self.look().get_log(kind)  # type: ignore[no-untyped-call]
        return entries

    def enter_pin(self, name: str, pin: str = PIN) -> None:
        """Give a name and the PIN."""
        self.until("it asks for the PIN", lambda: self.has("#pin"))
        self.run("document.getElementById('name').value = ''")
        self.write("#name", name)
        self.write("#pin", pin)
        self.click("main form button")
