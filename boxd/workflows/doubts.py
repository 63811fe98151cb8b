"""Workflows that somebody doubts, and those that are being set up again."""

from __future__ import annotations

import asyncio

from boxd.machine_clock import boot_s

# A caller whose time ended just after its workflow was set up again still gets the true reason.
_REMEMBERED_S = 15.0


class Doubts:
    """Who delivers a request says here that the workflow can't take it; the healer looks at it."""

    def __init__(self) -> None:
        self._doubted: dict[str, str] = {}
        self._set_up: dict[str, float] = {}  # workflow: when, on the boot clock
        self._raised = asyncio.Event()

    def doubt(self, workflow: str, why: str = "") -> None:
        """Have a workflow looked at; with `why` it is known that it can't go on."""
        self._doubted[workflow] = why or self._doubted.get(workflow, "")
        self._set_up[workflow] = boot_s()
        self._raised.set()

    async def wait(self, longest_s: float) -> None:
        """Wait for a doubt, for `longest_s` at most."""
        try:
            await asyncio.wait_for(self._raised.wait(), longest_s)
        except TimeoutError:
            return

    def take(self) -> dict[str, str]:
        """The doubted workflows with their reasons; each is returned once."""
        self._raised.clear()
        doubted, self._doubted = self._doubted, {}
        return doubted

    def set_up_again(self, workflow: str) -> None:
        """Remember that it is being set up again."""
        long_ago = boot_s() - _REMEMBERED_S
        self._set_up = {name: at for name, at in self._set_up.items() if at > long_ago}
        self._set_up[workflow] = boot_s()

    def is_being_set_up(self, workflow: str) -> bool:
        """Whether it is being set up again, or was a moment ago."""
        return boot_s() - self._set_up.get(workflow, float("-inf")) < _REMEMBERED_S
