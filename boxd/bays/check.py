"""The check of one typed code: sent at once, and again while no server answers."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from boxd.bays.redemptions import Redemptions
from boxd.bays.view import Checking
from boxd.errors import BoxdError, TemporalUnavailable

log = structlog.get_logger()


@dataclass(frozen=True)
class RetryLimits:
    """How long a typed code is kept and tried, and how often, in seconds.

    A killed server or worker is back within 3 s; nobody waits longer than ten.
    """

    longest_s: float = 10.0
    retry_s: float = 0.25


@dataclass(frozen=True)
class NoVerdict:
    """Why a code got no verdict, in words. `is_to_be_retyped` if nothing was decided."""

    why: str
    is_to_be_retyped: bool


class CodeCheck:
    """One typed code. Its digits are only in its task, and in no message.

    `on_change` is called when `progress` changes, `on_no_verdict` when the code is given up;
    neither is called after `settle`.
    """

    def __init__(
        self,
        typed_at: str,
        retry_limits: RetryLimits,
        on_change: Callable[[], None],
        on_no_verdict: Callable[[NoVerdict], None],
    ) -> None:
        self.typed_at = typed_at
        self.progress = Checking.ASKED
        self._retry_limits = retry_limits
        self._on_change = on_change
        self._on_no_verdict = on_no_verdict
        self._settled = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, redemptions: Redemptions, bay: str, digits: str) -> None:
        """Ask for the verdict; returns at once."""
        self._task = asyncio.get_running_loop().create_task(self._run(redemptions, bay, digits))
        self._task.add_done_callback(self._finish)

    def settle(self) -> None:
        """The verdict has come, or nobody waits for it any more: report nothing further."""
        self._settled.set()

    def abandon(self) -> None:
        """Stop asking: the bay is closing."""
        self.settle()
        if self._task is not None:
            self._task.cancel()

    async def _run(self, redemptions: Redemptions, bay: str, digits: str) -> None:
        is_begun = False
        try:
            async with asyncio.timeout(self._retry_limits.longest_s):
                refused = await self._begin(redemptions, bay, digits)
                is_begun = True
                del digits
                if not refused:
                    await self._settled.wait()
        except TimeoutError:
            self._run_out(is_begun=is_begun)
        else:
            if refused:
                self._give_up(NoVerdict(refused, is_to_be_retyped=False))

    async def _begin(self, redemptions: Redemptions, bay: str, digits: str) -> str:
        """Why the code can't be decided at all; empty if it was passed on."""
        while not self._settled.is_set():
            try:
                await redemptions.begin(bay, digits)
            except TemporalUnavailable:
                self._proceed(Checking.WAITING)
                await asyncio.sleep(self._retry_limits.retry_s)
            except BoxdError as error:
                return str(error).replace(digits, "***")
            else:
                self._proceed(Checking.ASKED)
                break
        return ""

    def _run_out(self, *, is_begun: bool) -> None:
        if is_begun:
            self._proceed(Checking.LATE)
            return
        why = f"the code typed at {self.typed_at} could not be checked: type it again"
        self._give_up(NoVerdict(why, is_to_be_retyped=True))

    def _finish(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            # Neither the message nor the locals: both may hold the digits.
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("check.failed", error=type(error).__name__, where=where)
            self._run_out(is_begun=False)

    def _proceed(self, progress: Checking) -> None:
        if not self._settled.is_set() and progress is not self.progress:
            self.progress = progress
            self._on_change()

    def _give_up(self, no_verdict: NoVerdict) -> None:
        if not self._settled.is_set():
            self.settle()
            self._on_no_verdict(no_verdict)
