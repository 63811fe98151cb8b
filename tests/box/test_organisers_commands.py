"""An organiser's event by command alone: tasks, lists of codes, the report, and forgetting."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from contextlib import suppress
from pathlib import Path

from boxd.ledger.check_digit import random_code
from tests.box.booth import Booth, Json, wait_until

SVG = "{http://www.w3.org/2000/svg}"
NAME = "Zoë Quuxington <zoe@example.org>"
WORDS = "https://example.org/~quuxington"


def said(booth: Booth, *words: str) -> str:
    done = booth.command(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(booth: Booth, *words: str) -> str:
    done = booth.command(*words)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


def told(booth: Booth, *words: str) -> Json:
    answer: Json = json.loads(said(booth, *words, "--json"))
    return answer


def started(booth: Booth, kind: str, attendee: str) -> str:
    return str(told(booth, "tasks", "start", kind, attendee)["task"]["id"])


def give_out(booth: Booth, code: str) -> None:
    """A code's whole way, from Enter to the closed door."""
    booth.enter("bay-1", code)
    load = booth.prompt("load")
    booth.say(load, "loaded")
    take = booth.prompt("take")
    locker = take["locker"]
    booth.door(locker, "closed")
    wait_until("the door is shut", lambda: _door(booth, locker) == "closed")
    booth.say(take, "completed")
    booth.ended()


def _door(booth: Booth, locker: int) -> str:
    return str(next(e for e in booth.snapshot()["lockers"] if e["id"] == locker)["door"])


def test_a_task_goes_its_whole_way_by_command(shared_booth: Booth) -> None:
    booth = shared_booth
    task = started(booth, "first-workflow", "badge-1")
    assert started(booth, "first-workflow", "badge-1") == task
    assert "missing: scans, submission, verdict" in said(booth, "tasks", "show", task)
    assert "still missing: scans" in refused(booth, "tasks", "approve", task)
    said(booth, "tasks", "scan", task, "workshop")
    said(booth, "tasks", "submit", task, "https://example.org/mine")
    assert "last refused: it does not run" in said(
        booth, "tasks", "refuse", task, "--reason", "it does not run"
    )
    said(booth, "tasks", "submit", task, "https://example.org/better")
    said(booth, "tasks", "approve", task)
    wait_until(
        "the code", lambda: told(booth, "tasks", "show", task)["task"]["state"] == "rewarded"
    )
    shown = said(booth, "tasks", "show", task)
    for what in ("workshop", "https://example.org/better", "it does not run", "boxd codes show"):
        assert what in shown
    listed = said(booth, "tasks", "list", "--attendee", "badge-1")
    assert re.search(rf"{task}\s+badge-1\s+first-workflow\s+rewarded", listed)
    assert task not in said(booth, "tasks", "list", "--state", "open")
    assert "no checkpoint" in refused(booth, "tasks", "scan", started(booth, "hunt", "b"), "moon")


def test_a_list_of_attendees_gets_codes_that_open_lockers(
    shared_booth: Booth, tmp_path: Path
) -> None:
    booth = shared_booth
    attendees = tmp_path / "attendees.csv"
    attendees.write_bytes("Attendee;SKU\r\nZoë;sticker\r\nÅsa;mug\r\n".encode("utf-16"))
    out = tmp_path / "codes.csv"

    assert "nothing was changed" in said(
        booth, "codes", "issue", "--for", str(attendees), "--dry-run", "--csv", str(out)
    )
    assert not out.exists()
    said(booth, "codes", "issue", "--for", str(attendees), "--csv", str(out))

    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert [(row["attendee"], row["sku"]) for row in rows] == [("Zoë", "sticker"), ("Åsa", "mug")]
    assert out.stat().st_mode & 0o077 == 0
    give_out(booth, rows[0]["code"])
    states = csv.DictReader(io.StringIO(said(booth, "codes", "list", "--csv", "-")))
    assert {row["attendee"]: row["state"] for row in states}["Zoë"] == "spent"


def test_codes_made_elsewhere_are_imported_whole_or_not_at_all(
    shared_booth: Booth, tmp_path: Path
) -> None:
    booth = shared_booth
    digits = [random_code(8) for _ in range(3)]
    file = tmp_path / "codes.csv"
    file.write_text(
        "code,attendee,sku\n"
        + "".join(f"{each},badge-7,cup\n" for each in digits[:2])
        + f"{digits[2]},badge-8,mug\n"
    )
    before = said(booth, "codes", "list", "--csv", "-")
    error = refused(booth, "codes", "import", str(file))
    assert "line 2: there is no prize 'cup'" in error
    assert "line 3: there is no prize 'cup'" in error
    assert said(booth, "codes", "list", "--csv", "-") == before

    file.write_text(file.read_text().replace("cup", "sticker"))
    assert "nothing was changed" in said(booth, "codes", "import", str(file), "--dry-run")
    assert said(booth, "codes", "list", "--csv", "-") == before
    assert "3 codes imported" in said(booth, "codes", "import", str(file))
    again = refused(booth, "codes", "import", str(file))
    assert again.count("this code is known already") == 3
    give_out(booth, digits[2])


def test_the_report_sums_what_was_given_out(shared_booth: Booth, tmp_path: Path) -> None:
    booth = shared_booth
    give_out(booth, booth.issue_code("sticker"))
    known = told(booth, "report")
    assert known["total"] == sum(row["units"] for row in known["given_out"]) > 0
    rows = list(csv.DictReader(io.StringIO(said(booth, "report", "--csv", "-"))))
    assert sum(int(row["units"]) for row in rows) == known["total"]
    shown = said(booth, "report")
    assert f"{known['total']} given out in all" in shown
    picture = tmp_path / "report.svg"
    said(booth, "report", "--svg", str(picture))
    words = [each.text for each in ET.parse(picture).iter(f"{SVG}text")]  # noqa: S314 - our own
    assert any(f"{known['total']} prize" in str(word) for word in words)
    shown = said(booth, "report", "--until", "2020-01-01")
    assert shown.startswith("nothing was given out in that time\n")
    assert re.search(r"Treasure hunt +0 +0 +0 +0", shown)


def test_the_forgotten_are_gone_from_the_ledger_and_the_trail_verifies(
    shared_booth: Booth,
) -> None:
    booth = shared_booth
    task = started(booth, "first-workflow", NAME)
    said(booth, "tasks", "scan", task, "workshop")
    said(booth, "tasks", "submit", task, WORDS)
    said(booth, "tasks", "refuse", task, "--reason", "Ms Quuxington was not there")
    code = told(booth, "codes", "issue", NAME, "--sku", "sticker")["codes"][0]["code"]
    pseudonym = told(booth, "attendees", "show", NAME)["attendee"]["pseudonym"]
    assert remains(booth)
    assert histories(booth, task)

    assert pseudonym in said(booth, "attendees", "forget", NAME, "--yes")

    assert remains(booth) == []
    wait_until("nothing in Temporal's histories", lambda: not histories(booth, task))
    shown = told(booth, "attendees", "show", pseudonym)
    assert shown["attendee"]["reference"] is None
    assert [each["state"] for each in shown["tasks"]] == ["withdrawn"]
    assert "no attendee has the reference" in refused(booth, "attendees", "show", NAME)
    assert booth.command("audit", "verify").returncode == 0
    give_out(booth, code)
    booth.check_invariants()


def test_what_was_sold_out_is_issued_once_there_are_units(booth: Booth) -> None:
    for prize in told(booth, "prizes", "list")["prizes"]:
        gone = f"-{prize['on_hand']}"
        said(booth, "prizes", "adjust", prize["sku"], gone, "--reason", "a test")
    task = started(booth, "demo", "badge-1")
    said(booth, "tasks", "approve", task)
    wait_until("sold out", lambda: _state(booth, task) == "sold_out")
    said(booth, "prizes", "adjust", "mug", "+1", "--reason", "found one")
    said(booth, "tasks", "issue-again", task)
    wait_until("the code", lambda: _state(booth, task) == "rewarded")
    assert "is rewarded" in refused(booth, "tasks", "issue-again", task)
    booth.check_invariants()


def _state(booth: Booth, task: str) -> str:
    return str(told(booth, "tasks", "show", task)["task"]["state"])


def remains(booth: Booth) -> list[str]:
    """The ledger's files in which something of the attendee can be found."""
    return [
        file.name
        for file in booth.state.glob("ledger.db*")
        if file.is_file() and b"uuxington" in file.read_bytes()
    ]


def histories(booth: Booth, task: str) -> list[Json]:
    """The workflows that Temporal keeps of a task."""
    query = f"WorkflowId = 'task-{task}@box-1'"
    listed = booth.command("temporal", "workflow", "list", "--query", query, "-o", "json")
    assert listed.returncode == 0, listed.stderr
    found: list[Json] = json.loads(listed.stdout)
    return found


def test_a_rehearsal_goes_the_whole_way_and_leaves_no_trace_in_the_stock(
    shared_booth: Booth,
) -> None:
    booth = shared_booth
    before = told(booth, "prizes", "list")
    (somebody,) = told(booth, "rehearsal", "begin", "1")["people"]
    task = started(booth, "demo", somebody["reference"])
    said(booth, "tasks", "approve", task)
    wait_until(
        "the code", lambda: told(booth, "tasks", "show", task)["task"]["state"] == "rewarded"
    )
    number = str(told(booth, "tasks", "show", task)["task"]["code"])
    assert booth.snapshot()["rehearsal"] is True
    give_out(booth, told(booth, "codes", "show", number, "--reveal")["code"]["code"])
    assert "1 person forgotten" in said(booth, "rehearsal", "end")
    assert told(booth, "prizes", "list") == before
    assert "REHEARSAL" not in said(booth, "report")
    booth.check_invariants()


def test_forgetting_many_is_watched_on_a_terminal(booth: Booth) -> None:
    people = [f"badge-{number}" for number in range(400)]
    said(booth, "attendees", "add", *people)
    for each in people[:20]:
        started(booth, "hunt", each)
    shown, done = on_a_terminal(booth, "attendees", "forget", "--everybody", "--yes")
    assert int(done.split()[0]) >= 400  # and whom the simulation brings
    assert "people" in shown
    assert "100%" in shown
    assert "Traceback" not in shown
    wait_until(
        "their histories are gone", lambda: told(booth, "event", "show")["histories_left"] == 0
    )
    assert told(booth, "event", "show")["people"] == 0


def on_a_terminal(booth: Booth, *words: str) -> tuple[str, str]:
    """What a command shows on its terminal, and what it prints."""
    person, program = os.openpty()
    line = [sys.executable, "-m", "boxd", "--config", str(booth.config), *words]
    with os.fdopen(person, "rb", buffering=0) as screen:
        with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=program, text=True) as command:
            os.close(program)
            shown = b""
            with suppress(OSError):  # the terminal's other end is closed
                while some := screen.read(4096):
                    shown += some
            assert command.stdout is not None
            printed = command.stdout.read()
        assert command.returncode == 0, shown
    return shown.decode(), printed
