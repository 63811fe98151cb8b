"""Each command against a box on a real socket: what people and scripts see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.box_in_thread import BoxInThread
from tests.cli.cli_line import Boxd

REDEMPTION = "1a22c0-5d1c"


@pytest.fixture
def busy(box: BoxInThread) -> BoxInThread:
    """A box with stock, where somebody waits for a prize and an alarm stands."""
    box.live.receive("sticker", 5, "Sticker pack")
    box.live.receive("mug", 0)
    box.live.claim(REDEMPTION, "sticker")
    box.live.alarm("door_left_open", "locker 1", "Shut the door of locker 1")
    box.settle()
    return box


def code_of(box: BoxInThread, attendee: str = "badge-1042") -> tuple[str, str]:
    """The number and the digits of a new code."""
    made = box.live.issue("sticker", attendee)
    return str(made["id"]), str(made["code"])


def test_status_names_what_is_waited_for_and_what_is_wrong(boxd: Boxd, busy: BoxInThread) -> None:
    said = boxd("status")
    assert said.code == 0
    assert "Prize box (box-1, in simulation, boxd" in said.out
    assert ") is ready" in said.out
    assert "Put Sticker pack into locker 1" in said.out
    assert "Shut the door of locker 1" in said.out
    assert "none left" in said.out
    assert "ago)" in said.out or "(now)" in said.out
    assert boxd("name", "set", "Hall 2").out == "the box is called Hall 2\n"
    assert boxd("name", "show").out == "Hall 2\n"


def test_status_of_a_box_out_of_service_exits_1_and_tells_the_remedy(
    boxd: Boxd, box: BoxInThread
) -> None:
    box.set_health(state="out_of_service", why="no server", remedy="start it")
    said = boxd("status")
    assert said.code == 1
    assert "is out of service" in said.out
    assert "no server" in said.out
    assert "What to do: start it" in said.out


def test_status_says_in_words_that_answers_wait(boxd: Boxd, box: BoxInThread) -> None:
    box.set_health(state="answers_wait", why="the Temporal server is starting")
    said = boxd("status")
    assert said.code == 0
    assert ") takes codes; lockers open later\n" in said.out


def test_columns_are_aligned(boxd: Boxd, busy: BoxInThread) -> None:
    header, first, second = boxd("prizes", "list").out.splitlines()
    at = header.index("name")
    assert first.index("Mug") == at
    assert second.index("Sticker pack") == at


def test_json_is_what_a_script_can_read(boxd: Boxd, busy: BoxInThread) -> None:
    number, _ = code_of(busy)
    alarm = str(json.loads(boxd("alarms", "list", "--json").out)["alarms"][0]["id"])
    for command, member in (
        (("status",), "health"),
        (("devices", "list"), "devices"),
        (("prizes", "list"), "prizes"),
        (("codes", "issue", "badge-1"), "codes"),
        (("codes", "list"), "codes"),
        (("codes", "show", number), "code"),
        (("codes", "void", number, "--reason", "x"), "code"),
        (("lockers", "list"), "lockers"),
        (("lockers", "open", "1", "--reason", "x"), "outcome"),
        (("lockers", "out-of-service", "1", "--reason", "x"), "locker"),
        (("lockers", "in-service", "1"), "locker"),
        (("redemptions", "list"), "redemptions"),
        (("redemptions", "show", REDEMPTION), "audit"),
        (("alarms", "list"), "alarms"),
        (("alarms", "clear", alarm), "alarm"),
        (("config", "show"), "box"),
        (("version",), "python"),
    ):
        said = boxd(*command, "--json")
        assert said.code == 0, (command, said.err)
        assert member in json.loads(said.out), command


def test_issued_codes_are_shown_once_with_the_way_to_see_them_again(
    boxd: Boxd, busy: BoxInThread
) -> None:
    said = boxd("codes", "issue", "badge-1042", "--sku", "sticker", "--count", "2")
    assert "boxd codes show ID --reveal" in said.out
    issued = [row for row in busy.live.trail() if row["action"] == "code.issued"]
    assert [row["actor"] for row in issued[-2:]] == ["ada (CLI)"] * 2
    shown = boxd("codes", "show", str(issued[-1]["code"]), "--reveal").out
    assert any(word in said.out for word in shown.split() if word.isdigit() and len(word) == 8)


def test_digits_are_shown_only_when_revealed_and_under_a_name(
    boxd: Boxd, busy: BoxInThread
) -> None:
    number, digits = code_of(busy)
    assert digits not in boxd("codes", "show", number).out
    assert digits in boxd("codes", "show", number, "--reveal").out
    last = busy.live.trail()[-1]
    assert (last["action"], last["actor"]) == ("code.revealed", "ada (CLI)")


def test_voiding_tells_that_the_unit_is_back(boxd: Boxd, busy: BoxInThread) -> None:
    number, _ = code_of(busy)
    said = boxd("codes", "void", number, "--reason", "lost")
    assert "its unit is on hand again" in said.out
    assert busy.live.on_hand("sticker") == 4
    last = busy.live.trail()[-1]
    assert (last["action"], last["actor"], last["cause"]) == ("code.voided", "ada (CLI)", "lost")


def test_an_empty_list_says_so(boxd: Boxd, box: BoxInThread) -> None:
    assert boxd("codes", "list", "--state", "voided").out == "no codes are voided\n"


def test_opening_a_locker_is_done_under_a_name_and_for_a_reason(
    boxd: Boxd, box: BoxInThread
) -> None:
    said = boxd("lockers", "open", "1", "--reason", "prize stuck")
    assert said.code == 0
    assert said.out.startswith("locker 1: done")
    ordered = next(row for row in box.live.trail() if row["action"] == "override.ordered")
    assert (ordered["actor"], ordered["cause"]) == ("ada (CLI)", "override: prize stuck")
    assert box.live.front.state()["lockers"]["1"]["pulses"] == 1


def test_a_locker_that_may_not_be_open_fails_the_command(boxd: Boxd, box: BoxInThread) -> None:
    box.unplug("board-0")
    said = boxd("lockers", "open", "1", "--reason", "x")
    assert said.code == 1
    assert "locker 1: failed: " in said.out
    assert "Nothing was sent" in said.err


def test_a_locker_is_taken_out_of_service_and_back(boxd: Boxd, box: BoxInThread) -> None:
    boxd("lockers", "out-of-service", "1", "--reason", "bent")
    boxd("lockers", "in-service", "1")
    assert [
        (row["action"], row["actor"], row["cause"])
        for row in box.live.trail()
        if row["action"].startswith("locker.")
    ] == [
        ("locker.out_of_service", "ada (CLI)", "bent"),
        ("locker.in_service", "ada (CLI)", ""),
    ]


@pytest.mark.parametrize(("given", "units"), [("+5", 10), ("5", 10), ("-2", 3)])
def test_stock_is_adjusted_both_ways(boxd: Boxd, box: BoxInThread, given: str, units: int) -> None:
    box.live.receive("mug", 5)
    said = boxd("prizes", "adjust", "mug", given, "--reason", "counted")
    assert said.code == 0, said.err
    assert box.live.on_hand("mug") == units
    last = box.live.trail()[-1]
    assert (last["actor"], last["cause"]) == ("ada (CLI)", "counted")


def test_an_import_shows_the_difference_and_changes_it(
    boxd: Boxd, box: BoxInThread, tmp_path: Path
) -> None:
    box.live.receive("mug", 1)
    file = tmp_path / "prizes.csv"
    file.write_text("sku,name,units,weight\nmug,Big mug,12,3\npin,Pin,5,\n")
    said = boxd("prizes", "import", str(file))
    assert said.code == 0, said.err
    assert "Mug -> Big mug" in said.out
    assert "1 -> 3" in said.out
    assert "new" in said.out
    assert (box.live.on_hand("mug"), box.live.on_hand("pin")) == (13, 5)


def test_a_dry_run_shows_the_difference_and_changes_nothing(
    boxd: Boxd, box: BoxInThread, tmp_path: Path
) -> None:
    file = tmp_path / "prizes.csv"
    file.write_text("sku,name,units\nmug,Mug,12\n")
    before = box.live.trail()
    said = boxd("prizes", "import", str(file), "--dry-run")
    assert said.code == 0
    assert "nothing was changed" in said.out
    assert box.live.trail() == before


def test_a_redemption_is_shown_as_a_timeline(boxd: Boxd, busy: BoxInThread) -> None:
    shown = boxd("redemptions", "show", REDEMPTION).out
    assert "claim.accepted" in shown
    assert "Sticker pack" in shown


def test_only_open_redemptions_are_listed_unless_all_are_asked_for(
    boxd: Boxd, busy: BoxInThread
) -> None:
    busy.live.claim("2b33-refused", "sticker")  # the bay is busy
    assert "2b33-refused" not in boxd("redemptions", "list").out
    assert "2b33-refused" in boxd("redemptions", "list", "--all", "--limit", "7").out


def test_the_tail_of_the_trail_is_its_newest_entries_oldest_first(
    boxd: Boxd, busy: BoxInThread
) -> None:
    newest = [row["seq"] for row in busy.live.trail()][-3:]
    said = boxd("audit", "tail", "-n", "3", "--json")
    assert [json.loads(line)["seq"] for line in said.out.splitlines()] == newest
    assert f"redemption {REDEMPTION}, bay bay-1" in boxd("audit", "tail").out


def test_the_whole_trail_is_exported_as_json_lines(
    boxd: Boxd, busy: BoxInThread, tmp_path: Path
) -> None:
    file = tmp_path / "trail.jsonl"
    for number in range(1100):  # more than one answer of the box holds
        busy.live.alarm("counted", str(number), "one of many")
    trail = busy.live.trail(2000)
    said = boxd("audit", "export", str(file))
    assert said.out == f"{len(trail)} entries in {file}\n"
    assert [json.loads(line) for line in file.read_text().splitlines()] == trail
    assert boxd("audit", "export").out == file.read_text()


def test_an_export_that_fails_leaves_the_former_file(
    boxd: Boxd, busy: BoxInThread, tmp_path: Path
) -> None:
    file = tmp_path / "trail.jsonl"
    file.write_text("former\n")
    busy.live.ledger.write_now(lambda tx: tx.connection.execute("ALTER TABLE audit RENAME TO gone"))
    assert boxd("audit", "export", str(file)).code == 1
    assert file.read_text() == "former\n"
    assert [found.name for found in tmp_path.glob("*trail*")] == ["trail.jsonl"]


def test_what_the_box_refuses_fails_with_its_words(boxd: Boxd, box: BoxInThread) -> None:
    said = boxd("codes", "issue", "badge-1")
    assert said.code == 1
    assert said.err.startswith("boxd: sold out")
    assert said.out == ""


def test_what_is_not_there_is_named(boxd: Boxd, box: BoxInThread) -> None:
    said = boxd("redemptions", "show", "nothing")
    assert said.code == 1
    assert "there is no redemption 'nothing'" in said.err


def test_an_answer_that_nothing_carries_on_is_refused_for_good(
    boxd: Boxd, busy: BoxInThread
) -> None:
    said = boxd("redemptions", "answer", REDEMPTION, "loaded")
    assert said.code == 1
    assert "the Temporal server does not answer. This was not taken, and will not be" in said.err
