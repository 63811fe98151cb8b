"""The activities of deleting histories: from the server first, then from the ledger's list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from temporalio import activity

from boxd.ledger import history_erasures
from boxd.ledger.ledger import Ledger
from boxd.workflows.activity_errors import as_activity_errors
from boxd.workflows.erasing.messages import HistoriesLeft
from boxd.workflows.erasing.signatures import ErasingSignatures


class ErasingActivities(ErasingSignatures):
    """`erase` deletes all runs of one task at the server."""

    def __init__(self, ledger: Ledger, erase: Callable[[str], Awaitable[None]]) -> None:
        self._ledger = ledger
        self._erase = erase

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (self.next_histories, self.erase_histories)

    @activity.defn
    async def next_histories(self, most: int) -> HistoriesLeft:
        """Which histories can go now."""
        with as_activity_errors():
            tasks = await self._ledger.read(partial(history_erasures.next_ones, most=most))
            return HistoriesLeft(tuple(tasks), await self._ledger.read(history_erasures.left))

    @activity.defn
    async def erase_histories(self, tasks: Sequence[str]) -> None:
        """Delete the histories of these tasks, as far as the server answers.

        A kill in between leaves rows without histories: the next attempt finds nothing to delete.
        TemporalUnavailable is no error of ours: it is tried again, with the rest.
        """
        done: list[str] = []
        try:
            for task in tasks:
                await self._erase(task)
                done.append(task)
        finally:
            with as_activity_errors():
                await self._ledger.write(partial(history_erasures.gone, tasks=done))
