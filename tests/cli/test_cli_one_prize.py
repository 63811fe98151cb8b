"""`boxd prizes add, set, count, remove` and `boxd codes find, print, export`: one at a time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.cli.box_in_thread import BoxInThread
from tests.cli.cli_line import Boxd


def stock(boxd: Boxd, sku: str) -> dict[str, Any]:
    """The name and the numbers of one prize."""
    prizes: list[dict[str, Any]] = json.loads(boxd("prizes", "list", "--json").out)["prizes"]
    return next(each for each in prizes if each["sku"] == sku)


def test_a_prize_is_added_renamed_counted_and_removed(boxd: Boxd, box: BoxInThread) -> None:
    assert boxd("prizes", "add", "mug", "--name", "Mug", "--units", "5").code == 0
    assert boxd("prizes", "set", "mug", "--name", "Mug, blue", "--weight", "3").code == 0
    assert stock(boxd, "mug")["name"] == "Mug, blue"
    box.live.issue("mug", "badge-1")

    said = boxd("prizes", "count", "mug", "4", "--reason", "one fell")
    assert "4 counted, -1 booked (one fell)" in said.out
    assert (stock(boxd, "mug")["on_hand"], stock(boxd, "mug")["held"]) == (3, 1)

    said = boxd("prizes", "remove", "mug", "--reason", "the sponsor left")
    assert "wrote off 3 units, drawn no more; 1 unit held for codes" in said.out
    assert (stock(boxd, "mug")["on_hand"], stock(boxd, "mug")["weight"]) == (0, 0)


def test_a_sku_in_use_is_not_added_twice(boxd: Boxd, box: BoxInThread) -> None:
    box.live.receive("mug", 5, "Mug")
    said = boxd("prizes", "add", "mug", "--name", "Another", "--units", "7")
    assert said.code == 1
    assert "the prize 'mug' is there already (Mug)" in said.err
    assert stock(boxd, "mug")["on_hand"] == 5


def test_fewer_than_are_held_is_refused_with_the_number_of_codes(
    boxd: Boxd, box: BoxInThread
) -> None:
    box.live.receive("mug", 3, "Mug")
    for attendee in ("ada", "bo"):
        box.live.issue("mug", attendee)
    said = boxd("prizes", "count", "mug", "1", "--reason", "counted")
    assert said.code == 1
    assert "void 1 of these codes first" in said.err
    assert stock(boxd, "mug")["on_hand"] == 1


def test_too_few_units_are_counted_rightly(boxd: Boxd, box: BoxInThread) -> None:
    box.live.receive("mug", 1, "Mug")
    said = boxd("prizes", "adjust", "mug", "-37", "--reason", "lost")
    assert "'mug' has 1 unit on hand, and 37 are needed; nothing was changed" in said.err


def test_dry_runs_change_nothing(boxd: Boxd, box: BoxInThread) -> None:
    box.live.receive("mug", 3, "Mug")
    made = box.live.issue("mug", "badge-1")
    before = boxd("audit", "tail", "--json").out
    for line in (
        ("prizes", "count", "mug", "9", "--reason", "x"),
        ("prizes", "remove", "mug", "--reason", "x"),
        ("codes", "void", str(made["id"]), "--reason", "x"),
        ("attendees", "forget", "badge-1"),
        ("attendees", "forget", "--everybody"),
        ("prizes", "variants", "mug", "S=1", "M=2"),
        ("event", "close"),
        ("rehearsal", "end"),
        ("staff", "end", "Eva"),
        ("staff", "remove", "Eva"),
        ("clock", "trust"),
        ("lockers", "open", "1", "--reason", "x"),
    ):
        said = boxd(*line, "--dry-run")
        assert said.code == 0, said.err
        assert "nothing was changed: --dry-run" in said.out
        told = json.loads(boxd(*line, "--dry-run", "--json").out)
        assert (told["changed"], bool(told["would"])) == (False, True)
    assert boxd("audit", "tail", "--json").out == before


def test_a_code_is_found_by_its_digits(boxd: Boxd, box: BoxInThread) -> None:
    box.live.receive("mug", 1, "Mug")
    made = box.live.issue("mug", "badge-1")
    digits = str(made["code"])
    said = boxd("codes", "find", digits[:4], digits[4:])
    assert said.code == 0
    assert f"id           {made['id']}" in said.out
    assert "badge-1" in said.out
    assert digits not in said.out


def test_digits_that_no_code_has_say_whether_one_is_mistyped(boxd: Boxd, box: BoxInThread) -> None:
    box.live.receive("mug", 1, "Mug")
    digits = str(box.live.issue("mug", "badge-1")["code"])
    wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    said = boxd("codes", "find", wrong)
    assert said.code == 1
    assert "one of them is mistyped" in said.err


def test_vouchers_have_digits_and_a_qr_code_of_usable_codes(
    boxd: Boxd, box: BoxInThread, tmp_path: Path
) -> None:
    box.live.receive("mug", 3, "Mug <b>")
    first, second = (box.live.issue("mug", name) for name in ("山田太郎", "bo"))
    boxd("codes", "void", str(second["id"]), "--reason", "x")
    out = tmp_path / "vouchers.html"
    said = boxd("codes", "print", str(first["id"]), "--output", str(out))
    assert said.code == 0, said.err
    page = out.read_text("utf-8")
    digits = str(first["code"])
    assert f"{digits[:4]} {digits[4:]}" in page
    assert "Mug &lt;b&gt;" in page
    assert "山田太郎" in page
    assert page.count("<svg") == 1
    assert out.stat().st_mode & 0o077 == 0

    said = boxd("codes", "print", str(second["id"]), "--output", str(tmp_path / "two.html"))
    assert said.code == 1
    assert "is voided" in said.err
    assert not (tmp_path / "two.html").exists()


def test_vouchers_of_an_attendee_and_without_names(
    boxd: Boxd, box: BoxInThread, tmp_path: Path
) -> None:
    box.live.receive("mug", 3, "Mug")
    for _ in range(3):
        box.live.issue("mug", "badge-7")
    out = tmp_path / "vouchers.html"
    line = ("codes", "print", "--attendee", "badge-7", "--no-names", "--output", str(out))
    assert boxd(*line).code == 0
    page = out.read_text("utf-8")
    assert page.count('<article class="card">') == 3
    assert "badge-7" not in page


def test_an_export_is_csv_on_standard_output(boxd: Boxd, box: BoxInThread) -> None:
    box.live.receive("mug", 1, "Mug")
    box.live.issue("mug", "badge-1")
    said = boxd("codes", "export")
    assert re.match(r"\ufeff?id,attendee,sku", said.out)
    assert "badge-1,mug" in said.out
