"""What the operator's screen says of upstream: one quiet row, and only where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from tests.box.booth import Booth
from tests.box.test_upstream import settings
from tests.browser.pages import Hud
from tests.upstream.peer import Peer


@pytest.fixture
def told_booth(tmp_path: Path, temporal_made_before: Path) -> Iterator[tuple[Booth, Peer]]:
    peer = Peer(tmp_path, tls=True)
    peer.start()
    booth = Booth(tmp_path / "booth", settings(peer, tmp_path), temporal_made_before)
    booth.start()
    yield booth, peer
    booth.close()
    peer.close()


def test_upstream_is_a_quiet_row_that_says_what_waits(
    driver: webdriver.Chrome, told_booth: tuple[Booth, Peer]
) -> None:
    booth, peer = told_booth
    hud = Hud(driver, driver.current_window_handle, f"http://127.0.0.1:{booth.port}/")
    hud.open()
    hud.until("all is told", lambda: "up to date" in hud.text("[data-upstream]"))
    peer.stop()
    booth.issue_code()
    hud.until("it waits", lambda: " wait" in hud.text("[data-upstream]"))
    assert hud.has("[data-upstream=waiting]")
    peer.start()
    hud.until("all is told again", lambda: "up to date" in hud.text("[data-upstream]"))


def test_a_box_without_upstream_has_no_such_row(hud: Hud) -> None:
    assert not hud.has("[data-upstream]")
