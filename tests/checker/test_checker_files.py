"""The files: damaged, absent, half written; and the command with its exit codes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checker import EvidenceError, Invariant, check, examine
from checker.__main__ import main
from tests.checker.recorded_booth import RecordedBooth, only

ROOT = Path(__file__).parents[2]


def arguments(booth: RecordedBooth, *more: str) -> list[str]:
    return ["--ledger", str(booth.ledger), "--trace", str(booth.trace), *more]


class TestTheTrace:
    def test_a_half_written_last_line_is_tolerated_and_noted(self, booth: RecordedBooth) -> None:
        with booth.trace.open("a") as file:
            file.write('{"t": 200.0, "what": "la')
        report = examine(booth.ledger, booth.trace)
        assert report.findings == []
        assert any("last line of the trace" in note for note in report.notes)

    def test_a_whole_last_line_without_its_newline_counts(self, booth: RecordedBooth) -> None:
        with booth.trace.open("a") as file:
            file.write('{"t": 200.0, "what": "bytes", "device": "CodeTV Board 0", "bytes": "f0"}')
        assert only(booth.findings()).invariant is Invariant.FAIL_SAFE

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            (b"{'t': 1}", "not JSON"),
            (b"[" * 100_000, "not JSON"),
            (b"\xff\xfe", "not JSON"),
            (b"[1]", "not a JSON object"),
            (b'{"t": "1", "what": "key", "device": "x"}', "'t' is not a time"),
            (b'{"t": NaN, "what": "key", "device": "x"}', "'t' is not a time"),
            (b'{"t": 1, "what": "key"}', "'what' and 'device' must be texts"),
            (b'{"t": 1, "what": "latch", "device": "x", "level": 2}', "must be 0 or 1"),
            (b'{"t": 1, "what": "bytes", "device": "x", "bytes": "g"}', "in hexadecimal"),
            (b'{"t": 1, "what": "bytes", "device": "x"}', "in hexadecimal"),
        ],
    )
    def test_a_damaged_line_is_found(self, booth: RecordedBooth, line: bytes, words: str) -> None:
        booth.trace.write_bytes(line + b"\n" + booth.trace.read_bytes())
        finding = only(booth.findings())
        assert finding.invariant is Invariant.EVIDENCE
        assert finding.what.startswith("trace line 1: ")
        assert words in finding.what

    def test_an_empty_trace_lacks_the_pulses_that_were_done(self, booth: RecordedBooth) -> None:
        booth.trace.write_bytes(b"")
        assert {each.invariant for each in booth.findings()} == {Invariant.ONE_PULSE}

    def test_an_empty_trace_of_an_unused_box_is_fine(self, tmp_path: Path) -> None:
        unused = RecordedBooth(tmp_path)
        assert unused.findings(at_rest=True) == []
        unused.connection.close()

    def test_an_absent_trace_is_an_error(self, booth: RecordedBooth) -> None:
        booth.trace.unlink()
        with pytest.raises(EvidenceError, match=r"hardware-trace.*No such file"):
            booth.findings()


class TestTheLedger:
    def test_what_is_still_in_the_write_ahead_log_is_read(
        self, booth: RecordedBooth, tmp_path: Path
    ) -> None:
        killed = tmp_path / "killed"
        killed.mkdir()
        for file in (booth.ledger, Path(f"{booth.ledger}-wal")):
            shutil.copy(file, killed)
        assert check(killed / booth.ledger.name, booth.trace) == []

    def test_it_is_never_written(self, booth: RecordedBooth, tmp_path: Path) -> None:
        killed = tmp_path / "killed"
        killed.mkdir()
        for file in (booth.ledger, Path(f"{booth.ledger}-wal")):
            shutil.copy(file, killed)
        before = {file.name: file.read_bytes() for file in killed.iterdir()}
        check(killed / booth.ledger.name, booth.trace)
        assert {name: (killed / name).read_bytes() for name in before} == before

    def test_a_ledger_that_sqlite_is_not_let_at_is_an_error(
        self, booth: RecordedBooth, tmp_path: Path
    ) -> None:
        copied = Path(shutil.copy(booth.ledger, tmp_path / "copied.db"))
        Path(f"{copied}-wal").mkdir()
        with pytest.raises(EvidenceError, match=r"copied\.db can't be read: unable to open"):
            check(copied, booth.trace)

    def test_an_absent_ledger_is_an_error(self, booth: RecordedBooth, tmp_path: Path) -> None:
        with pytest.raises(EvidenceError, match="there is no ledger"):
            check(tmp_path / "none.sqlite3", booth.trace)
        assert not (tmp_path / "none.sqlite3").exists()

    @pytest.mark.parametrize("contents", [b"", b"no database at all" * 100])
    def test_a_file_that_is_no_ledger_is_found(
        self, booth: RecordedBooth, tmp_path: Path, contents: bytes
    ) -> None:
        file = tmp_path / "other.sqlite3"
        file.write_bytes(contents)
        finding = only(check(file, booth.trace))
        assert finding.invariant is Invariant.EVIDENCE
        assert "the ledger is damaged or none" in finding.what

    def test_a_ledger_with_overwritten_pages_is_found(self, booth: RecordedBooth) -> None:
        booth.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        booth.connection.close()
        size = booth.ledger.stat().st_size
        with booth.ledger.open("r+b") as file:
            file.seek(size // 2)
            file.write(os.urandom(size // 4))
        assert Invariant.EVIDENCE in {each.invariant for each in booth.findings()}

    def test_a_broken_reference_is_found(self, booth: RecordedBooth) -> None:
        booth.sql("INSERT INTO alarms VALUES (1, 'a', 'b', 'c', '2026', NULL)")
        booth.sql("UPDATE codes SET attendee = 99 WHERE id = 4")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.EVIDENCE
        assert finding.what == "codes row 4 refers to a missing row of attendees"


class TestTheAcknowledgements:
    def test_a_half_written_last_line_is_tolerated_and_noted(self, booth: RecordedBooth) -> None:
        with booth.acknowledged.open("a") as file:
            file.write('{"what": "dispen')
        report = examine(booth.ledger, booth.trace, booth.acknowledged)
        assert report.findings == []
        assert any("last line of the acknowledged file" in note for note in report.notes)

    @pytest.mark.parametrize(
        ("told", "words"),
        [
            ({"what": "promised"}, "'what' must be one of answer, "),
            ({"what": "answer", "redemption": "r-1", "id": "x"}, "'answer' must name kind"),
        ],
    )
    def test_a_line_that_says_nothing_is_found(
        self, booth: RecordedBooth, told: dict[str, str], words: str
    ) -> None:
        booth.acknowledge(**told)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.EVIDENCE
        assert f"acknowledged line 7: {words}" in finding.what

    def test_an_absent_file_is_an_error(self, booth: RecordedBooth, tmp_path: Path) -> None:
        with pytest.raises(EvidenceError, match="No such file"):
            check(booth.ledger, booth.trace, tmp_path / "none.jsonl")


class TestTheCommand:
    def test_it_exits_0_and_shows_what_was_checked(
        self, booth: RecordedBooth, capsys: pytest.CaptureFixture[str]
    ) -> None:
        more = ["--acknowledged", str(booth.acknowledged), "--at-rest"]
        assert main(arguments(booth, *more)) == 0
        shown = capsys.readouterr().out
        assert "4 codes, 3 redemptions" in shown
        assert "FOUND" not in shown
        assert len({line.rfind("nothing") for line in shown.splitlines()[1:10]}) == 1

    def test_it_exits_1_and_shows_the_evidence(
        self, booth: RecordedBooth, capsys: pytest.CaptureFixture[str]
    ) -> None:
        booth.pulse("CodeTV Board 0")
        assert main(arguments(booth)) == 1
        shown = capsys.readouterr().out
        assert "1 FOUND" in shown
        assert "\n3  CodeTV Board 0 saw 2 pulses for 1 actuations" in shown
        assert "\n    actuation r-1/1 intended 2026-" in shown

    def test_it_tells_programs_the_same_in_json(
        self, booth: RecordedBooth, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        snapshot = tmp_path / "snapshot.json"
        snapshot.write_text(json.dumps({"at": "2026-11-21T12:00:00Z", "prompts": []}))
        assert main(arguments(booth, "--snapshot", str(snapshot), "--json")) == 1
        told = json.loads(capsys.readouterr().out)
        assert [each["invariant"] for each in told["invariants"]] == list(range(9))
        assert [each["invariant"] for each in told["findings"]] == [6]
        assert told["invariants"][1]["checked"] == {"codes": 4, "redemptions": 3, "tasks": 0}

    @pytest.mark.parametrize("name", ["ledger", "trace", "acknowledged", "snapshot"])
    def test_it_exits_2_when_a_file_is_absent(
        self, booth: RecordedBooth, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(arguments(booth, f"--{name}", "/nowhere/at-all")) == 2
        assert "/nowhere/at-all" in capsys.readouterr().err

    def test_it_exits_2_when_the_snapshot_is_no_json(
        self, booth: RecordedBooth, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(arguments(booth, "--snapshot", str(booth.trace))) == 2
        assert "is no snapshot: not JSON" in capsys.readouterr().err

    def test_it_exits_2_when_used_wrongly(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as exit_:
            main(["--ledger", "x"])
        assert exit_.value.code == 2
        assert "--trace" in capsys.readouterr().err

    def test_it_runs_as_a_program_and_imports_nothing_of_boxd(self, booth: RecordedBooth) -> None:
        program = (
            "import sys; from checker.__main__ import main; code = main(sys.argv[1:]);"
            "assert not [name for name in sys.modules if name.split('.')[0] == 'boxd'];"
            "sys.exit(code)"
        )
        for start in (["-c", program], ["-m", "checker"]):
            done = subprocess.run(
                [sys.executable, *start, *arguments(booth)],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.returncode, done.stderr) == (0, "")
