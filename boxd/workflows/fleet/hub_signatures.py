"""What a box does for its hub: names, arguments and results for the hub's workflows."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from boxd.box_report import BoxReport, Declaration, TakenDeclaration


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
