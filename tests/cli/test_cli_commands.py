"""Each command against a box on a real socket: what people and scripts see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_box import REDEMPTION, BoxInMemory, refuse
from cli_line import Boxd

from boxd.errors import LedgerDamaged
from boxd.redemption import AnswerKind, Remedy
from boxd.web.box import PrizeRow


def test_status_names_what_is_waited_for_and_what_is_wrong(boxd: Boxd, box: BoxInMemory) -> None:
    said = boxd("status")
    assert said.code == 0
    assert "Prize box (box-1, in simulation, boxd 0.1.0) is ready" in said.out
    assert "Put Sticker pack into locker 1. Shut the locker, then confirm." in said.out
    assert "no port of that name" in said.out
    assert "Shut the door of locker 1" in said.out
    assert "none left" in said.out
    assert "ago)" in said.out


def test_status_of_a_box_out_of_service_exits_1_and_tells_the_remedy(
    boxd: Boxd, box: BoxInMemory
) -> None:
    box.shown["health"] |= {"state": "out_of_service", "why": "no server", "remedy": "start it"}
    said = boxd("status")
    assert said.code == 1
    assert "is out of service" in said.out
    assert "no server" in said.out
    assert "What to do: start it" in said.out


def test_columns_are_aligned(boxd: Boxd, box: BoxInMemory) -> None:
    header, first, second = boxd("prizes", "list").out.splitlines()
    at = header.index("name")
    assert first.index("Sticker pack") == at
    assert second.index("Mug") == at


@pytest.mark.parametrize(
    ("command", "member"),
    [
        (("status",), "health"),
        (("devices", "list"), "devices"),
        (("prizes", "list"), "prizes"),
        (("codes", "issue", "badge-1"), "codes"),
        (("codes", "list"), "codes"),
        (("codes", "show", "7"), "code"),
        (("codes", "void", "7", "--reason", "x"), "code"),
        (("lockers", "list"), "lockers"),
        (("lockers", "open", "1", "--reason", "x"), "outcome"),
        (("lockers", "out-of-service", "1", "--reason", "x"), "locker"),
        (("lockers", "in-service", "1"), "locker"),
        (("redemptions", "list"), "redemptions"),
        (("redemptions", "show", REDEMPTION), "audit"),
        (("redemptions", "answer", REDEMPTION, "loaded"), "stage"),
        (("alarms", "list"), "alarms"),
        (("alarms", "clear", "3"), "alarm"),
        (("config", "show"), "box"),
        (("version",), "python"),
    ],
)
def test_json_is_what_a_script_can_read(
    boxd: Boxd, box: BoxInMemory, command: tuple[str, ...], member: str
) -> None:
    said = boxd(*command, "--json")
    assert said.code == 0, said.err
    assert member in json.loads(said.out)


def test_issued_codes_are_shown_once_with_the_way_to_see_them_again(
    boxd: Boxd, box: BoxInMemory
) -> None:
    said = boxd("codes", "issue", "badge-1042", "--sku", "sticker", "--count", "2")
    assert said.out.count("12345674") == 2
    assert "boxd codes show ID --reveal" in said.out
    assert box.calls == [("issue_codes", "badge-1042", "sticker", 2, None, "ada (CLI)")]


def test_digits_are_shown_only_when_revealed_and_under_a_name(boxd: Boxd, box: BoxInMemory) -> None:
    assert "12345674" not in boxd("codes", "show", "7").out
    assert "12345674" in boxd("codes", "show", "7", "--reveal").out
    assert box.calls[-1] == ("code", 7, True, "ada (CLI)")


def test_voiding_tells_that_the_unit_is_back(boxd: Boxd, box: BoxInMemory) -> None:
    said = boxd("codes", "void", "7", "--reason", "lost")
    assert "its unit is on hand again" in said.out
    assert box.calls == [("void_code", 7, "lost", "ada (CLI)")]


def test_an_empty_list_says_so(boxd: Boxd, box: BoxInMemory) -> None:
    assert boxd("codes", "list", "--state", "voided").out == "no codes are voided\n"


def test_opening_a_locker_is_done_under_a_name_and_for_a_reason(
    boxd: Boxd, box: BoxInMemory
) -> None:
    said = boxd("lockers", "open", "1", "--reason", "prize stuck")
    assert said.code == 0
    assert said.out == "locker 1: done\n"
    assert box.calls == [("open_locker", 1, "prize stuck", "ada (CLI)")]


@pytest.mark.parametrize("outcome", ["failed", "unknown"])
def test_a_locker_that_may_not_be_open_fails_the_command(
    boxd: Boxd, box: BoxInMemory, outcome: str
) -> None:
    box.outcome |= {"outcome": outcome, "note": "the board is gone"}
    said = boxd("lockers", "open", "1", "--reason", "x")
    assert said.code == 1
    assert f"locker 1: {outcome}: the board is gone" in said.out
    remedy = "Nothing was sent" if outcome == "failed" else "Look at the locker"
    assert remedy in said.err


def test_a_locker_is_taken_out_of_service_and_back(boxd: Boxd, box: BoxInMemory) -> None:
    boxd("lockers", "out-of-service", "1", "--reason", "bent")
    boxd("lockers", "in-service", "1")
    assert box.calls == [
        ("set_locker_service", 1, False, "bent", "ada (CLI)"),
        ("set_locker_service", 1, True, "", "ada (CLI)"),
    ]


@pytest.mark.parametrize(("given", "units"), [("+5", 5), ("5", 5), ("-2", -2)])
def test_stock_is_adjusted_both_ways(boxd: Boxd, box: BoxInMemory, given: str, units: int) -> None:
    said = boxd("prizes", "adjust", "mug", given, "--reason", "counted")
    assert said.code == 0, said.err
    assert box.calls == [("adjust_prize", "mug", units, "counted", "ada (CLI)")]


def test_an_import_shows_the_difference_and_changes_it(
    boxd: Boxd, box: BoxInMemory, tmp_path: Path
) -> None:
    file = tmp_path / "prizes.csv"
    file.write_text("sku,name,units,weight\nmug,Big mug,12,3\npin,Pin,5,\n")
    said = boxd("prizes", "import", str(file))
    assert said.code == 0, said.err
    assert "Mug -> Big mug" in said.out
    assert "1 -> 3" in said.out
    assert "new" in said.out
    rows = [PrizeRow("mug", "Big mug", 12, 3), PrizeRow("pin", "Pin", 5, 1)]
    assert box.calls == [("import_prizes", rows, "ada (CLI)")]


def test_a_dry_run_shows_the_difference_and_changes_nothing(
    boxd: Boxd, box: BoxInMemory, tmp_path: Path
) -> None:
    file = tmp_path / "prizes.csv"
    file.write_text("sku,name,units\nmug,Mug,12\n")
    said = boxd("prizes", "import", str(file), "--dry-run")
    assert said.code == 0
    assert "nothing was changed" in said.out
    assert box.calls == []


def test_an_answer_carries_all_that_was_said(boxd: Boxd, box: BoxInMemory) -> None:
    said = boxd(
        "redemptions",
        "answer",
        REDEMPTION,
        "jammed",
        "--remedy",
        "other_locker",
        "--reason",
        "bent",
        "--step",
        "3",
        "--key",
        "my-own",
    )
    assert said.code == 0, said.err
    assert "'open' now (step 4)" in said.out
    answer = box.calls[-1][1]
    assert answer.id == "my-own"
    assert (answer.kind, answer.remedy) == (AnswerKind.JAMMED, Remedy.OTHER_LOCKER)
    assert (answer.step, answer.reason, answer.actor) == (3, "bent", "ada (CLI)")


def test_an_answer_without_a_step_is_to_the_present_question(boxd: Boxd, box: BoxInMemory) -> None:
    boxd("redemptions", "answer", REDEMPTION, "completed", "--seen-shut")
    answer = box.calls[-1][1]
    assert answer.step == 3
    assert answer.seen_shut


def test_a_refused_answer_says_why_and_fails(boxd: Boxd, box: BoxInMemory) -> None:
    box.refuses = "the door is still open; shut it, then complete again"
    said = boxd("redemptions", "answer", REDEMPTION, "completed")
    assert said.code == 1
    assert said.err == f"boxd: {box.refuses}\n"


def test_a_redemption_is_shown_as_a_timeline(boxd: Boxd, box: BoxInMemory) -> None:
    told = boxd("redemptions", "show", REDEMPTION).out
    happened = [
        told.index(what) for what in ("claim.accepted", "redemption.loaded", "actuation.done")
    ]
    assert happened == sorted(happened)
    assert "door opened" in told


def test_only_open_redemptions_are_listed_unless_all_are_asked_for(
    boxd: Boxd, box: BoxInMemory
) -> None:
    boxd("redemptions", "list")
    boxd("redemptions", "list", "--all", "--limit", "7")
    assert box.calls == [("redemptions", True, 50), ("redemptions", False, 7)]


def test_the_tail_of_the_trail_is_its_newest_entries_oldest_first(
    boxd: Boxd, box: BoxInMemory
) -> None:
    said = boxd("audit", "tail", "-n", "3", "--json")
    assert [json.loads(line)["seq"] for line in said.out.splitlines()] == [23, 24, 25]
    assert "redemption 5d1c, bay bay-1" in boxd("audit", "tail").out


def test_the_whole_trail_is_exported_as_json_lines(
    boxd: Boxd, box: BoxInMemory, tmp_path: Path
) -> None:
    file = tmp_path / "trail.jsonl"
    said = boxd("audit", "export", str(file))
    assert said.out == f"25 entries in {file}\n"
    assert [json.loads(line) for line in file.read_text().splitlines()] == box.trail
    assert boxd("audit", "export").out == file.read_text()


def test_an_export_that_fails_leaves_the_former_file(
    boxd: Boxd, box: BoxInMemory, tmp_path: Path
) -> None:
    file = tmp_path / "trail.jsonl"
    file.write_text("former\n")
    box.trail = [*box.trail, {"seq": "no number"}]
    assert boxd("audit", "export", str(file)).code == 1
    assert file.read_text() == "former\n"
    assert [found.name for found in tmp_path.glob("*trail*")] == ["trail.jsonl"]


def test_what_the_box_refuses_fails_with_its_words(boxd: Boxd, box: BoxInMemory) -> None:
    refuse(box, "sold out: no prize has a unit on hand; `boxd prizes adjust` adds some")
    said = boxd("codes", "issue", "badge-1")
    assert said.code == 1
    assert said.err == f"boxd: {box.fails_with}\n"
    assert said.out == ""


def test_a_damaged_ledger_is_told_as_it_is(boxd: Boxd, box: BoxInMemory) -> None:
    box.fails_with = LedgerDamaged("the ledger is damaged; restore a backup")
    assert "restore a backup" in boxd("codes", "issue", "badge-1").err


def test_what_is_not_there_is_named(boxd: Boxd, box: BoxInMemory) -> None:
    said = boxd("redemptions", "show", "nothing")
    assert said.code == 1
    assert "there is no redemption 'nothing'" in said.err
