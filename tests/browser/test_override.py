"""From the HUD, who is signed in opens a locker with a reason, and walks through a playbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.box.booth import Booth
from tests.browser import chromium
from tests.browser.axe import violations
from tests.browser.pages import Front, Hud

LOCKER = ".locker[data-locker='2']"
PLAYBOOKS = "#recovery"
OPENS_PLAYBOOKS = "[popovertarget='recovery']"
_IS_WITHIN = """
const {left, top, right, bottom} = document.querySelector(arguments[0]).getBoundingClientRect()
return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight
"""


@pytest.fixture
def signed_out(hud: Hud) -> Iterator[Hud]:
    """The screen without a person, before and after."""
    hud.look().delete_all_cookies()
    yield hud
    hud.look().delete_all_cookies()


@pytest.fixture
def small(hud: Hud) -> Iterator[None]:
    """A touch screen of 800 x 480."""
    chromium.set_size(hud.look(), 800, 480)
    yield
    chromium.set_size(hud.look(), *chromium.PANEL)


def sign_in(booth: Booth, hud: Hud, name: str, role: str) -> None:
    asked = {"name": name, "role": role, "actor": "anna"}
    invited: Any = booth.ask_socket("POST", "/api/v1/staff", asked)
    hud.look().get(f"http://127.0.0.1:{booth.port}{urlsplit(invited['url']).path}")
    hud.click("main form button")
    # The page that asks names the person as well; what follows it must have come.
    hud.until("it is known", lambda: "You are known here as" in hud.text("main"))
    hud.open()
    hud.wait_for("Ready")


def choose_reason(hud: Hud, key: str) -> str:
    """Touch the locker, press a reason's key; what the screen then says."""
    hud.click(LOCKER)
    hud.until("the panel opens", lambda: hud.has("#override"))

    def is_taken() -> bool:  # not within a moment after the panel has opened
        if hud.has("#override [data-reason-key]"):
            hud.press(key)
        return hud.has("#override .outcome")

    hud.until("the reason is taken", is_taken)
    hud.until("its outcome", lambda: hud.text("#override .outcome") not in {"", "One moment…"})
    return hud.text("#override .outcome")


def test_who_is_signed_in_opens_a_locker_with_a_reason(
    browser_booth: Booth, signed_out: Hud, front: Front
) -> None:
    hud, before = signed_out, browser_booth.pulses(2)
    assert "Only a signed-in operator or organiser" in choose_reason(hud, "1")
    hud.press("\ue00c")  # Escape

    sign_in(browser_booth, hud, "Vera", "viewer")
    assert "Vera has the role viewer" in choose_reason(hud, "1")
    hud.press("\ue00c")
    assert browser_booth.pulses(2) == before

    sign_in(browser_booth, hud, "Olaf", "operator")
    assert "was opened: The prize is stuck" in choose_reason(hud, "1")
    front.wait_for_door(2, "open")
    assert browser_booth.pulses(2) == before + 1
    hud.until("the record", lambda: "Olaf" in hud.text("#events"))
    assert "The prize is stuck" in hud.text("#events")
    front.shut(2)


def test_who_is_signed_in_walks_through_a_playbook(
    browser_booth: Booth, signed_out: Hud, small: None
) -> None:
    hud = signed_out
    hud.click(OPENS_PLAYBOOKS)
    hud.until("it says who may", lambda: "Only a signed-in" in hud.text(PLAYBOOKS))

    sign_in(browser_booth, hud, "Oda", "operator")
    hud.click(OPENS_PLAYBOOKS)
    start = f"{PLAYBOOKS} [data-playbook='jammed-locker']"
    hud.until("the playbooks", lambda: hud.has(start))
    hud.run("document.querySelector(arguments[0]).value = '2'", f"{start} select")
    asks(hud, "Is it open now?", lambda: hud.find(f"{start} button").click())
    assert violations(hud) == []
    assert hud.run(_IS_WITHIN, PLAYBOOKS)

    browser_booth.enter("bay-1", browser_booth.issue_code())
    hud.wait_for("Put Mug into locker 1")
    hud.until("the claim goes first", lambda: not hud.has(PLAYBOOKS))
    assert not hud.find(OPENS_PLAYBOOKS).is_enabled()
    browser_booth.answer(browser_booth.prompt("load"), "declined")
    hud.wait_for("Ready")

    hud.click(OPENS_PLAYBOOKS)
    asks(hud, "What lies in locker 2?", lambda: hud.press("1"))
    asks(hud, "Ended: given up", lambda: hud.find(f"{PLAYBOOKS} [data-choice='give-up']").click())
    given = browser_booth.ask_socket("GET", "/api/v1/recoveries")
    (recovery,) = (each for each in given["recoveries"] if each["locker"] == 2)
    assert [each["choice"] for each in recovery["answers"]] == ["yes", "give-up"]
    assert {each["actor"] for each in recovery["answers"]} == {"Oda (staff)"}
    hud.press("\ue00c")


def asks(hud: Hud, words: str, press: Callable[[], None]) -> None:
    """Press until the panel says these words: a button that appeared just now is not pressed."""

    def said() -> bool:
        if words not in hud.text(PLAYBOOKS):
            press()
        return words in hud.text(PLAYBOOKS)

    hud.until(words, said)
