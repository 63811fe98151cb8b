"""What a box does for its hub: it reports, and takes in what was declared for all boxes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from temporalio import activity

from boxd.box_report import BoxReport, Declaration, StockHere, TakenDeclaration, WaitingPerson
from boxd.errors import BoxdError, LedgerUnusable
from boxd.ledger.fleet_standing import CodesOfFleet, codes_of_fleet
from boxd.ledger.ledger import Ledger, as_text
from boxd.machine_clock import utc_now
from boxd.organiser import declaration_file
from boxd.web.snapshot import SnapshotSource
from boxd.workflows.activity_errors import as_activity_errors
from boxd.workflows.fleet.hub_signatures import HubSignatures


class HubActivities(HubSignatures):
    """The box's side of the hub."""

    def __init__(self, snapshots: SnapshotSource, ledger: Ledger, number: int) -> None:
        self._snapshots = snapshots
        self._ledger = ledger
        self._number = number

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (self.report_box, self.take_declaration)

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
