"""`boxd codes issue --for` and `boxd codes import`: a whole file, none of it, or a part."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path

import pytest

from tests.cli.box_in_thread import BoxInThread
from tests.cli.cli_line import Boxd


@pytest.fixture
def attendees(tmp_path: Path) -> Path:
    file = tmp_path / "attendees.csv"
    file.write_text("attendee,sku\nada,mug\nbob,\n")
    return file


def test_a_code_for_each_line_of_a_file(
    boxd: Boxd, box: BoxInThread, attendees: Path, tmp_path: Path
) -> None:
    box.live.receive("mug", 5)
    dry = boxd("codes", "issue", "--for", str(attendees), "--dry-run")
    assert (dry.code, "nothing was changed" in dry.out, box.live.on_hand("mug")) == (0, True, 5)
    out = tmp_path / "codes.csv"
    said = boxd("codes", "issue", "--for", str(attendees), "--csv", str(out))
    assert said.code == 0, said.err
    assert len(out.read_text().splitlines()) == 3
    assert box.live.on_hand("mug") == 3


def test_a_file_that_is_sent_again_under_its_id_gives_the_same_codes(
    boxd: Boxd, box: BoxInThread, attendees: Path
) -> None:
    box.live.receive("mug", 5)
    line = ("codes", "issue", "--for", str(attendees), "--batch", "0123456789ab")
    assert boxd(*line, "--json").out == boxd(*line, "--json").out
    assert box.live.on_hand("mug") == 3


def test_a_box_that_goes_away_meanwhile_is_asked_again_by_the_batch(
    boxd: Boxd, state_dir: Path, attendees: Path
) -> None:
    attendees.write_text("attendee\nada\n")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(state_dir / "boxd.sock"))
        listener.listen()

        def hang_up() -> None:
            with listener.accept()[0] as sender:
                sender.recv(65536)

        dying = threading.Thread(target=hang_up)
        dying.start()
        said = boxd("codes", "issue", "--for", str(attendees))
        dying.join()
    assert said.code == 1
    assert "--batch" in said.err
    assert "not made twice" in said.err


def test_what_is_wrong_with_a_file_is_told_by_line(
    boxd: Boxd, box: BoxInThread, tmp_path: Path
) -> None:
    box.live.receive("mug", 1)
    file = tmp_path / "codes.csv"
    file.write_text("code,attendee,sku\n12345674,ada,mug\n12345674,bob,mug\n")
    said = boxd("codes", "import", str(file))
    assert said.code == 1
    assert "line 3" in said.err
    assert box.live.on_hand("mug") == 1


def test_five_names_and_two_units_are_two_codes_and_three_reasons(
    boxd: Boxd, box: BoxInThread, attendees: Path
) -> None:
    box.live.receive("mug", 2)
    attendees.write_text("attendee,sku\n" + "".join(f"guest-{n},mug\n" for n in range(1, 6)))
    line = ("codes", "issue", "--for", str(attendees), "--batch", "0123456789ab", "--json")
    whole = boxd(*line)
    assert (whole.code, box.live.on_hand("mug")) == (1, 2)

    said = boxd(*line, "--partly")

    assert said.code == 0, said.err
    assert [code["attendee"] for code in json.loads(said.out)["codes"]] == ["guest-1", "guest-2"]
    assert "3 of 5 get no code" in said.err
    for number in (3, 4, 5):
        assert f"line {number + 1}: guest-{number}: no unit of 'mug' is left" in said.err
    assert "vouchers: boxd codes print --batch 0123456789ab" in said.err
    again = boxd(*line, "--partly")
    assert again.out == said.out
    assert again.err == said.err
    assert box.live.on_hand("mug") == 0


def test_who_of_a_list_got_none_and_why_is_shown_without_the_file(
    boxd: Boxd, box: BoxInThread, attendees: Path
) -> None:
    box.live.receive("mug", 2)
    attendees.write_text("attendee,sku\n" + "".join(f"guest-{n},mug\n" for n in range(1, 6)))
    batch = "0123456789ab"
    boxd("codes", "issue", "--for", str(attendees), "--batch", batch, "--partly")

    report = json.loads(boxd("codes", "batch", batch, "--json").out)["lines"]

    why = "no unit of 'mug' is left: 2 were on hand"
    assert [(each["line"], each["attendee"], each["why"]) for each in report] == [
        (2, "guest-1", ""),
        (3, "guest-2", ""),
        (4, None, why),
        (5, None, why),
        (6, None, why),
    ]
    assert "2 of 5 got a code" in boxd("codes", "batch", batch).out
    assert "no codes were made as batch" in boxd("codes", "batch", "ba9876543210").err


def test_a_shorter_file_that_is_sent_again_hears_the_reasons_of_the_first(
    boxd: Boxd, box: BoxInThread, attendees: Path
) -> None:
    box.live.receive("mug", 1)
    attendees.write_text("attendee,sku\nada,mug\nbob,mug\n")
    line = ("codes", "issue", "--for", str(attendees), "--batch", "0123456789ab", "--partly")
    boxd(*line)
    attendees.write_text("attendee,sku\nada,mug\n")

    again = boxd(*line)

    assert again.code == 0, again.err
    assert "line 3: not in this file: no unit of 'mug' is left" in again.err
