"""Every `sudo boxd` line of the documents, run as root where the service has planted links."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from boxd.ledger.database import open_ledger
from tests.archive.cards import PASSPHRASE
from tests.web.certificates import write_pair

ROOT = Path(__file__).parents[1]
SERVICE = 4321
LINE = re.compile(
    r"sudo (?:/usr/lib/boxd/bin/)?boxd ([a-z][a-z-]*(?: [a-z][a-z-]*)*(?: --[a-z]+)?)"
)
# What is loaded later is loaded first: who is no longer root may not read a developer's Python.
PROGRAM = """
import asyncio, concurrent.futures.thread, encodings.idna, pty
import boxd.archive.card_backup, boxd.archive.card_restore, boxd.ledger.restore
import boxd.salvage.ledger_recovery, boxd.salvage.other_witnesses
import boxd.temporal.client, boxd.temporal.codec_endpoint, boxd.temporal.seal
from boxd.cli.program import main
main()
"""
# By the words that tell the commands apart: what is typed after them, and what of the service's
# folder they read or write. Each of that is a link to a file of root's, or to a folder for "/".
CASES = {
    "config check": ((), ("keys/",)),
    "doctor": (
        ("--bundle",),
        ("ledger.db", "temporal/temporal.db", "keys/claim.key", "boxd.sock", "backups/"),
    ),
    "redemptions history": (("r-1",), ("keys/sealing.key", "boxd.sock")),
    "temporal": (("workflow", "list"), ("keys/sealing.key", ".config/", "temporal/")),
    "temporal-pages": ((), ("keys/sealing.key",)),
    "backup create --card": (
        ("{out}/box.card", "--passphrase-file", "{out}/passphrase"),
        ("ledger.db-wal", "ledger.db-shm", "keys/claim.key"),
    ),
    "backup restore": (("{out}/given.db", "--yes"), ("ledger.db", "being-restored/")),
    "backup restore --card": (
        ("{out}/given.card", "--passphrase-file", "{out}/passphrase", "--yes"),
        ("ledger.db", "being-restored/", "keys/"),
    ),
    "recover ledger": (("--yes",), ("ledger.db", "being-recovered/", "backups/")),
    "codes new-keys": (("--yes",), ("keys/", "ledger.db")),
    "fleet begin": (("fair", "127.0.0.1:1"), ("keys/event.key",)),
    "fleet invite": ((), ("keys/event.key",)),
    "fleet join": (("no-token",), ("keys/event.key",)),
    "fleet leave": (("--keep-codes",), ("keys/event.key",)),
    "devices flash": (("cabinet",), ("ledger.db", "boxd.sock")),
    "lockers open": (("2", "--reason", "x", "--direct", "--yes"), ("ledger.db-wal", "boxd.lock")),
    "tls import": (
        ("{out}/phones.pem", "{out}/phones.key"),
        ("keys/phones.pem", "keys/phones.key", "keys/.phones.pem.new", "keys/.phones.key.new"),
    ),
}
# Tested in tests/upgrade/test_planted_links.py: they take releases and systemd.
OF_RELEASES = {"upgrade", "upgrade --back"}
CONFIG = """\
[box]
id = "box-1"
state_dir = "{state}"

[[devices]]
kind = "arduino"
name = "cabinet"
port = "/dev/serial/by-id/usb-none"
latches = {{ latch-1 = 1 }}

[[devices]]
kind = "codetv"
name = "board-0"
port = "CodeTV Board 0"

[[bays]]
id = "bay-1"
keypad = "board-0"
lamps = "board-0"

[[lockers]]
id = 2
bay = "bay-1"
latch = "cabinet.latch-1"
"""


def documented() -> set[str]:
    """The commands that the documents let root run."""
    found: set[str] = set()
    for file in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        found.update(LINE.findall(" ".join(file.read_text(encoding="utf-8").split())))
    return found


def of_cases(words: str) -> str:
    """The case of a line: the longest one that begins it; empty if there is none."""
    known = sorted({*CASES, *OF_RELEASES}, key=len, reverse=True)
    return next((each for each in known if f"{words} ".startswith(f"{each} ")), "")


def test_every_line_for_root_has_a_case() -> None:
    lines = documented()
    assert len(lines) >= len(CASES)
    assert [line for line in sorted(lines) if not of_cases(line)] == []
    assert {of_cases(line) for line in lines} == {*CASES, *OF_RELEASES}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The service's folder, below one that everybody may enter."""
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    state = tmp_path / "state"
    for each in (state, state / "keys", state / "temporal"):
        each.mkdir()
        os.chown(each, SERVICE, SERVICE)
    open_ledger(state / "ledger.db").close()
    for each in state.glob("ledger.db*"):
        os.chown(each, SERVICE, SERVICE)
    return state


@pytest.fixture
def config(state: Path) -> Path:
    """A configuration that has an Arduino and phones, beside the service's folder."""
    file = state.parent / "boxd.toml"
    file.write_text(CONFIG.format(state=state), encoding="utf-8")
    return file


@pytest.fixture
def roots(tmp_path: Path) -> Iterator[Path]:
    """A folder of root's with a file, of which nobody else may do anything; it stays as it is."""
    folder = tmp_path / "roots"
    folder.mkdir(mode=0o700)
    (folder / "file").write_text("root's own\n", encoding="utf-8")
    (folder / "file").chmod(0o600)
    before = as_it_is(folder)
    yield folder
    assert as_it_is(folder) == before


def as_it_is(folder: Path) -> list[tuple[str, int, int, bytes]]:
    """Names, owners, modes and contents."""
    return [
        (each.name, each.lstat().st_uid, each.lstat().st_mode, each.read_bytes())
        for each in sorted(folder.iterdir())
    ] + [(".", folder.stat().st_uid, folder.stat().st_mode, b"")]


def as_root(words: list[str], config: Path, folder: Path) -> str:
    """Run a command as root in a folder; all that it said."""
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, "--config", str(config), *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return ran.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="is about what root does: takes root")
@pytest.mark.parametrize("words", CASES)
def test_a_line_for_root_follows_no_link(
    state: Path, config: Path, roots: Path, words: str
) -> None:
    out = state.parent / "out"
    out.mkdir()
    write_pair(out, "box.example")
    open_ledger(out / "given.db").close()
    (out / "given.db").chmod(0o644)
    (out / "passphrase").write_text(PASSPHRASE + "\n", encoding="utf-8")
    (out / "passphrase").chmod(0o600)
    (out / "given.card").write_bytes(b"no card")
    more, names = CASES[words]
    for name in names:
        place = state / name.rstrip("/")
        if place.is_dir():
            place.rmdir()
        place.unlink(missing_ok=True)
        place.symlink_to(roots if name.endswith("/") else roots / "file")
    said = as_root([*words.split(), *(each.format(out=out) for each in more)], config, out)
    assert "root's own" not in said
    assert "Traceback" not in said
    assert "Usage:" not in said
