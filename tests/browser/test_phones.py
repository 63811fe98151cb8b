"""The phones' pages in a real browser of a phone's size: from the link to the opened locker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium import webdriver

from tests.box.booth import Booth, wait_until
from tests.browser import chromium
from tests.browser.axe import COLOURS, violations
from tests.browser.legible import HARD_TO_READ
from tests.browser.phones import (
    LANDSCAPE,
    NEWS_S,
    PORTRAIT,
    Phone,
    personal_link,
    phone_booth,
    shown_qr,
    signs,
)
from tests.browser.proxy import proxy_to


@pytest.fixture(scope="module")
def booth(tmp_path_factory: pytest.TempPathFactory, temporal_made_before: Path) -> Iterator[Booth]:
    made = phone_booth(tmp_path_factory.mktemp("phones"), temporal_made_before)
    made.start()
    wait_until("the prizes are there", lambda: made.snapshot()["stock"])
    yield made
    made.check_invariants()
    made.close()


def new_phone(driver: webdriver.Chrome) -> Phone:
    driver.switch_to.new_window("window")
    chromium.set_size(driver, *PORTRAIT)
    return Phone(driver, driver.current_window_handle)


@pytest.fixture
def phone(driver: webdriver.Chrome) -> Iterator[Phone]:
    before = driver.current_window_handle
    made = new_phone(driver)
    made.forget_cookies()
    yield made
    made.look().close()
    driver.switch_to.window(before)


@pytest.fixture
def attendant(driver: webdriver.Chrome, phone: Phone) -> Iterator[Phone]:
    made = new_phone(driver)
    yield made
    made.look().close()
    phone.look()


def task(phone: Phone, kind: str) -> str:
    return " ".join(phone.text(f'[data-kind="{kind}"]').split())


def code_on(phone: Phone) -> str:
    phone.wait_for(".digits")
    return "".join(phone.text(".digits").split())


def requests_of(phone: Phone) -> list[dict[str, Any]]:
    messages = [json.loads(entry["message"])["message"] for entry in phone.logged("performance")]
    return [each["params"] for each in messages if each["method"] == "Network.requestWillBeSent"]


def test_the_whole_way_from_the_link_to_the_prize(
    booth: Booth, phone: Phone, attendant: Phone
) -> None:
    link, places = personal_link(booth, "badge-1042"), signs(booth)
    phone.logged("browser")
    phone.go(link)
    phone.wait_for_words("badge-1042", "Treasure hunt", "Show us what you built")
    assert "Scan 1 checkpoint with your camera." in task(phone, "first-workflow")
    phone.go(places["workshop"])
    phone.wait_for_words("Workshop: counted", "Scan 1 more checkpoint")
    phone.click("a.button")
    phone.wait_for_words("My tasks")
    phone.write("#hand-in-first-workflow", "https://example.org/mine")
    phone.click('[data-kind="first-workflow"] button')
    phone.wait_for_words("Your link or number was submitted.", "Show your QR code to an attendant.")
    assert phone.has("details[open] svg.qr")

    attendant.go(shown_qr(booth, link))
    attendant.enter_pin("Eva")
    attendant.wait_for_words("badge-1042", "https://example.org/mine", "Visited: Workshop")
    attendant.click('[data-kind="first-workflow"] .approve')
    attendant.wait_for_words("approved First workflow".replace("First", "Your first"), "Eva")

    code = code_on(phone)  # without a touch: the page looks by itself
    assert len(code) == 8
    booth.enter("bay-1", code)
    prompt = booth.prompt("load")
    phone.until("it is in use", lambda: "in use at Left" in phone.text(".code"), NEWS_S)
    booth.say(prompt, "loaded")
    taking = booth.prompt("take")
    booth.door(taking["locker"], "closed")
    wait_until("completed", lambda: booth.answer(taking, "completed").is_success)
    booth.ended()
    phone.until("it is used", lambda: "used" in phone.text(".code.over"), NEWS_S)
    assert not phone.has(".digits")
    assert phone.logged("browser") == []


# Counts how often the content is put in place anew, from the page's first element on.
_COUNT_REPLACED = """
window.replaced = 0;
new MutationObserver((records) => {
  const removed = records.flatMap((record) => [...record.removedNodes]);
  window.replaced += removed.filter((node) => node.nodeName === "MAIN").length;
}).observe(document, {childList: true, subtree: true});
"""


def test_a_page_without_news_stays_as_it_is(booth: Booth, phone: Phone) -> None:
    counter = {"source": _COUNT_REPLACED}
    phone.look().execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", counter)
    phone.go(personal_link(booth, "badge-6"))
    phone.wait_for_words("Show us what you built")
    looked = "return JSON.parse(localStorage.getItem('boxd' + location.pathname))?.made ?? 0"
    phone.until("it has looked for news", lambda: phone.run(looked) > 0)
    assert phone.run("return window.replaced") == 0


def test_a_refusal_is_read_by_the_attendee_who_tries_again(
    booth: Booth, phone: Phone, attendant: Phone
) -> None:
    link = personal_link(booth, "badge-7")
    phone.go(link)
    phone.wait_for_words("Show us what you built")
    attendant.go(shown_qr(booth, link))
    attendant.enter_pin("Kim")
    attendant.click('[data-kind="demo"] summary')
    attendant.write("#reason-demo", "bring it along")
    attendant.click('[data-kind="demo"] .refuse')
    attendant.wait_for_words("refused Show us what you built, badge-7", "bring it along")
    phone.pick_up()
    phone.wait_for_words("Not accepted: bring it along. You can try 2 more times.")
    attendant.click('[data-kind="demo"] .approve')
    attendant.wait_for_words("approved Show us what you built, badge-7")
    phone.pick_up()
    assert len(code_on(phone)) == 8


def test_the_name_and_pin_are_asked_once_however_many_are_scanned(
    booth: Booth, attendant: Phone
) -> None:
    attendant.go(shown_qr(booth, personal_link(booth, "badge-8")))
    attendant.enter_pin("Kim")
    attendant.wait_for_words("badge-8")
    attendant.go(shown_qr(booth, personal_link(booth, "badge-9")))
    attendant.wait_for_words("badge-9", "I'm not Kim")
    attendant.click("form[action='/v/leave'] button")
    attendant.until("it asks again", lambda: attendant.has("#pin"))


def test_wrong_pins_are_counted_and_told(booth: Booth, attendant: Phone) -> None:
    attendant.forget_cookies()
    attendant.go(shown_qr(booth, personal_link(booth, "badge-10")))
    attendant.enter_pin("Eva", "111111")
    attendant.wait_for_words("Wrong PIN.")
    assert attendant.find("#name").get_attribute("value") == "Eva"
    attendant.enter_pin("Eva")
    attendant.wait_for_words("badge-10")


def test_what_somebody_is_writing_survives_news(booth: Booth, phone: Phone) -> None:
    link, places = personal_link(booth, "badge-11"), signs(booth)
    phone.go(link)
    field = "#hand-in-first-workflow"
    phone.write(field, "half a sen")
    client = booth.http
    client.get(link)
    own = link.rpartition("/a/")[2]
    counted = client.get(places["stage"], headers={"Cookie": f"boxd_attendee={own}"})
    assert "Main stage: counted" in counted.text
    phone.pick_up()
    phone.wait_for_words("Scan 1 more checkpoint")
    assert phone.find(field).get_attribute("value") == "half a sen"
    assert phone.driver.switch_to.active_element.get_attribute("id") == field[1:]


def test_a_page_is_one_answer_and_asks_no_other_host(booth: Booth, phone: Phone) -> None:
    link = personal_link(booth, "badge-12")
    phone.forget_all_of(link.partition("/a/")[0])
    phone.logged("performance")
    phone.go(link)
    phone.wait_for_words("badge-12")
    asked = requests_of(phone)
    address = link.partition("/a/")[0]
    assert {each["request"]["url"].rpartition("/a/")[0] for each in asked} == {address}
    needed = [each for each in asked if each["type"] in {"Document", "Stylesheet", "Image", "Font"}]
    assert [each["request"]["url"] for each in needed] == [link]
    size = phone.run("return performance.getEntriesByType('navigation')[0].transferSize")
    weight = phone.run("return performance.getEntriesByType('navigation')[0].decodedBodySize")
    print(f"attendee's page: {size} bytes over the air, {weight} unpacked")
    assert 0 < size < 30_000
    assert weight < 30_000


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE, (320, 568)])
def test_nothing_is_wider_than_the_phone(
    booth: Booth, phone: Phone, attendant: Phone, size: tuple[int, int]
) -> None:
    link = personal_link(booth, "a-very-long-reference-without-any-blank.somebody@example.org")
    for each, url in ((phone, link), (attendant, shown_qr(booth, link))):
        each.turn(size)
        each.go(url)
        each.wait_for("main")
        width = each.run("return document.documentElement.scrollWidth")
        assert width <= size[0]


def test_every_page_is_fit_for_everybody_and_for_text_of_twice_the_size(
    booth: Booth, phone: Phone, tmp_path: Path
) -> None:
    link, places = personal_link(booth, "badge-16.somebody@example.org"), signs(booth)
    booth.issue_code("mug", attendee="badge-16.somebody@example.org")
    twice = {"fontSizes": {"standard": 32, "fixed": 26}}
    address = link.partition("/a/")[0]
    asked = {"name": "Ola", "role": "attendant", "actor": "anna"}
    invited = booth.ask_socket("POST", "/api/v1/staff", asked)["url"]
    for name, url, seen in (
        ("stranger", places["workshop"], "main"),
        ("own", link, ".digits"),
        ("sign", places["workshop"], "main"),
        ("pin", shown_qr(booth, link), "#pin"),
        ("judging", "", ".approve"),
        ("attendant", f"{address}/v", "main"),
        ("nothing", f"{link}x", "main"),
        ("staff", f"{address}/i", "main"),
        ("home", address, "main"),
        ("no walk-ups", f"{address}/j", "main"),
        ("walk-ups", f"{address}/j", "main form"),
        ("invitation", invited, "main form"),
    ):
        phone.turn((360, 640))
        if name == "walk-ups":
            booth.ask_socket("POST", "/api/v1/switches/walk-ups", {"on": True, "actor": "anna"})
        phone.driver.execute_cdp_cmd("Page.setFontSizes", twice)
        if url:
            phone.go(url)
        else:
            phone.enter_pin("Eva")
        phone.wait_for(seen)
        for each in phone.driver.find_elements("css selector", "details:not([open]) > summary"):
            each.click()
        size = "return parseFloat(getComputedStyle(document.documentElement).fontSize)"
        assert phone.run(size) >= 32, name
        phone.run("scrollTo(0, 0)")
        phone.keep(tmp_path / f"{name}.png")  # to be looked at
        assert phone.run(HARD_TO_READ) == [], name
        for theme, rules in (("light", ()), ("dark", COLOURS)):
            phone.theme(theme)
            assert violations(phone, rules) == [], f"{name}, {theme}"


def test_the_kept_page_is_shown_where_a_proxy_answers_instead_of_the_box(
    booth: Booth, phone: Phone
) -> None:
    link = urlsplit(personal_link(booth, "badge-17"))
    assert link.port
    code = booth.issue_code("mug", attendee="badge-17")
    with proxy_to(link.port) as proxy:
        phone.go(f"{proxy.address}{link.path}")
        kept = "return !!navigator.serviceWorker.controller"
        phone.until("the page is kept", lambda: phone.run(kept))
        phone.look().refresh()
        assert code_on(phone) == code
        for status in (502, 503, 429):
            proxy.status = status
            phone.look().refresh()
            assert code_on(phone) == code
            phone.wait_for_words("badge-17", "No connection to the box. This is as of")
        proxy.status = 0
        phone.pick_up()
        phone.until("the box is there again", lambda: not phone.has("#note"), NEWS_S)
        assert code_on(phone) == code


def test_without_scripts_the_page_shows_all_and_takes_what_is_handed_in(
    booth: Booth, phone: Phone
) -> None:
    link, places = personal_link(booth, "badge-13"), signs(booth)
    phone.look().execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    phone.go(link)
    assert "Treasure hunt" in phone.text("main")
    phone.go(places["entrance"])
    assert "Entrance: counted" in phone.text("main")
    phone.go(link)
    phone.write("#hand-in-first-workflow", "number 17")
    phone.find('[data-kind="first-workflow"] button').click()
    phone.until("taken", lambda: "was submitted" in phone.text("main"))


def test_a_link_that_was_renewed_shows_nothing_any_more(booth: Booth, phone: Phone) -> None:
    link = personal_link(booth, "badge-14")
    phone.go(link)
    phone.wait_for_words("badge-14")
    newer = personal_link(booth, "badge-14", "--renew")
    phone.pick_up()
    phone.wait_for_words("This link does not work")
    path = link[link.index("/a/") :]
    assert phone.run(f"return localStorage.getItem('boxd{path}')") is None
    kept = (
        "return caches.open('boxd-pages').then((pages) => pages.match(arguments[0])).then(Boolean)"
    )
    assert phone.run(kept, path) is False
    phone.go(newer)
    phone.wait_for_words("badge-14")


def test_the_codes_stay_readable_without_the_box_also_after_a_reload(
    phone: Phone, tmp_path: Path, temporal_made_before: Path
) -> None:
    booth = phone_booth(tmp_path, temporal_made_before)
    try:
        booth.start()
        link = personal_link(booth, "badge-15")
        phone.go(link)
        phone.wait_for_words("badge-15")
        phone.until(
            "the page is kept", lambda: phone.run("return !!navigator.serviceWorker.controller")
        )
        code = booth.issue_code("mug", attendee="badge-15")
        phone.pick_up()
        assert code_on(phone) == code
        booth.kill()
        phone.pick_up()
        phone.wait_for_words("No connection to the box. This is as of")
        assert code_on(phone) == code
        phone.look().refresh()
        assert code_on(phone) == code
        phone.wait_for_words("badge-15", "No connection to the box.")
        booth.start()
        phone.pick_up()
        phone.until("it is there again", lambda: not phone.has("#note"), NEWS_S)
        assert code_on(phone) == code
    finally:
        booth.close()
