"""Both pages used as people use them: by click, by key, too fast, too early, two at once."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import httpx
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.box.booth import Booth, wait_until
from tests.box.person import Person
from tests.browser.chromium import PANEL, set_size
from tests.browser.pages import Front, Hud

FOCUS_SHOWN = """
const style = getComputedStyle(arguments[0]);
return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
"""


def answers_of(booth: Booth, redemption: str) -> list[str]:
    shown = booth.http.get(f"/api/v1/redemptions/{redemption}").json()
    return [answer["kind"] for answer in shown["answers"]]


def finish(booth: Booth, hud: Hud, front: Front, locker: int = 1) -> None:
    """From the open locker to the end, by click."""
    front.shut(locker)
    hud.until("the switch", lambda: hud.text(".head .door") == "Door closed")
    hud.choose("completed")
    booth.ended()
    hud.wait_for("Ready")


def logged(hud: Hud, kind: str) -> list[dict[str, Any]]:
    # Selenium leaves this one method without types.
    entries: list[dict[str, Any]] = hud.look().get_log(kind)  # type: ignore[no-untyped-call]
    return entries


def test_a_redemption_is_clicked_through_on_both_pages_and_asks_no_other_host(
    browser_booth: Booth, hud: Hud, front: Front
) -> None:
    booth = browser_booth
    code = booth.issue_code()
    dispensed = booth.stock("mug")["dispensed"]
    logged(hud, "browser")
    logged(hud, "performance")
    hud.open()
    front.open()
    front.wait()
    front.enter("bay-1", code)
    hud.wait_for("Put Mug into locker 1")
    front.until("the standby lamp", lambda: front.is_lit("bay-1", "standby"))
    hud.choose("loaded")
    hud.wait_for("Wait until Mug is taken, then close locker 1")
    assert hud.text(".head .door") == "Door open"
    finish(booth, hud, front)
    front.until("the ready lamp", lambda: front.is_lit("bay-1", "success"))
    assert booth.stock("mug")["dispensed"] == dispensed + 1
    assert "Mug given out from locker 1 at Left" in hud.text("#events")
    assert logged(hud, "browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in logged(hud, "performance")]
    asked = {
        urlsplit(message["params"]["request"]["url"]).netloc
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    }
    assert asked == {f"127.0.0.1:{booth.port}"}


def test_the_stock_on_the_screen_goes_down_by_one(
    browser_booth: Booth, hud: Hud, front: Front
) -> None:
    before = hud.on_hand("mug")
    held_before = hud.text('[data-sku="mug"]').partition("left")[2]
    code = browser_booth.issue_code()
    hud.until("one less is on hand", lambda: hud.on_hand("mug") == before - 1)
    assert "reserved" in hud.text('[data-sku="mug"]')
    front.enter("bay-1", code)
    hud.choose("loaded")
    finish(browser_booth, hud, front)
    assert hud.on_hand("mug") == before - 1
    hud.until(
        "as many are held as before",
        lambda: hud.text('[data-sku="mug"]').partition("left")[2] == held_before,
    )


def test_the_keyboard_alone_does_all_of_it(browser_booth: Booth, hud: Hud, front: Front) -> None:
    booth = browser_booth
    front.press(*booth.issue_code(), Keys.ENTER)
    hud.wait_for("Put Mug into locker 1")
    hud.press(Keys.ENTER)
    hud.wait_for("Wait until Mug is taken, then close locker 1")
    front.wait_for_door(1, "open")
    front.find('[data-locker="1"]').send_keys(Keys.ENTER)
    front.wait_for_door(1, "closed")
    hud.until("the switch", lambda: hud.text(".head .door") == "Door closed")
    hud.press(Keys.ENTER)
    booth.ended()
    hud.wait_for("Ready")


def test_tab_goes_from_option_to_option_and_shows_where_it_is(
    browser_booth: Booth, hud: Hud
) -> None:
    browser_booth.enter("bay-1", browser_booth.issue_code())
    hud.wait_for("Put Mug into locker 1")
    for option in ("loaded", "substitute", "decline"):
        assert hud.run(FOCUS_SHOWN, hud.tab_to(option)), f"no visible focus on {option}"
    hud.press(Keys.ENTER)
    hud.wait_for("Really decline?")
    hud.tab_to("declined")
    hud.press(Keys.ENTER)
    browser_booth.ended()


def test_declining_asks_twice_on_the_keyboard(browser_booth: Booth, hud: Hud) -> None:
    booth = browser_booth
    booth.enter("bay-1", booth.issue_code())
    redemption = booth.prompt("load")["redemption"]
    hud.wait_for("Put Mug into locker 1")
    hud.press(Keys.ESCAPE)
    hud.wait_for("Really decline?")
    hud.press(Keys.ENTER)  # Enter is never the dangerous key
    hud.press(Keys.ESCAPE)
    hud.wait_for("Put Mug into locker 1")
    assert answers_of(booth, redemption) == []
    hud.press(Keys.ESCAPE)
    hud.wait_for("Really decline?")
    hud.press("9")
    assert "Declined" in booth.ended()["last"]["text"]


def test_another_prize_is_chosen_by_its_digit(browser_booth: Booth, hud: Hud, front: Front) -> None:
    browser_booth.enter("bay-1", browser_booth.issue_code())
    hud.wait_for("Put Mug into locker 1")
    hud.press("1")
    hud.wait_for("Which prize instead?")
    hud.press(hud.options()["substituted-t-shirt"])
    hud.wait_for("Put T-shirt into locker 1")
    hud.press(Keys.ENTER)
    hud.wait_for("Wait until T-shirt is taken, then close locker 1")
    finish(browser_booth, hud, front)


def test_a_double_click_counts_once(browser_booth: Booth, hud: Hud, front: Front) -> None:
    booth = browser_booth
    pulses = booth.pulses(1)
    booth.enter("bay-1", booth.issue_code())
    redemption = booth.prompt("load")["redemption"]
    hud.wait_for("Put Mug into locker 1")
    ActionChains(hud.look()).double_click(hud.find('[data-option="loaded"]')).perform()
    hud.wait_for("Wait until Mug is taken, then close locker 1")
    assert not hud.has(".reason")
    finish(booth, hud, front)
    assert booth.pulses(1) == pulses + 1
    assert answers_of(booth, redemption) == ["loaded", "completed"]


def test_why_an_answer_is_refused_is_shown_until_it_is_mended(
    browser_booth: Booth, hud: Hud, front: Front
) -> None:
    browser_booth.enter("bay-1", browser_booth.issue_code())
    hud.wait_for("Put Mug into locker 1")
    hud.choose("loaded")
    hud.wait_for("Wait until Mug is taken, then close locker 1")
    hud.choose("completed")
    why = "The door is still open; close it, then press “Taken and closed” again"
    hud.until("the reason", lambda: hud.text(".reason") == why)
    front.shut(1)
    hud.until("the reason is gone", lambda: not hud.has(".reason"))
    hud.choose("completed")
    browser_booth.ended()
    hud.wait_for("Ready")


def test_two_prompts_at_once_are_both_seen_and_each_is_answered(
    browser_booth: Booth, hud: Hud, front: Front
) -> None:
    booth = browser_booth
    booth.enter("bay-1", booth.issue_code())
    hud.wait_for("Put Mug into locker 1")
    booth.enter("bay-2", booth.issue_code("sticker"))
    hud.until("the other waits beside", lambda: "Sticker pack" in hud.text("#queue"))
    hud.press("0")
    hud.wait_for("Put Sticker pack into locker 3")
    hud.click("#queue .waiting")
    hud.wait_for("Put Mug into locker 1")
    hud.click("#queue .waiting")
    hud.wait_for("Put Sticker pack into locker 3")
    hud.choose("loaded")
    hud.wait_for("Wait until Sticker pack is taken, then close locker 3")
    front.shut(3)
    hud.until("the switch", lambda: hud.text(".head .door") == "Door closed")
    hud.choose("completed")
    booth.ended("bay-2")
    hud.wait_for("Put Mug into locker 1")
    hud.choose("loaded")
    hud.wait_for("Wait until Mug is taken, then close locker 1")
    finish(booth, hud, front)


def test_a_bay_without_its_keypad_is_not_called_ready(browser_booth: Booth, hud: Hud) -> None:
    browser_booth.fault("board-1", "unplug")
    hud.wait_for("Ready at Left")
    assert "board-1 is unreachable" in hud.text('[data-bay="bay-2"]')
    assert "check its cable" in hud.text('[data-device="board-1"]')
    browser_booth.fault("board-1", "replug")
    hud.wait_for("Ready")


def test_a_device_under_test_says_whose_and_its_bay_takes_no_codes(
    browser_booth: Booth, hud: Hud
) -> None:
    tester = Person(browser_booth, "devices", "test", "board-1")
    try:
        tester.sees("Did the standby lamp of board-1 light?")
        hud.wait_for("Ready at Left")
        assert "board-1 is being tested by" in hud.text('[data-bay="bay-2"]')
        assert "tested by" in hud.text('[data-device="board-1"]')
    finally:
        tester.is_killed()
        tester.close()
    hud.wait_for("Ready")


def test_each_locker_shows_what_tells_that_it_opened(browser_booth: Booth, hud: Hud) -> None:
    shown = "return [...document.querySelectorAll('.locker')].map((one) => one.dataset.believed)"
    assert hud.run(shown) == ["door", "door", "door", "operator"]


def test_on_a_phone_the_whole_front_is_within_its_width(front: Front) -> None:
    set_size(front.look(), 360, 740)
    try:
        ends = front.run(
            "return [...document.querySelectorAll('#cabinet .bay, .bar a, .key')].map("
            "(part) => part.getBoundingClientRect().right)"
        )
        assert max(ends) <= 360
    finally:
        set_size(front.look(), *PANEL)


def test_pages_that_were_left_let_go_of_the_box(
    browser_booth: Booth, hud: Hud, front: Front
) -> None:
    for _ in range(4):  # a browser has six connections for one box
        front.look().get(f"http://127.0.0.1:{browser_booth.port}/")
        front.until("the screen", lambda: front.has("#prompt h2"))
        front.open()
        front.wait()
    front.look().back()
    front.until("the screen is live again", lambda: not front.has("body.lost"))


def test_another_name_for_the_box_is_refused(browser_booth: Booth, front: Front) -> None:
    reply = browser_booth.http.get("/", headers={"Host": "rebound.example"})
    assert reply.status_code == httpx.codes.MISDIRECTED_REQUEST
    assert "is not a name of this box" in reply.json()["detail"]
    front.look().get(f"http://rebound.example:{browser_booth.port}/")
    assert "Host 'rebound.example" in front.text("body")
    wait_until("nothing was upset", browser_booth.is_ready)
