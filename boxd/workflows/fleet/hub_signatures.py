"""What a box does for its hub: names, arguments and results for the hub's workflows."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from boxd.box_report import BoxReport, Declaration, TakenDeclaration
from boxd.workflows.fleet.lookup_messages import Lookup, PeopleHere, SumsHere, TrailHere


class HubSignatures(ABC):
    """Asked of each box through its own queue."""

    @activity.defn
    @abstractmethod
    async def report_box(self) -> BoxReport:
        """How the box is now."""

    @activity.defn
    @abstractmethod
    async def take_declaration(self, declaration: Declaration) -> TakenDeclaration:
        """Put prizes and tasks into effect, all of them or none."""

    @activity.defn
    @abstractmethod
    async def find_people(self, lookup: Lookup) -> PeopleHere:
        """Whom the text can mean: a badge, a name in any spelling, a number."""

    @activity.defn
    @abstractmethod
    async def sum_up(self, lookup: Lookup) -> SumsHere:
        """What was given out, and how tasks went."""

    @activity.defn
    @abstractmethod
    async def search_trail(self, lookup: Lookup) -> TrailHere:
        """The newest rows of the audit trail that have the text."""
