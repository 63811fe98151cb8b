"""The command: `python -m checker --ledger FILE --trace FILE`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from checker.examination import examine
from checker.invariants import EvidenceError
from checker.table import as_json, as_table
from checker.trace import Fields, LineError, json_object

NOTHING_FOUND, FOUND, USED_WRONGLY = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Check what the arguments name and print the report; returns the exit code."""
    given = _parser().parse_args(arguments)
    try:
        report = examine(
            given.ledger,
            given.trace,
            given.acknowledged,
            _snapshot(given.snapshot) if given.snapshot else None,
            at_rest=given.at_rest,
        )
    except EvidenceError as error:
        print(f"checker: {error}", file=sys.stderr)
        return USED_WRONGLY
    print(as_json(report) if given.json else as_table(report))
    return FOUND if report.findings else NOTHING_FOUND


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m checker",
        description="Hold a box's invariants against its ledger and its hardware's trace.",
        epilog="Exit codes: 0 nothing found, 1 findings, 2 used wrongly.",
    )
    parser.add_argument("--ledger", type=Path, required=True, help="the SQLite file; only read")
    parser.add_argument("--trace", type=Path, required=True, help="what the hardware saw, as lines")
    parser.add_argument("--acknowledged", type=Path, help="what was acknowledged, as lines")
    parser.add_argument("--snapshot", type=Path, help="the HUD's snapshot, from GET /snapshot")
    parser.add_argument(
        "--at-rest", action="store_true", help="demand that no latch is energised at the end"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _snapshot(path: Path) -> Fields:
    try:
        return json_object(path.read_bytes())
    except OSError as error:
        raise EvidenceError(f"{path} can't be read: {error.strerror}") from error
    except LineError as error:
        raise EvidenceError(f"{path} is no snapshot: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
