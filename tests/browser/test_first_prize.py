"""From a box that nobody has prepared to its first prize, by the console and phones alone.

The event is in Japanese: no page may have English left on it. `test_whole_event.py` is in English.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException

from boxd.config import load
from boxd.words.catalogue import words_in
from tests.box.booth import Booth
from tests.browser import chromium
from tests.browser.consoles import LAPTOP, ConsoleBrowser
from tests.browser.pages import Front, Hud, Page
from tests.browser.phones import PORTRAIT, Phone, phone_booth
from tests.pictures.test_pictures import photo as taken
from tests.words.leftovers import english_on, named_in

WITHIN_S = 15 * 60
PHOTO = "document.querySelector('img.photo')"
PHOTO_SIDE = 1280


@dataclass(frozen=True)
class Event:
    """What this event's people call their things, and the language of all pages."""

    language: str
    prize: str
    sku: str
    task: str
    kind: str
    what_to_do: str
    attendee: str
    organiser: str

    def said(self, text: str) -> str:
        """A text of boxd's in this language."""
        return words_in(self.language).gettext(text)

    def is_all_in_its_language(self, page: Page, booth: Booth) -> None:
        """Fail for English that is left on a page of an event that is not in English."""
        if self.language == "en":
            return
        known = named_in(load(booth.config))
        assert page.run("return document.documentElement.lang") == self.language
        left = english_on(page.run("return document.body.outerHTML"), known)
        assert not left, " | ".join(left)


ENGLISH = Event(
    language="en",
    prize="Robot",
    sku="robot",
    task="Wave at the robot",
    kind="wave-at-the-robot",
    what_to_do="Come to the booth and wave.",
    attendee="badge-7",
    organiser="Olga",
)
JAPANESE = Event(
    language="ja",
    prize="ロボットの模型",
    sku="prize",
    task="ロボットに手を振ろう",
    kind="task",
    what_to_do="ブースに来て手を振ってください。",
    attendee="山田太郎",
    organiser="佐藤花子",
)


@pytest.fixture(params=[JAPANESE], ids=lambda event: event.language)
def event(request: pytest.FixtureRequest) -> Event:
    found: Event = request.param
    return found


@pytest.fixture
def booth(tmp_path: Path, temporal_made_before: Path, event: Event) -> Iterator[Booth]:
    speaks = (r'# language = "en"', f'language = "{event.language}"')
    made = phone_booth(tmp_path / "booth", temporal_made_before, [speaks])
    made.start()
    yield made
    made.check_invariants()
    made.close()


class Windows:
    """New windows of one browser, closed at the end."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self._driver = driver

    def new(self, size: tuple[int, int]) -> str:
        self._driver.switch_to.new_window("window")
        chromium.set_size(self._driver, *size)
        return self._driver.current_window_handle


@pytest.fixture
def windows(driver: webdriver.Chrome) -> Iterator[Windows]:
    before = driver.window_handles[0]
    yield Windows(driver)
    for each in driver.window_handles[1:]:
        driver.switch_to.window(each)
        driver.close()
    driver.switch_to.window(before)


def test_a_stranger_gives_out_the_first_prize_within_fifteen_minutes(
    driver: webdriver.Chrome, booth: Booth, windows: Windows, event: Event, tmp_path: Path
) -> None:
    begun = time.monotonic()
    laptop = ConsoleBrowser(driver, windows.new(LAPTOP), booth)
    laptop.visit(f"/o?language={event.language}")  # this browser, so that phones speak it, too
    laptop.sign_in(event.organiser)
    add_prize(laptop, event)
    publish_task(laptop, event)
    phone = Phone(driver, windows.new(PORTRAIT))
    phone.go(card_of(laptop, event))
    hand_in(phone, event, tmp_path / "IMG_0001.JPG")
    event.is_all_in_its_language(phone, booth)
    laptop.visit("/o/inbox")
    laptop.wait_for_words(event.attendee, event.task)
    laptop.until("the photo", lambda: laptop.run(f"return {PHOTO}.naturalWidth") == PHOTO_SIDE)
    event.is_all_in_its_language(laptop, booth)
    laptop.click("[data-task] .approve")
    phone.wait_for(".digits")
    event.is_all_in_its_language(phone, booth)
    code = "".join(phone.text(".digits").split())
    redeem(driver, booth, windows, event, code)
    assert booth.stock(event.sku)["dispensed"] == 1
    took_s = time.monotonic() - begun
    print(f"from the empty box to the first prize: {took_s:.0f} s")
    assert took_s < WITHIN_S
    print_a_voucher(laptop, booth, event)
    phone.forget_cookies()


def add_prize(laptop: ConsoleBrowser, event: Event) -> None:
    laptop.visit("/o/prizes")
    laptop.write("#new-name", event.prize)
    laptop.write("#new-units", "3")
    laptop.click('form[action="/o/prizes/add"] button')
    laptop.wait_for_words(event.said("The prize is added."))


def publish_task(laptop: ConsoleBrowser, event: Event) -> None:
    laptop.visit("/o/tasks/edit")
    laptop.write("#name", event.task)
    laptop.write("#text", event.what_to_do)
    laptop.click('#submission option[value="photo"]')
    laptop.click('input[name="verdict"]')
    laptop.click(f'input[name="prize-{event.sku}"]')
    laptop.click("form .buttons button:not(.plain)")
    said = (event.said("submit a photo"), event.said("an attendant judges"))
    laptop.wait_for_words(event.task, *said)


def card_of(laptop: ConsoleBrowser, event: Event) -> str:
    """The address in the QR code of a new person's card."""
    laptop.visit("/o/people")
    laptop.write("#name", event.attendee)
    laptop.click('form[action="/o/people/add"] button')
    laptop.wait_for_words(event.attendee)
    if not laptop.has('form[action$="/card"]'):
        laptop.click('main a[href^="/o/people/"]')
    laptop.click('form[action$="/card"] button')
    laptop.wait_for_words(event.said("The card"))
    return str(laptop.run("return document.body.innerText.match(/http\\S+\\/a\\/\\S+/)[0]"))


def hand_in(phone: Phone, event: Event, photo: Path) -> None:
    """Take a large photo, which the phone makes small before it is sent."""
    photo.write_bytes(taken(4000, 3000))
    task = f'[data-kind="{event.kind}"]'
    phone.wait_for_words(event.task, event.said("Submit a photo."))
    field = f"#hand-in-{event.kind}"
    phone.until("the phone has made it small", lambda: is_made_small(phone, task, field, photo))
    phone.click(f"{task} button:enabled")
    shown = event.said("Show your QR code to an attendant.")
    phone.wait_for_words(event.said("Your photo was submitted."), shown)


def is_made_small(phone: Phone, task: str, field: str, photo: Path) -> bool:
    """Choose the photo unless one is chosen; whether it is small already."""
    named = f"return document.querySelector('{task} input').files[0]?.name"
    chosen = phone.run(named)
    if chosen is None:
        with suppress(WebDriverException):  # the page has put a fresh form in place meanwhile
            phone.write(field, str(photo))
    return bool(chosen == "photo.jpg")


def redeem(
    driver: webdriver.Chrome, booth: Booth, windows: Windows, event: Event, code: str
) -> None:
    """Type the code at the box, put the prize in, and take it."""
    url = f"http://127.0.0.1:{booth.port}"
    hud = Hud(driver, windows.new(chromium.PANEL), f"{url}/")
    front = Front(driver, windows.new(LAPTOP), f"{url}/sim")
    hud.open()
    hud.wait_for(event.said("Ready"))
    front.open()
    front.wait()
    front.enter("bay-1", code)
    hud.until("the question", lambda: event.prize in hud.text("#prompt"))
    event.is_all_in_its_language(hud, booth)
    event.is_all_in_its_language(front, booth)
    hud.choose("loaded")
    front.shut(1)
    event.is_all_in_its_language(hud, booth)
    hud.choose("completed")
    hud.wait_for(event.said("Ready"))
    event.is_all_in_its_language(hud, booth)


def print_a_voucher(laptop: ConsoleBrowser, booth: Booth, event: Event) -> None:
    """Print a code for a speaker on paper."""
    laptop.visit("/o/print")
    laptop.run("document.querySelector('#count').value = 1")
    laptop.click(f'#sku option[value="{event.sku}"]')
    laptop.run("document.querySelectorAll('form').forEach((form) => form.target = '')")
    event.is_all_in_its_language(laptop, booth)
    laptop.click('form[action="/o/print/vouchers"] button')
    laptop.wait_for_words(event.prize)
    event.is_all_in_its_language(laptop, booth)
