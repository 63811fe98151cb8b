"""A real browser before a real booth: both pages open, each in its window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from tests.box.booth import Booth, wait_until
from tests.box.conftest import QUICK, temporal_made_before
from tests.browser import chromium
from tests.browser.pages import Front, Hud

__all__ = ["temporal_made_before"]


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One browser for all tests."""
    assert not chromium.why_missing(), chromium.why_missing()
    started = chromium.start(tmp_path_factory.mktemp("profile"))
    yield started
    started.quit()


@pytest.fixture(scope="module")
def browser_booth(
    tmp_path_factory: pytest.TempPathFactory, temporal_made_before: Path
) -> Iterator[Booth]:
    """One started booth for a module, with mugs enough; it is checked at the end."""
    yield from stocked(Booth(tmp_path_factory.mktemp("booth"), QUICK, temporal_made_before))


def stocked(booth: Booth) -> Iterator[Booth]:
    """The booth once it is started and has the mugs; it is checked at the end."""
    booth.start()
    mugs = {"sku": "mug", "name": "Mug", "units": 50, "weight": 1}
    booth.ask_socket("POST", "/api/v1/prizes/import", {"prizes": [mugs], "actor": "test"})
    wait_until("the mugs are in stock", lambda: booth.stock("mug")["on_hand"] >= 50)
    yield booth
    booth.check_invariants()
    assert booth.stop() == 0
    booth.close()


@pytest.fixture(scope="module")
def pages(driver: webdriver.Chrome, browser_booth: Booth) -> Iterator[tuple[Hud, Front]]:
    """The operator's screen and the front, side by side."""
    url = f"http://127.0.0.1:{browser_booth.port}"
    before = driver.current_window_handle
    hud = Hud(driver, _new_window(driver), f"{url}/")
    front = Front(driver, _new_window(driver), f"{url}/sim")
    yield hud, front
    for page in (hud, front):
        page.look().close()
    driver.switch_to.window(before)


@pytest.fixture
def hud(pages: tuple[Hud, Front], browser_booth: Booth) -> Hud:
    """The operator's screen, freshly loaded, with nothing to do."""
    wait_until("both bays are ready", lambda: _all_are_ready(browser_booth))
    pages[0].open()
    pages[0].wait_for("Ready")
    return pages[0]


@pytest.fixture
def front(pages: tuple[Hud, Front]) -> Front:
    """The simulated front, freshly loaded."""
    pages[1].open()
    pages[1].wait()
    return pages[1]


def _all_are_ready(booth: Booth) -> bool:
    """Whether every bay is ready; ends what a failed test left open."""
    shown = booth.snapshot()
    for prompt in shown["prompts"]:
        booth.answer(prompt, "declined")
    return all(bay["state"] == "ready" for bay in shown["bays"])


def _new_window(driver: webdriver.Chrome) -> str:
    driver.switch_to.new_window("window")
    chromium.set_size(driver, *chromium.PANEL)
    return driver.current_window_handle
