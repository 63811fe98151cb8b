"""The set-up page as a program: asked by a stranger, filled in, sent twice, failing, carried on.

The system's own programs are scripts here: nmcli and systemctl would change this machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from boxd.config.reading import load
from boxd.phones import qr
from tests.ports import free_ports
from tests.set_up.test_choices import FORM, WLAN

KEY = "tiny-lamp-42"
WITHIN_S = 30.0
PROGRAMS = {
    "systemctl": "",
    "nmcli": "",
    "hostname": "",
    "boxd": """case "$1" in
doctor) echo '{"checks": [{"grade": "warned", "seen": "no clock", "remedy": "add one"}]}' ;;
staff) echo '{"url": "http://10.42.0.1:4322/staff/invitation/abc"}' ;;
esac""",
}


class Card:
    """A fresh card's files in a folder, and the set-up page over them."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.programs = folder / "programs"
        self.calls = folder / "calls"
        self.port, self.screen_port = free_ports(2)
        for name, text in PROGRAMS.items():
            self.program(name, text)
        self.file("etc/boxd/set-up").write_text(f"{KEY}\n")
        self.file("etc/machine-id").write_text("0123456789abcdef0123456789abcdef\n")
        self.file("run/systemd/timesync/synchronized").touch()
        own = self.file("etc/NetworkManager/system-connections/boxd-own.nmconnection")
        own.write_text("[wifi]\nssid=boxd-0123\n[wifi-security]\npsk=abcd-efgh\n")
        browser = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(browser)
        self._page = self._start()

    def file(self, name: str) -> Path:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    def program(self, name: str, text: str) -> None:
        file = self.programs / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f'#!/bin/sh\necho "{name} $*" >>{self.calls}\n{text}\n')
        file.chmod(0o755)

    def open(self, path: str = "/", form: dict[str, str] | None = None) -> str:
        data = None if form is None else urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data)
        try:
            with self._opener.open(request, timeout=WITHIN_S) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def screen(self) -> str:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{self.screen_port}/", timeout=WITHIN_S
        ) as answer:
            return str(answer.read().decode())

    def wait_for(self, text: str, path: str = "/progress") -> str:
        deadline = time.monotonic() + WITHIN_S
        while text not in (page := self.open(path)):
            assert time.monotonic() < deadline, page
            time.sleep(0.1)
        return page

    def close(self) -> None:
        self._page.terminate()
        assert self._page.wait(WITHIN_S) == 0

    def _start(self) -> subprocess.Popen[bytes]:
        where = ["--root", str(self.root), "--port", str(self.port)]
        page = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "boxd",
                "set-up",
                *where,
                "--screen-port",
                str(self.screen_port),
            ],
            env={**os.environ, "PATH": f"{self.programs}:{os.environ['PATH']}"},
        )
        deadline = time.monotonic() + WITHIN_S
        while True:
            try:
                self.open()
            except urllib.error.URLError:
                assert page.poll() is None and time.monotonic() < deadline
                time.sleep(0.1)
            else:
                return page


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    made = Card(tmp_path)
    yield made
    made.close()


@pytest.fixture
def opened(card: Card) -> Card:
    """A card whose key was given."""
    card.open("/key", {"key": f" {KEY.upper()} "})
    return card


def test_a_stranger_without_the_key_learns_and_changes_nothing(card: Card) -> None:
    for path, form in (("/set-up", None), ("/set-up", FORM), ("/progress", None), ("/join", {})):
        page = card.open(path, form)
        assert "The key of this box" in page
        assert KEY not in page and "boxd-0123" not in page
    assert "is not the key" in card.open("/key", {"key": "tiny-lamp-43"})
    assert not (card.root / "etc/boxd/boxd.toml").exists()
    assert not card.calls.exists()


def test_a_form_of_a_foreign_page_is_refused(opened: Card) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{opened.port}/set-up", b"name=x", {"Origin": "http://elsewhere.example"}
    )
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.build_opener().open(request, timeout=WITHIN_S)


def test_a_name_that_was_rebound_to_the_card_gets_no_guess(card: Card) -> None:
    """A page elsewhere would let its visitors' browsers guess the key, as if it were ours."""
    for port, path, form in (
        (card.port, "/key", b"key=" + KEY.encode()),
        (card.screen_port, "/", None),
    ):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}",
            form,
            {"Host": "rebound.example", "Origin": "http://rebound.example"},
        )
        with pytest.raises(urllib.error.HTTPError, match="421") as refused:
            urllib.request.build_opener().open(request, timeout=WITHIN_S)
        assert KEY not in refused.value.read().decode()


def test_the_screen_shows_the_way_in(card: Card) -> None:
    page = card.screen()
    assert KEY in page and "boxd-0123" in page and "abcd-efgh" in page


def test_the_screens_code_joins_a_network_whatever_its_password(card: Card) -> None:
    own = card.root / "etc/NetworkManager/system-connections/boxd-own.nmconnection"
    own.write_text("[wifi]\nssid=boxd-0123\n[wifi-security]\npsk=semi;back\\\\slash\n")
    page = card.screen()
    assert r"password semi;back\slash" in page
    code = r"WIFI:T:WPA;S:boxd-0123;P:semi\;back\\slash;;"
    assert str(qr.svg(code, "QR code that joins the WLAN")) in page


def test_from_the_form_to_the_invitation(opened: Card) -> None:
    assert "own WLAN, boxd-0123" in opened.open("/set-up")
    opened.open("/set-up", FORM)
    page = opened.wait_for("The box is set up")
    assert "no clock" in page and "/staff/invitation/abc" in page
    config = load(opened.root / "etc/boxd/boxd.toml")
    assert (config.box.name, config.box.id) == ("Fair 2027", "box-012345")
    zone = (opened.root / "etc/localtime").readlink()
    assert zone == Path("/usr/share/zoneinfo/Europe/Berlin")
    assert not (opened.root / "etc/boxd/set-up").exists()
    with pytest.raises(urllib.error.URLError):
        opened.screen()  # its address is the box's now


def test_what_can_not_be_is_told_and_nothing_typed_is_lost(opened: Card) -> None:
    page = opened.open("/set-up", FORM | WLAN | {"password": "short"})
    assert "8 to 63 plain characters" in page
    assert 'value="Halle 3"' in page and 'value="Fair 2027"' in page
    assert (opened.root / "etc/boxd/set-up").exists()


def test_sent_twice_it_is_done_once(opened: Card) -> None:
    for _ in range(3):
        opened.open("/set-up", FORM)
    opened.wait_for("The box is set up")
    assert opened.calls.read_text().count("systemctl restart") == 1


def test_a_step_that_fails_is_told_and_the_answers_can_be_sent_again(opened: Card) -> None:
    opened.program("hostname", "echo 'no such host name' >&2; exit 1")
    opened.open("/set-up", FORM)
    page = opened.wait_for("The box is not set up")
    assert "no such host name" in page
    assert (opened.root / "etc/boxd/set-up").exists()
    assert 'value="Fair 2027"' in opened.open("/set-up")
    opened.program("hostname", "")
    opened.open("/set-up", FORM)
    opened.wait_for("The box is set up")


def test_a_time_that_is_none_keeps_nobody_from_setting_up(opened: Card) -> None:
    opened.open("/set-up", FORM | {"now": "9" * 5000})
    opened.wait_for("The box is set up")


def test_a_self_test_without_an_answer_is_told(opened: Card) -> None:
    opened.program("boxd", "")
    opened.open("/set-up", FORM)
    assert "boxd doctor" in opened.wait_for("The box is not set up")
    opened.program("boxd", PROGRAMS["boxd"])
    opened.open("/set-up", FORM)
    opened.wait_for("The box is set up")


def test_a_wlan_in_reach_whose_name_is_no_text_keeps_nobody_from_the_form(opened: Card) -> None:
    opened.program("nmcli", r"printf 'Halle \377\nFoyer\n'")
    assert "Foyer" in opened.open("/set-up")


def test_a_network_is_joined_when_the_person_says_so(opened: Card) -> None:
    opened.open("/set-up", FORM | WLAN)
    page = opened.wait_for("The box is set up")
    assert "leaves this network" in page
    connection = opened.root / "etc/NetworkManager/system-connections/boxd-joined.nmconnection"
    assert connection.stat().st_mode & 0o777 == 0o600
    assert "ssid=72;97;108;108;101;32;51;" in connection.read_text()
    assert "connection up" not in opened.calls.read_text()
    assert "http://box-012345.local:4322" in opened.open("/join", {})
    deadline = time.monotonic() + WITHIN_S
    while "connection up boxd-joined" not in opened.calls.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.1)
