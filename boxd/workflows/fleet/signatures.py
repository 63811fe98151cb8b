"""The activities of a moving code for its workflow: names, arguments, results."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from boxd.spending_right import (
    Given,
    RightWanted,
    RollAnswer,
    RollCall,
    TakenIn,
    VisitOutcome,
)
from boxd.workflows.fleet.messages import CodeVisit, Settlement


class FleetSignatures(ABC):
    """What each box can do for another. A repeated step returns what was decided before."""

    @activity.defn
    @abstractmethod
    async def give_right(self, wanted: RightWanted) -> Given:
        """At home: give the right to spend a code away, or say why not."""

    @activity.defn
    @abstractmethod
    async def take_in(self, visit: CodeVisit) -> TakenIn:
        """At the asking box: take the code in, or say why not."""

    @activity.defn
    @abstractmethod
    async def outcome_here(self, visit: CodeVisit) -> VisitOutcome:
        """At the asking box: what became of the code; fails for as long as that is open."""

    @activity.defn
    @abstractmethod
    async def settle_move(self, settlement: Settlement) -> None:
        """At home: end the move."""

    @activity.defn
    @abstractmethod
    async def answer_roll_call(self, call: RollCall) -> RollAnswer:
        """At another box: tell the calling one what it may have forgotten."""

    @activity.defn
    @abstractmethod
    async def hear_answer(self, heard: RollAnswer) -> None:
        """At the calling box: learn it."""
