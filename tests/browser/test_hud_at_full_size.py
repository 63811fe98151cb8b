"""The HUD with 4 bays, 12 lockers, 4 questions and 40 or 200 prizes, on each kind of screen.

What is looked at: no part runs off the screen, nothing that matters is cut, and every key that
chooses something stands beside what it chooses. The pictures go to $BOXD_TEST_PICTURES, if it is
set, for somebody's eyes.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver

from tests.browser import chromium
from tests.browser.large_booth import BAYS, LOCKERS, LargeBooth
from tests.browser.pages import Hud

SIZES = ((800, 480), (1024, 600), (1920, 1080))
# The parts of the screen, and what matters in each: all of it has to be inside of all around it.
MATTERS = (
    "#prompt h2",
    "#prompt .option",
    "#prompt kbd",
    ".alarm",
    ".waiting",
    ".waiting strong",
    ".bay",
    ".bay h3",
    ".locker",
    ".locker strong",
    ".locker .icon",
    "#stock .row",
    "#devices .row",
    "#events h3",
)
IN_SIGHT = """
const edgesOf = (element) => element === document.body
  ? { left: 0, top: 0, right: innerWidth, bottom: innerHeight }
  : element.getBoundingClientRect();
const cuts = (element) => {
  const { overflowX, overflowY } = getComputedStyle(element);
  return element === document.body || overflowX !== 'visible' || overflowY !== 'visible';
};
const cutBy = (element) => {
  const box = element.getBoundingClientRect();
  for (let around = element.parentElement; around; around = around.parentElement) {
    const edge = edgesOf(around);
    const isOut = box.left < edge.left - 1 || box.top < edge.top - 1
      || box.right > edge.right + 1 || box.bottom > edge.bottom + 1;
    if (cuts(around) && isOut) return around.id || around.className || around.tagName;
  }
  return '';
};
return arguments[0]
  .flatMap((css) => [...document.querySelectorAll(css)])
  .filter((element) => element.checkVisibility() && cutBy(element))
  .map((element) => `${element.textContent.slice(0, 40)} runs out of ${cutBy(element)}`);
"""
OVERLAP = """
const parts = (locker) => ['strong', '.icon'].map((css) => locker.querySelector(css));
return [...document.querySelectorAll('.locker')].filter((locker) => {
  const [one, other] = parts(locker).map((part) => part.getBoundingClientRect());
  return one.right > other.left + 1 && one.bottom > other.top + 1;
}).map((locker) => locker.dataset.locker);
"""
NUMBERS = """
return [...document.querySelectorAll('#stock .number')].map((number) => number.textContent);
"""
CUT_NAMES = """
return [...document.querySelectorAll('#prompt .option .label')]
  .filter((label) => label.scrollHeight > label.clientHeight + 2)
  .map((label) => label.textContent);
"""
CAPS = """
const cap = (option) => option.querySelector('kbd')?.textContent ?? '';
return [...document.querySelectorAll('#prompt .option')]
  .map((option) => [cap(option), option.querySelector('.label').textContent]);
"""


@dataclass(frozen=True)
class Screen:
    """A large booth and the screen before it."""

    booth: LargeBooth
    hud: Hud
    name: str

    def is_whole_at_every_size(self, what: str, sizes: Sequence[tuple[int, int]] = SIZES) -> None:
        """Fail for what is cut or covered at any size."""
        for width, height in sizes:
            chromium.set_size(self.hud.look(), width, height)
            self.hud.run("window.dispatchEvent(new Event('resize'))")
            self._keep(f"{self.name}-{what}-{width}")
            assert self.hud.run(IN_SIGHT, MATTERS) == [], f"{what} at {width}x{height}"
            assert self.hud.run(OVERLAP) == [], f"{what} at {width}x{height}"
            is_wide = "return document.documentElement.scrollWidth > innerWidth"
            assert not self.hud.run(is_wide), f"{what} at {width}x{height} runs off the screen"

    def _keep(self, name: str) -> None:
        if folder := os.environ.get("BOXD_TEST_PICTURES"):
            taken = self.hud.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
            Path(folder, f"{name}.png").write_bytes(base64.b64decode(taken["data"]))


@pytest.fixture(scope="module", params=[40, 200])
def screen(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    driver: webdriver.Chrome,
    temporal_made_before: Path,
) -> Iterator[Screen]:
    """A full booth, with its questions and alarms, and its screen."""
    booth = LargeBooth(tmp_path_factory.mktemp("large"), request.param, temporal_made_before)
    booth.start()
    booth.fill()
    booth.raise_alarms()
    booth.ask_at_every_bay()
    before = driver.current_window_handle
    driver.switch_to.new_window("window")
    hud = Hud(driver, driver.current_window_handle, f"http://127.0.0.1:{booth.port}/")
    hud.open()
    hud.wait_for("Put Sticker pack into locker 1")
    yield Screen(booth, hud, str(request.param))
    hud.look().close()
    driver.switch_to.window(before)
    booth.check_invariants()
    assert booth.stop() == 0
    booth.close()


def test_four_questions_and_all_around_them_are_in_sight(screen: Screen) -> None:
    hud = screen.hud
    screen.is_whole_at_every_size("questions")
    assert len(hud.look().find_elements("css selector", ".waiting")) == len(BAYS) - 1
    assert len(hud.look().find_elements("css selector", ".locker")) == LOCKERS
    assert "and 2 more" in hud.text("#alarms")


def test_the_short_and_the_sold_out_prizes_come_first_and_the_rest_is_counted(
    screen: Screen,
) -> None:
    hud = screen.hud
    rows = hud.text("#stock").split("\n")
    assert rows[0].startswith("Stock: ")
    assert "sold out" in rows[0]
    assert hud.run(NUMBERS)[:2] == ["0", "0"]
    shown = hud.run("return document.querySelectorAll('#stock .row:not([hidden])').length")
    assert f"and {int(screen.name) - shown} more" in hud.text("#stock")


def test_every_key_stands_beside_the_prize_that_it_chooses(screen: Screen) -> None:
    hud = screen.hud
    hud.choose("substitute")
    hud.wait_for("Which prize instead?")
    screen.is_whole_at_every_size("prizes")
    seen: list[str] = []
    pages = int(hud.text(".finder .place").rsplit(" ", 1)[1])
    for page in range(1, pages + 1):
        hud.until(f"page {page}", lambda page=page: f"Page {page} of" in hud.text(".place"))
        caps = hud.run(CAPS)
        prizes = [label for key, label in caps if key.isdigit()]
        assert [key for key, _ in caps if key.isdigit()] == [
            str(number) for number in range(1, len(prizes) + 1)
        ]
        assert [label for key, label in caps if not key] == []
        seen += prizes
        hud.until("it takes presses", lambda: not hud.has("body.guarded"))
        hud.choose("more")
    in_stock = [p for p in screen.booth.snapshot()["stock"] if p["on_hand"] > 0]
    assert len(seen) == len(set(seen)) == len(in_stock) - 1
    hud.choose("back")
    hud.wait_for("Put Sticker pack into locker 1")


def test_a_prize_is_found_by_letters_and_its_key_gives_that_one(screen: Screen) -> None:
    hud, booth = screen.hud, screen.booth
    hud.choose("substitute")
    hud.wait_for("Which prize instead?")
    hud.press("n")
    hud.until("only those", lambda: all(label.startswith("Notebook") for _, label in prizes(hud)))
    screen.is_whole_at_every_size("found")
    hud.press("\ue00c")  # Escape
    hud.until("all again", lambda: "“" not in hud.text(".place"))
    hud.click('[data-letter="山"]')
    hud.until("only those", lambda: all(label.startswith("山") for _, label in prizes(hud)))
    wanted = prizes(hud)[0][1]
    hud.until("it takes presses", lambda: not hud.has("body.guarded"))
    hud.press("1")
    hud.until("the prize of locker 1", lambda: prize_of(booth, 1) == wanted)


def prize_of(booth: LargeBooth, locker: int) -> str:
    """What goes into a locker now."""
    prompts = booth.snapshot()["prompts"]
    return next(str(each["prize"]["name"]) for each in prompts if each["locker"] == locker)


def prizes(hud: Hud) -> list[list[str]]:
    """The prizes that can be chosen now, with their keys."""
    return [[key, label] for key, label in hud.run(CAPS) if key.isdigit()]


@pytest.mark.parametrize("language", ["de", "fr", "es", "ja"])
def test_every_screen_holds_every_language(screen: Screen, language: str) -> None:
    if screen.name != "40":
        return  # the words are as many beside 200 prizes
    booth, hud = screen.booth, screen.hud
    assert booth.stop() == 0
    booth.speak(language)
    booth.start()
    hud.open()
    hud.until("the questions are back", lambda: hud.has("#prompt .option") and hud.has(".waiting"))
    assert hud.run("return document.documentElement.lang") == language
    screen.is_whole_at_every_size(f"questions-{language}")
    hud.choose("substitute")
    hud.until("the prizes", lambda: hud.has(".finder"))
    screen.is_whole_at_every_size(f"prizes-{language}")
    assert hud.run(CUT_NAMES) == [], "names that begin alike are told apart"
