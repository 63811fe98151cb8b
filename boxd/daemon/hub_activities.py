"""What a box does for its hub: it reports, takes in what was declared for all, looks things up."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from temporalio import activity

from boxd.box_report import BoxReport, Declaration, StockHere, TakenDeclaration, WaitingPerson
from boxd.errors import BoxdError, LedgerUnusable
from boxd.ledger import attendee_codes, attendee_list, audit_search, task_standings, task_sums
from boxd.ledger.attendee_list import AttendeeRow
from boxd.ledger.audit_search import AuditFilter
from boxd.ledger.dispensed import by_quarter
from boxd.ledger.fleet_standing import CodesOfFleet, codes_of_fleet
from boxd.ledger.ledger import Ledger, as_text
from boxd.machine_clock import utc_now
from boxd.organiser import declaration_file
from boxd.phones import words
from boxd.web.snapshot import SnapshotSource
from boxd.workflows.activity_errors import as_activity_errors
from boxd.workflows.fleet.hub_signatures import HubSignatures
from boxd.workflows.fleet.lookup_messages import (
    MOST_PEOPLE,
    MOST_ROWS,
    CodeHere,
    Lookup,
    PeopleHere,
    PersonHere,
    RowHere,
    SumsHere,
    TaskHere,
    TrailHere,
)


class HubActivities(HubSignatures):
    """The box's side of the hub."""

    def __init__(self, snapshots: SnapshotSource, ledger: Ledger, number: int) -> None:
        self._snapshots = snapshots
        self._ledger = ledger
        self._number = number

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (
            self.report_box,
            self.take_declaration,
            self.find_people,
            self.sum_up,
            self.search_trail,
        )

    @activity.defn
    async def report_box(self) -> BoxReport:
        """How the box is now."""
        with as_activity_errors():
            codes = await self._ledger.read(partial(codes_of_fleet, own=self._number))
        return _report(self._number, self._snapshots.snapshot(), codes)

    @activity.defn
    async def take_declaration(self, declaration: Declaration) -> TakenDeclaration:
        """Put prizes and tasks into effect, all of them or none."""
        with as_activity_errors():
            try:
                declared = declaration_file.read(declaration.text)
                await self._ledger.write(lambda tx: declaration_file.declare(tx, declared))
            except LedgerUnusable:
                raise
            except BoxdError as error:
                return TakenDeclaration(self._number, str(error))
        return TakenDeclaration(self._number)

    @activity.defn
    async def find_people(self, lookup: Lookup) -> PeopleHere:
        """Whom the text can mean: a badge, a name in any spelling, a number."""
        with as_activity_errors():
            found = await self._ledger.read(partial(_people, text=lookup.text))
        return PeopleHere(self._number, found)

    @activity.defn
    async def sum_up(self, lookup: Lookup) -> SumsHere:
        """What was given out, and how tasks went."""
        with as_activity_errors():
            return await self._ledger.read(partial(_sums, box=self._number, since=lookup.since))

    @activity.defn
    async def search_trail(self, lookup: Lookup) -> TrailHere:
        """The newest rows of the audit trail that have the text."""
        wanted = AuditFilter(lookup.text)
        with as_activity_errors():
            found = await self._ledger.read(
                lambda c: audit_search.search(c, wanted, None, MOST_ROWS)
            )
        return TrailHere(
            self._number,
            tuple(
                RowHere(
                    at=each.at,
                    actor=each.actor,
                    action=each.action,
                    cause=each.cause,
                    locker=each.locker,
                    code=each.code,
                    sku=each.sku,
                    redemption=each.redemption,
                )
                for each in found
            ),
        )


def _people(connection: sqlite3.Connection, text: str) -> tuple[PersonHere, ...]:
    found = attendee_list.search(connection, text, MOST_PEOPLE)
    return tuple(_person(connection, each) for each in found)


def _person(connection: sqlite3.Connection, row: AttendeeRow) -> PersonHere:
    codes = attendee_codes.of_attendee(connection, row.number)
    tasks = task_standings.of_attendee(connection, row.number)
    return PersonHere(
        row.number,
        row.reference or row.pseudonym,
        tuple(CodeHere(each.number, each.prize, each.state) for each in codes),
        tuple(TaskHere(each.kind.name, words.label(each)) for each in tasks),
    )


def _sums(connection: sqlite3.Connection, box: int, since: str | None) -> SumsHere:
    return SumsHere(
        box,
        tuple(by_quarter(connection, since, None)),
        tuple(task_sums.tasks(connection, since, None)),
        tuple(task_sums.checkpoints(connection, since, None)),
    )


def _report(number: int, snapshot: dict[str, Any], codes: CodesOfFleet) -> BoxReport:
    """What the box's own screen shows, in short."""
    health = snapshot["health"]
    return BoxReport(
        number=number,
        name=snapshot["box"]["name"],
        release=snapshot["box"]["boxd"],
        at=as_text(utc_now()),  # a snapshot is as old as the last change
        state=health["state"],
        why=health["why"],
        waiting=tuple(
            WaitingPerson(f"{each['bay_name'] or each['bay']}: {each['title']}", each["since"])
            for each in snapshot["prompts"]
        ),
        alarms=tuple(str(each["text"]) for each in snapshot["alarms"]),
        stock=tuple(
            StockHere(each["sku"], each["name"], each["on_hand"], each["held"], each["dispensed"])
            for each in snapshot["stock"]
        ),
        codes_at_home=codes.at_home,
        codes_away=codes.away,
        codes_visiting=codes.visiting,
    )
