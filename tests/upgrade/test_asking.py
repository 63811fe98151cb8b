"""Whoever asks for an upgrade or the way back sees what the unit says, and how it ended."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from threading import Thread

import pytest

from boxd.config import load
from boxd.errors import BoxdError, NotFound, Refused
from boxd.ledger.database import open_ledger
from boxd.upgrade import journal, system
from boxd.upgrade.asking import run_by_systemd
from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.journal import Step, Upgrade
from boxd.upgrade.rollback import return_to_previous

takes_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="runs what another user would: takes root"
)
KEPT = Upgrade(Step.KEPT, "1.0.0", "2.0.0", 120.0)
# Tells what the unit has said, all of it each time, and refuses what a newer systemd does.
JOURNALCTL = """#!/bin/sh
case "$*" in *--cursor*--since*) echo "Please specify only one of them" >&2; exit 1 ;; esac
case "$*" in *--since*) cat {said} ;; esac
"""
SYSTEMCTL = """#!/bin/sh
[ "$1" != start ] || { sleep 0.5; echo "  ready"; mv %(journal)s %(last)s; } >>%(said)s 2>&1 &
"""


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InstallPaths:
    """A box with a release to go back to, on a system whose unit ends whatever is asked of it."""
    places = InstallPaths(tmp_path)
    monkeypatch.setattr(system, "USER", getpass.getuser())
    release(places)
    places.config_file.parent.mkdir(parents=True)
    text = Path("config/sim.toml").read_text(encoding="utf-8")
    text = text.replace("../var/sim", str(tmp_path / "state"))
    places.config_file.write_text(text, encoding="utf-8")
    said, programs = tmp_path / "said", tmp_path / "programs"
    said.write_text("  boxd stopped\n", encoding="utf-8")
    programs.mkdir()
    moved = {"journal": places.journal, "last": places.last, "said": said}
    for name, text in (
        ("journalctl", JOURNALCTL.format(said=said)),
        ("systemctl", SYSTEMCTL % moved),
    ):
        (programs / name).write_text(text, encoding="utf-8")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return places


def release(places: InstallPaths, check: str = "", replay: str = "echo 3") -> None:
    """The release to go back to: it answers as `check` and `replay` say."""
    folder = places.releases / "1.0.0"
    programs = {"boxd": f'case "$*" in *config*) {check or ":"} ;; esac', "python": replay}
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    for file in ("VERSION", "DIGEST"):
        (folder / file).write_text("1.0.0\n", encoding="utf-8")
    for name, does in programs.items():
        (folder / "bin" / name).write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
        (folder / "bin" / name).chmod(0o755)


class _Daemon(BaseHTTPRequestHandler):
    """A box of the new release that is ready."""

    def do_GET(self) -> None:
        health = {"state": "ready", "why": ""}
        told = json.dumps({"box": {"boxd": "2.0.0"}, "health": health, "prompts": []}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *args: object) -> None:
        """Nobody wants to know."""


@pytest.fixture
def daemon(places: InstallPaths) -> Iterator[None]:
    config = load(places.config_file)
    config.socket_file.parent.mkdir(parents=True, exist_ok=True)
    open_ledger(config.ledger_file).close()
    with ThreadingUnixStreamServer(str(config.socket_file), _Daemon) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


def noting(asked: list[str]) -> Callable[[str], bool]:
    """Says no to every question, and keeps it in `asked`."""

    def say_no(question: str) -> bool:
        asked.append(question)
        return False

    return say_no


@takes_root
@pytest.mark.usefixtures("daemon")
def test_the_way_back_asks_with_what_the_old_release_can_not_carry_on(
    places: InstallPaths,
) -> None:
    release(
        places, replay='echo "1 of what is open can\'t be carried on: task hunt.17" >&2; exit 1'
    )
    journal.end(places, KEPT)
    asked: list[str] = []
    with pytest.raises(Refused, match="nothing was changed"):
        return_to_previous(places, 120, noting(asked))
    assert "can't be carried on: task hunt.17; otherwise it is begun again" in asked[0]
    assert journal.read(places) is None


@takes_root
@pytest.mark.usefixtures("daemon")
def test_the_way_back_asks_about_nothing_that_the_old_release_carries_on(
    places: InstallPaths, capfd: pytest.CaptureFixture[str]
) -> None:
    journal.end(places, KEPT)
    asked: list[str] = []
    with pytest.raises(Refused, match="nothing was changed"):
        return_to_previous(places, 120, noting(asked))
    assert asked[0].endswith("The ledger stays as it is.")
    assert "3 replay on boxd 1.0.0" in capfd.readouterr().out


@takes_root
def test_a_release_that_does_not_take_the_configuration_is_not_gone_back_to(
    places: InstallPaths,
) -> None:
    release(places, check='echo "boxd: unknown setting lamps" >&2; exit 1')
    journal.end(places, KEPT)
    with pytest.raises(BoxdError, match=r"does not fit boxd 1\.0\.0.*lamps.*Nothing was stopped"):
        return_to_previous(places, 120, lambda _: True)
    assert journal.read(places) is None


def test_what_the_unit_says_is_shown_once(
    places: InstallPaths, capfd: pytest.CaptureFixture[str]
) -> None:
    journal.write(places, KEPT)
    assert run_by_systemd(places) == KEPT
    assert capfd.readouterr() == ("  boxd stopped\n  ready\n", "")


def test_nobody_goes_back_while_an_upgrade_is_under_way(places: InstallPaths) -> None:
    under_way = replace(KEPT, step=Step.TRYING, old="2.0.0", new="3.0.0")
    journal.end(places, KEPT)
    journal.write(places, under_way)
    with pytest.raises(Refused, match="under way"):
        return_to_previous(places, 120, lambda _: True)
    assert journal.read(places) == under_way


def test_a_way_back_whose_backup_is_gone_is_none(places: InstallPaths, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    open_ledger(tmp_path / "state/ledger.db").close()
    journal.end(places, replace(KEPT, schema=1, backup=str(tmp_path / "gone.db")))
    with pytest.raises(NotFound, match="no way back"):
        return_to_previous(places, 120, lambda _: True)
    assert journal.read(places) is None


@takes_root
def test_a_way_back_that_ended_otherwise_is_no_success(places: InstallPaths) -> None:
    journal.end(places, KEPT)
    with pytest.raises(BoxdError, match="did not go back"):
        return_to_previous(places, 120, lambda _: True)
