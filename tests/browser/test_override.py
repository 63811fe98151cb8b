"""From the HUD, who is signed in opens a locker with a reason, and walks through a playbook."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from boxd.bays.operator_console import SETTLE_S
from tests.box.booth import Booth
from tests.browser import chromium
from tests.browser.axe import violations
from tests.browser.pages import Front, Hud

LOCKER = ".locker[data-locker='2']"
PLAYBOOKS = "#recovery"
OPENS_PLAYBOOKS = "[popovertarget='recovery']"
_KEYS = """
const shown = [...document.querySelectorAll('#prompt .option')]
const words = (each, css) => each.querySelector(css).textContent
return Object.fromEntries(shown.map((each) => [words(each, 'kbd'), words(each, '.label')]))
"""
_OUT_OF_SIGHT = """
const area = document.querySelector('#prompt').getBoundingClientRect()
const isOut = ({left, top, right, bottom}) =>
  left < area.left || top < area.top || right > area.right || bottom > area.bottom + 1
return [...document.querySelectorAll('#prompt :is(h2, .option, kbd, .counted)')]
  .filter((each) => isOut(each.getBoundingClientRect()))
  .map((each) => each.textContent)
"""
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
    hud.wait_for("Open locker 2 by hand, or by the recorded override. Is it open now?")

    hud.click(OPENS_PLAYBOOKS)
    asks(hud, "What lies in locker 2?", lambda: hud.press("1"))
    asks(hud, "Ended: given up", lambda: hud.find(f"{PLAYBOOKS} [data-choice='give-up']").click())
    given = browser_booth.ask_socket("GET", "/api/v1/recoveries")
    (recovery,) = (each for each in given["recoveries"] if each["locker"] == 2)
    assert [each["choice"] for each in recovery["answers"]] == ["yes", "give-up"]
    assert {each["actor"] for each in recovery["answers"]} == {"Oda (staff)"}
    hud.press("\ue00c")


@pytest.mark.parametrize("size", [(800, 480), chromium.PANEL])
def test_a_playbook_is_answered_by_the_operators_keys_alone(
    browser_booth: Booth, signed_out: Hud, size: tuple[int, int]
) -> None:
    hud, booth = signed_out, browser_booth
    chromium.set_size(hud.look(), *size)
    begin(booth, "unknown-opening", locker=2)
    hud.wait_for("Look at locker 2. Is it open?")
    assert keys_shown(hud) == {"1": "Yes", "2": "No", "Cancel": "End it here"}
    assert hud.run(_OUT_OF_SIGHT) == []
    assert violations(hud) == []

    booth.enter("bay-1", booth.issue_code())
    hud.wait_for("Put Mug into locker 1")
    booth.press_operator("Cancel", "9")
    answered_by_keys(hud, "Look at locker 2. Is it open?")
    booth.press_operator("7")
    hud.until("which keys do", lambda: "press 1 / 2 / Cancel" in hud.text(".reason"))
    booth.press_operator("1")
    answered_by_keys(hud, "What lies in locker 2? Take it out.")
    booth.press_operator("2")
    answered_by_keys(hud, "Close locker 2.")
    booth.press_operator("1")
    hud.wait_for("Ready")

    before = booth.stock("mug")
    begin(booth, "missing-unit", sku="mug")
    answered_by_keys(hud, "Count the units of Mug that lie on the shelf or in lockers. How many?")
    counted = before["on_hand"] + before["held"] + 1
    booth.press_operator(*str(counted))
    hud.until("what was typed", lambda: hud.text(".counted") == str(counted))
    assert hud.run(_OUT_OF_SIGHT) == []
    booth.press_operator("Enter")
    hud.wait_for("Ready")
    assert booth.stock("mug")["on_hand"] == before["on_hand"] + 1
    given = booth.ask_socket("GET", "/api/v1/recoveries")["recoveries"]
    actors = {each["actor"] for recovery in given for each in recovery["answers"]}
    assert "operator (keys)" in actors
    chromium.set_size(hud.look(), *chromium.PANEL)


def begin(booth: Booth, playbook: str, **about: object) -> None:
    booth.ask_socket("POST", "/api/v1/recoveries", {"playbook": playbook, "actor": "anna", **about})


def answered_by_keys(hud: Hud, following: str) -> None:
    """The next question is there, and a finger may come down on it."""
    hud.wait_for(following)
    time.sleep(SETTLE_S + 0.2)


def keys_shown(hud: Hud) -> dict[str, str]:
    """What the screen says of each key."""
    found: dict[str, str] = hud.run(_KEYS)
    return found


def asks(hud: Hud, words: str, press: Callable[[], None]) -> None:
    """Press until the panel says these words: a button that appeared just now is not pressed."""

    def said() -> bool:
        if words not in hud.text(PLAYBOOKS):
            press()
        return words in hud.text(PLAYBOOKS)

    hud.until(words, said)
