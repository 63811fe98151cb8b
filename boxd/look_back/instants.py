"""One redemption, instant by instant: three sources in one order of time. Plain functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from boxd.look_back.hardware import HardwareState, Line, after, in_words
from boxd.redemption import ANSWERS_AT, Answer, AnswerKind, Remedy, Stage, stage_after
from boxd.workflows.time_machine import PastMoment

MOST_INSTANTS = 2000
_NO_TRACE = datetime.fromtimestamp(0, UTC)


class Source(StrEnum):
    """Who says that something happened."""

    LEDGER = "ledger"
    WORKFLOW = "workflow"
    HARDWARE = "hardware"


@dataclass(frozen=True)
class Instant:
    """What happened, and how everything was just after it.

    `stage` is the ledger's, `known` the one that the workflow knew, `line` where it waited and
    `event` the last event of its history; all are empty before their source first says something.
    """

    at: str
    source: Source
    what: str
    stage: str = ""
    event: int = 0
    known: str = ""
    line: str = ""
    hardware: HardwareState = field(default_factory=HardwareState)

    @property
    def awaits(self) -> tuple[str, ...]:
        """The answers that the workflow waited for."""
        asked = ANSWERS_AT.get(Stage(self.known)) if self.known in list(Stage) else None
        return tuple(sorted(asked or ()))


@dataclass(frozen=True)
class LookBack:
    """One redemption. `missing` says which of the sources are not there, and why."""

    redemption: str
    box: str
    instants: tuple[Instant, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Happening:
    at: datetime
    source: Source
    what: str
    told: Any


@dataclass(frozen=True)
class TimedTrace:
    """A hardware trace, and the box's time at which its clock was 0."""

    lines: Sequence[Line] = ()
    zero: datetime = _NO_TRACE
    begins: datetime | None = None  # what was before it is only where everything starts from
    ends: datetime | None = None


def instants(
    rows: Iterable[Mapping[str, Any]], moments: Iterable[PastMoment], trace: TimedTrace
) -> tuple[Instant, ...]:
    """What the audit trail, the workflow and the hardware say, in the order of time."""
    hardware, seen = _seen(trace)
    happened = [*_rows(rows), *_moments(moments), *seen]
    happened.sort(key=lambda each: each.at)
    found = []
    stage, moment = "", PastMoment(0, "", (), {})
    for each in happened[:MOST_INSTANTS]:
        match each.source:
            case Source.LEDGER:
                stage = _stage_after(stage, each.told)
            case Source.WORKFLOW:
                moment = each.told
            case Source.HARDWARE:
                hardware = after(hardware, each.told)
        at = each.at.isoformat(timespec="milliseconds")
        known = _known_by(moment)
        found.append(
            Instant(at, each.source, each.what, stage, moment.last, known, moment.line, hardware)
        )
    return tuple(found)


def _rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[_Happening]:
    for row in rows:
        cause = f" ({row['cause']})" if row["cause"] else ""
        what = f"{row['action']}, {row['actor']}{cause}"
        yield _Happening(datetime.fromisoformat(row["at"]), Source.LEDGER, what, row)


def _moments(moments: Iterable[PastMoment]) -> Iterator[_Happening]:
    for moment in moments:
        at = datetime.fromisoformat(moment.at)
        yield _Happening(at, Source.WORKFLOW, "; ".join(moment.happened), moment)


def _seen(trace: TimedTrace) -> tuple[HardwareState, list[_Happening]]:
    """How the hardware was when the redemption began, and what happened to it since."""
    before, found = HardwareState(), []
    for line in trace.lines:
        at = trace.zero + timedelta(seconds=float(line["t"]))
        if trace.ends is not None and at > trace.ends:
            break
        if trace.begins is not None and at < trace.begins:
            before = after(before, line)
        elif what := in_words(line):
            found.append(_Happening(at, Source.HARDWARE, what, line))
    return before, found


def _known_by(moment: PastMoment) -> str:
    """The stage that the workflow knew."""
    standing = moment.state.get("standing")
    return str(standing["stage"]) if isinstance(standing, Mapping) else ""


def _stage_after(stage: str, row: Mapping[str, Any]) -> str:
    """The ledger's stage after a row of its audit trail."""
    subject, _, what = str(row["action"]).partition(".")
    match subject, what:
        case "claim", "accepted":
            return Stage.LOAD
        case "claim", "refused":
            return Stage.REFUSED
        case "opening", _:
            return what
    if subject != "redemption" or what not in list(AnswerKind) or stage not in list(Stage):
        return stage
    remedy = row["detail"].get("remedy")
    given = Answer("", "", 0, AnswerKind(what), "", remedy=Remedy(remedy) if remedy else None)
    return stage_after(Stage(stage), given)
