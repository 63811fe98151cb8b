"""The check of one typed code: sent at once, and again while no server answers."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from boxd.bays.redemptions import Redemptions
from boxd.bays.view import Checking
from boxd.errors import BoxdError, LedgerUnusable, TemporalUnavailable
from boxd.words import N_

log = structlog.get_logger()


@dataclass(frozen=True)
class RetryLimits:
    """How long a typed code is kept and tried, and how often, in seconds.

    A ledger that can't be written is tried every two seconds; nobody waits longer than ten.
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
        self._is_being_decided = False
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
        loop = asyncio.get_running_loop()
        late_at = loop.time() + self._retry_limits.longest_s
        loop.call_at(late_at, self._is_late)
        while not self._settled.is_set():
            try:
                self._is_being_decided = True
                await redemptions.begin(bay, digits)
            except (LedgerUnusable, TemporalUnavailable):
                self._is_being_decided = False
                if loop.time() >= late_at:
                    self._give_up_typed()
                    return
                self._proceed(Checking.WAITING)
                await asyncio.sleep(self._retry_limits.retry_s)
            except BoxdError as error:
                why = str(error).replace(digits, "***")
                self._give_up(NoVerdict(why, is_to_be_retyped=False))
                return
            else:
                self._proceed(Checking.ASKED)
                return

    def _is_late(self) -> None:
        """A running decision is waited for, however long; Cancel frees the keypad meanwhile."""
        if self._is_being_decided:
            self._proceed(Checking.LATE)

    def _give_up_typed(self) -> None:
        text = N_("the code typed at {typed_at} could not be checked: type it again")
        why = text.format(typed_at=self.typed_at)
        self._give_up(NoVerdict(why, is_to_be_retyped=True))

    def _finish(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            # Neither the message nor the locals: both may hold the digits.
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("check.failed", error=type(error).__name__, where=where)
            self._give_up_typed()

    def _proceed(self, progress: Checking) -> None:
        if not self._settled.is_set() and progress is not self.progress:
            self.progress = progress
            self._on_change()

    def _give_up(self, no_verdict: NoVerdict) -> None:
        if not self._settled.is_set():
            self.settle()
            self._on_no_verdict(no_verdict)
