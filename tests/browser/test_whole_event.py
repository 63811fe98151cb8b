"""From a box that nobody has prepared to the closed event, by the console and phones alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from selenium import webdriver

from tests.box.booth import Booth, wait_until
from tests.box.conftest import QUICK
from tests.browser.axe import violations
from tests.browser.consoles import LAPTOP, ConsoleBrowser
from tests.browser.phones import PORTRAIT, Phone
from tests.browser.test_first_prize import (
    ENGLISH,
    PHOTO,
    PHOTO_SIDE,
    WITHIN_S,
    Windows,
    add_prize,
    card_of,
    hand_in,
    publish_task,
    redeem,
    windows,
)
from tests.ports import free_ports

__all__ = ["windows"]

TO_DO = """
return [...document.querySelectorAll('.steps .act')]
  .map((each) => each.parentElement.querySelector('a').textContent)
"""


@pytest.fixture
def phones_port() -> int:
    return free_ports(1)[0]


@pytest.fixture
def booth(tmp_path: Path, temporal_made_before: Path, phones_port: int) -> Iterator[Booth]:
    """A box as it comes: phones can't reach it, and nobody organises it."""
    settings = (
        *QUICK,
        (r'# host = "0.0.0.0"', 'host = "127.0.0.1"'),
        (r"# port = 4322", f"port = {phones_port}"),
    )
    made = Booth(tmp_path / "booth", settings, temporal_made_before)
    made.start()
    yield made
    made.check_invariants()
    made.close()


def test_a_stranger_prepares_an_event_gives_a_prize_out_and_closes_within_fifteen_minutes(
    driver: webdriver.Chrome, booth: Booth, windows: Windows, tmp_path: Path, phones_port: int
) -> None:
    begun = time.monotonic()
    laptop = ConsoleBrowser(driver, windows.new(LAPTOP), booth)
    become_organiser(laptop)
    add_prize(laptop, ENGLISH)
    publish_task(laptop, ENGLISH)
    open_to_phones(laptop, phones_port)
    phone = Phone(driver, windows.new(PORTRAIT))
    phone.go(card_of(laptop, ENGLISH))
    attendant = Phone(driver, windows.new(PORTRAIT))
    enrol(attendant, invitation(laptop, "Eva"))
    print_cards(driver, laptop)
    laptop.visit("/o")
    laptop.wait_for_words("Before the first prize")
    assert laptop.run(TO_DO) == ["A rehearsal"]
    hand_in(phone, ENGLISH, tmp_path / "IMG_0001.JPG")
    attendant.go(f"{at_phones(phones_port)}/o/inbox")
    attendant.wait_for_words("badge-7: Wave at the robot")
    attendant.until(
        "the photo", lambda: attendant.run(f"return {PHOTO}.naturalWidth") == PHOTO_SIDE
    )
    attendant.click("[data-task] .approve")
    phone.wait_for(".digits")
    code = "".join(phone.text(".digits").split())
    redeem(driver, booth, windows, ENGLISH, code)
    assert booth.stock("robot")["dispensed"] == 1
    took_s = time.monotonic() - begun
    print(f"from the empty box to the first prize: {took_s:.0f} s")
    laptop.visit("/o")
    assert "Before the first prize" not in laptop.text("main")
    laptop.visit("/o/report")
    laptop.wait_for_words("Robot", "Wave at the robot")
    close_event(laptop)
    took_s = time.monotonic() - begun
    print(f"to the closed event: {took_s:.0f} s")
    assert took_s < WITHIN_S


def become_organiser(laptop: ConsoleBrowser) -> None:
    laptop.visit("/o")
    laptop.wait_for_words("This box has no organiser yet.")
    laptop.click('main a[href^="/i/first/"]')
    laptop.wait_for("#name")
    assert violations(laptop) == []
    laptop.write("#name", "Olga")
    laptop.click("main form button")
    laptop.until("it is known", lambda: "Olga" in laptop.text("main"))
    laptop.visit("/o")
    laptop.wait_for_words("Before the first prize")


def at_phones(port: int) -> str:
    """The phones' address; another name than the laptop's, so that each has cookies of its own."""
    return f"http://localhost:{port}"


def open_to_phones(laptop: ConsoleBrowser, port: int) -> None:
    laptop.visit("/o/phones")
    laptop.wait_for_words("Phones can't reach this box yet.")
    laptop.run("document.getElementById('address').value = ''")
    laptop.write("#address", at_phones(port))
    laptop.click('form[action="/o/phones/address"] button')
    laptop.wait_for_words("Phones reach the box there from now on.")
    wait_until("phones are answered", lambda: is_open(port))


def is_open(port: int) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(f"http://127.0.0.1:{port}/healthz").is_success
    return False


def invitation(laptop: ConsoleBrowser, name: str) -> str:
    """The address in the QR code of an attendant's invitation."""
    laptop.visit("/o/access")
    laptop.write("#name", name)
    laptop.click('#role option[value="attendant"]')
    laptop.click('form[action="/o/access/invite"] button')
    laptop.wait_for_words(f"An invitation for {name}")
    return str(laptop.run("return document.body.innerText.match(/http\\S+\\/i\\/\\S+/)[0]"))


def enrol(attendant: Phone, address: str) -> None:
    attendant.go(address)
    attendant.click("main form button")
    attendant.until("she is known", lambda: "Eva" in attendant.text("main"))


def print_cards(driver: webdriver.Chrome, laptop: ConsoleBrowser) -> None:
    laptop.visit("/o/print")
    laptop.write("#attendees", "badge-8\nbadge-9\n")
    before = set(driver.window_handles)
    laptop.click('form[action="/o/print/cards"] button')
    laptop.until("a page to print", lambda: set(driver.window_handles) - before)
    (made,) = set(driver.window_handles) - before
    sheet = Phone(driver, made)
    sheet.until(
        "both cards", lambda: sheet.run("return document.querySelectorAll('.card').length") == 2
    )
    sheet.look().close()


def close_event(laptop: ConsoleBrowser) -> None:
    laptop.visit("/o/close")
    laptop.click('form[action="/o/close/close"] button')
    laptop.wait_for_words("The event is closed")
    laptop.click('input[name="sure"]')
    laptop.click('form[action="/o/close/forget"] button')
    laptop.wait_for_words("Everyone was forgotten.", "0 people are known by name.")
