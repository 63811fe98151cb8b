"""A locker is opened from the HUD: by who is signed in, with a reason, once, and recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.box.booth import Booth
from tests.browser.pages import Front, Hud

LOCKER = ".locker[data-locker='2']"


@pytest.fixture
def signed_out(hud: Hud) -> Iterator[Hud]:
    """The screen without a person, before and after."""
    hud.look().delete_all_cookies()
    yield hud
    hud.look().delete_all_cookies()


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
