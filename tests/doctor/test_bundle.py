"""The bundle holds what helps, and not one byte of what is somebody's."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from boxd.daemon.instance_lock import only_one
from boxd.doctor.bundle import members
from boxd.doctor.check_context import Daemon
from boxd.doctor.scrub import Scrub
from tests.box.booth import ROOT, Booth, wait_until
from tests.doctor.conftest import RestingBox
from tests.doctor.seeing import context

ATTENDEE = "grace.hopper-4711"
SUBMITTED = "https://git.example/grace/my-Secret-workflow"
REASON = "Ask Wilhelmina at the desk"
PIN = "918273"
UPSTREAM_KEY = "whsec_Q29uZmlkZW50aWFsVXBzdHJlYW1TZWNyZXRWYWx1ZQ=="
API_PATH = "hooks/9f8e7d6c5b4a3210"
TYPED_WRONGLY = "40302010"
OPERATOR = "wilhelmina"


@pytest.fixture
def planted(new_box: Callable[..., Booth]) -> Booth:
    """A box in which everything private has been said, typed, scanned and written down."""
    booth = new_box(
        (
            r"# attendant_pin_file = .*",
            'attendant_pin_file = "attendant.pin"\npublic_url = "http://127.0.0.1:1"',
        ),
        (r"# url = .*", f'url = "https://127.0.0.1:1/{API_PATH}"\nsecret_file = "upstream.secret"'),
    )
    for name, content in (("attendant.pin", PIN), ("upstream.secret", UPSTREAM_KEY)):
        file = booth.folder / name
        file.touch(0o600)
        file.write_text(content)
    booth.start()
    return booth


def say_everything(booth: Booth) -> dict[str, str]:
    """Use the box as people do; returns what nobody else is to read, by what it is."""
    private = {
        "attendee": ATTENDEE,
        "submission": SUBMITTED,
        "refusal": REASON,
        "pin": PIN,
        "upstream's secret": UPSTREAM_KEY,
        "upstream's address": API_PATH,
        "a code typed wrongly": TYPED_WRONGLY,
    }
    private["code"] = booth.issue_code(attendee=ATTENDEE)
    booth.enter("bay-1", TYPED_WRONGLY)
    wait_until("it is refused", lambda: booth.bay("bay-1")["last"])
    token = booth.ask_socket(
        "POST", "/api/v1/tokens", {"name": "wilhelmina-phone", "role": "attendant", "actor": "ada"}
    )
    private["token"], private["token's name"] = token["secret"], "wilhelmina-phone"
    task = booth.ask_socket(
        "POST", "/api/v1/tasks", {"kind": "demo", "attendee": ATTENDEE, "actor": OPERATOR}
    )
    path = f"/api/v1/tasks/{task['task']['id']}"
    verdict = {"approved": False, "reason": REASON, "actor": OPERATOR}
    booth.ask_socket("POST", f"{path}/verdict", verdict)
    links = booth.ask_socket(
        "POST", "/api/v1/attendees/links", {"attendees": [ATTENDEE], "actor": OPERATOR}
    )
    private["link"] = links["links"][0]["url"].rpartition("/")[2]
    out = {"reason": f"{OPERATOR} says it is bent", "actor": OPERATOR}
    booth.ask_socket("POST", "/api/v1/lockers/3/out-of-service", out)
    private["operator"] = OPERATOR
    booth.enter("bay-1", private["code"])
    booth.prompt("load")
    for name in ("claim", "reading"):
        private[f"{name} key"] = (booth.state / "keys" / f"{name}.key").read_text().strip()
    return private


def journal_of(booth: Booth, folder: Path, *planted: str) -> Path:
    """A `journalctl` that tells this box's log, with lines that should never have been written."""
    about = {"_SYSTEMD_UNIT": "boxd.service", "__REALTIME_TIMESTAMP": "1795290000000000"}
    entries = [{"MESSAGE": line, **about} for line in (*booth.log().splitlines(), *planted)]
    lines = folder / "journal"
    lines.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries))
    program = folder / "bin" / "journalctl"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nexec cat {lines}\n")
    program.chmod(0o755)
    return program.parent


def bundle(config: Path, folder: Path, path: Path | None = None) -> tuple[Path, str]:
    """Have one written into `folder`; returns it, and what was printed of it."""
    before = {} if path is None else {"PATH": f"{path}:{os.environ['PATH']}"}
    done = subprocess.run(
        (sys.executable, "-m", "boxd", "--config", str(config), "doctor", "--bundle"),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **before},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    (made,) = folder.glob("boxd-bundle-*.tar.gz")
    return made, done.stderr


def unpacked(made: Path) -> dict[str, bytes]:
    """Every file of it."""
    with tarfile.open(made) as archive:
        return {
            each.name.rpartition("/")[2]: (archive.extractfile(each) or io.BytesIO()).read()
            for each in archive
        }


def test_nothing_private_leaves_the_box(planted: Booth, tmp_path: Path) -> None:
    private = say_everything(planted)
    told = (
        f"{ATTENDEE} typed {private['code']} at http://127.0.0.1:1/a/{private['link']}",
        json.dumps({"event": "odd", "why": f"token {private['token']}", "reason": REASON}),
        json.dumps({"event": f"keys {' '.join(private['code'])}", "actor": OPERATOR}),
        json.dumps({"event": f"{PIN} and {private['claim key']}", "exception": SUBMITTED}),
        "override locker=2 actor=Bartholomew reason=Ask Bartholomew at the desk why=stuck",
        f"{SUBMITTED} by {OPERATOR}, secret {UPSTREAM_KEY}, {private['reading key']}",
        f"{TYPED_WRONGLY} is no code, says wilhelmina-phone",
    )
    folder = tmp_path / "written"
    folder.mkdir()
    made, said = bundle(planted.config, folder, journal_of(planted, tmp_path, *told))
    files = unpacked(made)
    gathered_from = f"{(tmp_path / 'journal').read_text()}{planted.config.read_text()}"
    everything = b"\n".join(files.values()).lower()
    for what, value in private.items():
        assert value in gathered_from, f"nothing was asked of the {what}"
        assert value.lower().encode() not in everything, f"the bundle holds the {what}"
    assert " ".join(private["code"]).encode() not in everything
    assert b"wilhelmina" not in everything
    assert b"grace" not in everything
    assert b"bartholomew" not in everything  # of whom this box does not even know
    assert b'"why": "stuck"' in everything
    assert made.stat().st_mode & 0o777 == 0o600
    assert all(name in said for name in files)
    assert "Look at it before you send it" in said


def test_what_helps_is_in_it(planted: Booth, tmp_path: Path) -> None:
    say_everything(planted)
    folder = tmp_path / "written"
    folder.mkdir()
    files = unpacked(bundle(planted.config, folder, journal_of(planted, tmp_path))[0])
    doctor = json.loads(files["doctor.json"])
    assert {each["family"] for each in doctor["checks"]} >= {"Daemon", "Ledger", "Storage"}
    out = [each for each in doctor["checks"] if each["check"] == "lockers"]
    assert (out[0]["grade"], "left out" in out[0]["seen"]) == ("warned", True)
    status = json.loads(files["status.json"])
    assert status["devices"][0]["name"] == "board-0"
    assert status["prompts"][0]["stage"] == "load"
    assert json.loads(files["ledger.json"])["rows"]["codes"] == 2
    assert b'latch = "board-0"' in files["config.toml"]
    assert b"https://127.0.0.1" in files["config.toml"]
    journal = [json.loads(line) for line in files["journal.jsonl"].splitlines()]
    assert any(each.get("device") == "board-0" for each in journal)
    assert any(each.get("event") == "box.serving" for each in journal)
    assert b"temporalio" in files["versions.txt"]


@pytest.mark.parametrize("damage", ["overwritten", "gone"])
def test_a_ledger_that_can_t_be_read_leaves_sentences_out(
    resting: RestingBox, tmp_path: Path, damage: str
) -> None:
    with closing(sqlite3.connect(resting.ledger)) as connection:
        connection.execute("INSERT INTO attendees (reference) VALUES (?)", (ATTENDEE,))
        connection.commit()
    if damage == "gone":
        resting.ledger.unlink()
    else:
        with resting.ledger.open("r+b") as file:
            file.write(b"nothing")
    program = tmp_path / "bin" / "journalctl"
    program.parent.mkdir()
    entry = json.dumps({"MESSAGE": json.dumps({"event": f"{ATTENDEE} was here", "bay": "bay-1"})})
    program.write_text(f"#!/bin/sh\necho '{entry}'\n")
    program.chmod(0o755)
    folder = tmp_path / "written"
    folder.mkdir()
    files = unpacked(bundle(resting.config, folder, program.parent)[0])
    assert ATTENDEE.encode() not in b"".join(files.values())
    (line,) = files["journal.jsonl"].splitlines()
    assert json.loads(line)["bay"] == "bay-1"
    assert "left out" in json.loads(line)["event"]


def test_a_broken_configuration_is_no_obstacle(resting: RestingBox, tmp_path: Path) -> None:
    resting.change("[lockout]", f'[lockuot]\npin = "{PIN}"')
    made, _ = bundle(resting.config, tmp_path)
    files = unpacked(made)
    assert b"lockuot" in files["doctor.json"]
    assert PIN.encode() not in b"".join(files.values())


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(13, "no", "/a"), "sudo boxd doctor --bundle"),
        (KeyError("upstream"), "KeyError"),  # a daemon of another version says other things
    ],
)
def test_what_can_t_be_gathered_does_not_cost_the_rest(
    resting: RestingBox, error: Exception, told: str
) -> None:
    def ask(_: str) -> dict[str, Any]:
        raise error

    box = replace(context(resting.config), daemon=Daemon(ask))
    with only_one(resting.state / "boxd.lock"):
        files = {each.name: each.content for each in members(box, [])}
    assert told in json.loads(files["status.json"])["not_seen"]
    assert "temporalio" in files["versions.txt"]
    assert json.loads(files["ledger.json"])["rows"]["codes"] > 0


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("told https://event.example/•••", "told https://event.example/hooks/4a"),
        ("told https://event.example/•••", "told https://ann:pw@event.example/hooks"),
        ("told https://event.example", "told https://ann:pw@event.example"),
        ('url = "htps://event.example/•••" can\'t be', 'url = "htps://event.example/h" can\'t be'),
        ("a file in /var/lib/boxd", "a file in /var/lib/boxd"),
    ],
)
def test_of_an_address_the_host_is_told(expected: str, said: str) -> None:
    assert Scrub([]).text(said) == expected
