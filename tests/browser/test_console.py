"""The console in a real browser: every page, in both themes, on a phone and on a laptop."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from boxd.console.sections import SECTIONS
from tests.box.booth import Booth, wait_until
from tests.box.going_on import go_on_to_the_end
from tests.browser.axe import COLOURS, violations
from tests.browser.consoles import LAPTOP, PAGES, PHONE, ConsoleBrowser, console_booth

CROWD = 50
SHEETS = {
    "cards": {"attendees": "badge-1042"},
    "signs": {},
    "vouchers": {"for": "badge-1042", "count": "1"},
    "network": {"network": "Booth", "password": "secret-enough"},
    "poster": {},
}
IS_BEFORE = "return document.body.dataset.before === 'yes'"


@pytest.fixture(scope="module")
def booth(tmp_path_factory: pytest.TempPathFactory, temporal_made_before: Path) -> Iterator[Booth]:
    started = console_booth(tmp_path_factory.mktemp("booth"), temporal_made_before)
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


def test_the_pages_that_are_looked_at_are_all_sections() -> None:
    assert {each.path for each in SECTIONS} <= set(PAGES)


def test_every_page_is_fit_for_everybody_in_both_themes_and_sizes(browser: ConsoleBrowser) -> None:
    for path in PAGES:
        browser.visit(path)
        # A theme has its colours at every size.
        for size, theme, rules in (
            (PHONE, "light", ()),
            (PHONE, "dark", COLOURS),
            (LAPTOP, "light", ()),
        ):
            browser.turn(size)
            browser.theme(theme)
            assert violations(browser, rules) == [], f"{path}, {theme}, {size}"
            wide = browser.run("return document.documentElement.scrollWidth")
            assert wide <= size[0], f"{path} runs off the screen at {size}"


def test_what_has_no_menu_is_fit_for_everybody_in_both_themes(
    browser: ConsoleBrowser, booth: Booth
) -> None:
    booth.ask_socket("POST", "/api/v1/switches/wall", {"on": True, "actor": "anna"})
    for path in ("/w", "/o/docs", "/o/docs/organisers", "/o/no-such-page", "/", "/sim"):
        browser.visit(path, "main")
        _is_fit(browser, path)
    for sheet, fields in SHEETS.items():
        browser.visit("/o/people" if sheet == "poster" else "/o/print")
        form = f"form[action='/o/print/{sheet}']"
        for name, text in fields.items():
            browser.write(f"{form} [name='{name}']", text)
        browser.run("document.querySelector(arguments[0]).target = ''", form)
        browser.click(f"{form} button")
        browser.until(f"the sheet {sheet}", lambda: not browser.has("nav"))
        _is_fit(browser, sheet)


def _is_fit(browser: ConsoleBrowser, name: str) -> None:
    for theme, rules in (("light", ()), ("dark", COLOURS)):
        browser.theme(theme)
        assert violations(browser, rules) == [], f"{name}, {theme}"


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


def test_two_attendants_judge_fifty_people_and_none_of_them_twice(
    driver: webdriver.Chrome, browser: ConsoleBrowser, booth: Booth
) -> None:
    for number in range(CROWD):
        asked = {"kind": "demo", "attendee": f"visitor-{number}", "actor": "anna"}
        booth.ask_socket("POST", "/api/v1/tasks", asked)
    driver.switch_to.new_window("tab")
    # By another name of the box, so that the two have cookies of their own.
    mona = ConsoleBrowser(driver, driver.current_window_handle, booth, "localhost")
    mona.sign_in("Mona", "attendant")
    buttons = {browser: ".approve", mona: "[data-task]:last-child .approve"}
    for page in buttons:
        page.visit("/o/inbox")
    while sum(approve(page, css) for page, css in buttons.items()):
        pass
    mona.look().close()
    wait_until("everybody has a code", lambda: len(set(rewarded(booth))) >= CROWD)
    assert len(rewarded(booth)) == len(set(rewarded(booth)))


def approve(page: ConsoleBrowser, button: str) -> bool:
    """Press a button to approve, if anybody is left; the page of before has gone then."""
    page.run("document.body.dataset.before = 'yes'")
    pressed = page.run(
        "const found = document.querySelector(arguments[0]) ?? document.querySelector('.approve');"
        "found?.click(); return found !== null",
        button,
    )
    if pressed:
        page.until("the next page", lambda: page.has("#inbox") and not page.run(IS_BEFORE))
    return bool(pressed)


def rewarded(booth: Booth) -> list[str]:
    """The attendees whose task was approved and has its code, once for each approval."""
    with closing(sqlite3.connect(booth.state / "ledger.db")) as ledger:
        found = ledger.execute(
            "SELECT tasks.id FROM audit JOIN tasks ON tasks.id = json_extract(detail, '$.task')"
            " WHERE action = 'task.approved' AND state = 'rewarded'"
        )
        return [str(row[0]) for row in found]
