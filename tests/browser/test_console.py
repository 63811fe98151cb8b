"""The console in a real browser: every page, in both themes, on a phone and on a laptop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from tests.box.booth import Booth
from tests.box.going_on import go_on_to_the_end
from tests.browser.axe import COLOURS, violations
from tests.browser.consoles import LAPTOP, PAGES, PHONE, ConsoleBrowser, console_booth


@pytest.fixture(scope="module")
def booth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booth]:
    started = console_booth(tmp_path_factory.mktemp("booth"))
    yield started
    started.check_invariants()
    started.close()


@pytest.fixture
def browser(driver: webdriver.Chrome, booth: Booth) -> Iterator[ConsoleBrowser]:
    driver.switch_to.new_window("tab")
    page = ConsoleBrowser(driver, driver.current_window_handle, booth)
    page.sign_in()
    yield page
    page.forget_cookies()
    page.look().close()
    driver.switch_to.window(driver.window_handles[0])


def test_every_page_is_fit_for_everybody_in_both_themes_and_sizes(browser: ConsoleBrowser) -> None:
    for path in PAGES:
        browser.visit(path)
        for size in (PHONE, LAPTOP):
            browser.turn(size)
            for theme, rules in (("light", ()), ("dark", COLOURS)):
                browser.theme(theme)
                assert violations(browser, rules) == [], f"{path}, {theme}, {size}"
            wide = browser.run("return document.documentElement.scrollWidth")
            assert wide <= size[0], f"{path} runs off the screen at {size}"


def test_the_first_page_is_live_and_keeps_what_somebody_uses(
    browser: ConsoleBrowser, booth: Booth
) -> None:
    browser.visit("/o")
    mugs = '[data-sku="mug"] td'
    before = int(browser.text(mugs))
    booth.ask_socket(
        "POST", "/api/v1/prizes/mug/adjust", {"units": 2, "reason": "found", "actor": "anna"}
    )
    browser.until("the new stock", lambda: browser.text(mugs) == str(before + 2))
    browser.click('[data-alarm="locker_out_of_service"] button:not(.plain)')
    browser.wait_for_words("The locker is in service again.")
    assert not browser.has('[data-alarm="locker_out_of_service"]')


def test_a_redemption_is_looked_back_at_by_keyboard(browser: ConsoleBrowser, booth: Booth) -> None:
    booth.enter("bay-1", booth.issue_code())
    redemption = str(booth.prompt("load")["redemption"])
    begun = len(booth.trace())
    go_on_to_the_end(booth)
    browser.turn(PHONE)
    browser.visit(f"/o/look-back?redemption={redemption}")
    browser.wait_for("#slider")
    # What the hardware's trace has is on the page, in the same order.
    latches = [
        f"latch {line['device']} {'on' if line['level'] else 'off'}"
        for line in booth.trace()[begun:]
        if line["what"] == "latch"
    ]
    shown = browser.run("return [...document.querySelectorAll('.what')].map(e => e.textContent)")
    assert [each for each in shown if each.startswith("latch ")] == latches
    assert len(latches) == 2
    at = "[data-instant]:not([hidden])"
    slider = browser.look().find_element("id", "instant")
    for _ in range(shown.index(latches[0])):
        slider.send_keys(Keys.ARROW_RIGHT)
    assert browser.text(f"{at} .stage") == "open"
    assert browser.text(f"{at} .latches") == latches[0].removeprefix("latch ").removesuffix(" on")
    assert latches[0] in str(slider.get_attribute("aria-valuetext"))
    assert violations(browser, ()) == []
    assert browser.run("return document.documentElement.scrollWidth") <= PHONE[0]
    slider.send_keys(Keys.END)
    assert browser.text(f"{at} .stage") == "dispensed"
    assert browser.text(f"{at} .known") == "dispensed"
    browser.click("[data-move=first]")
    assert browser.text(f"{at} .known") not in {"load", "take", "dispensed"}


def test_an_attendant_approves_and_undoes_while_the_inbox_is_live(
    browser: ConsoleBrowser, booth: Booth
) -> None:
    browser.visit("/o/inbox")
    browser.wait_for_words("2 people are waiting.")
    browser.click("[data-task] .approve")
    browser.wait_for("[data-pending] button")
    browser.click("[data-pending] button")
    browser.wait_for_words("The decision was undone.", "2 people are waiting.")
    asked = {"kind": "demo", "attendee": "somebody new", "actor": "anna"}
    booth.ask_socket("POST", "/api/v1/tasks", asked)
    browser.wait_for_words("3 people are waiting.")
