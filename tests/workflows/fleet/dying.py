"""A box that dies in one step of what it does for the fleet: before its commit, or after it."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from tests.workflows.fleet.boxes import LinkedBox


class _Activities(Protocol):
    def all(self) -> Sequence[Callable[..., Any]]: ...


_A = TypeVar("_A", bound=_Activities)


@dataclass
class Death:
    """The moment at which a box dies: from then on it does nothing, and nobody hears of it."""

    step: str  # the activity's name
    has_committed: bool
    _reached: asyncio.Event = field(default_factory=asyncio.Event)

    def inside(self, make: Callable[..., _A]) -> Callable[..., _A]:
        """As `make`, for activities that die at this moment."""

        @functools.wraps(make)
        def made(*arguments: object) -> _A:
            activities = make(*arguments)
            steps = {step.__name__: step for step in activities.all()}
            assert self.step in steps
            for name, step in steps.items():
                setattr(activities, name, self._mortal(name, step))
            return activities

        return made

    async def befall(self, victim: LinkedBox) -> None:
        """Wait for the moment, and start the box again as after a restart."""
        async with asyncio.timeout(30):
            await self._reached.wait()
        await victim.cut()
        await victim.connect()

    def _mortal(
        self, name: str, step: Callable[..., Awaitable[object]]
    ) -> Callable[..., Awaitable[object]]:
        @functools.wraps(step)
        async def run(*arguments: Any) -> object:
            self._pass(name, has_committed=False)
            found = await step(*arguments)
            self._pass(name, has_committed=True)
            return found

        return run

    def _pass(self, name: str, *, has_committed: bool) -> None:
        if (name, has_committed) == (self.step, self.has_committed):
            self._reached.set()
        if self._reached.is_set():
            raise ConnectionError("the box is dead")
