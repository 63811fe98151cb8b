"""Batches of codes from an organiser's list: all made, none, or as many as can be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from boxd.config import Config
from boxd.errors import BadInput
from boxd.keyed_lock import KeyedLock
from boxd.ledger import batch_refusals, code_batches
from boxd.ledger.attendee_list import NearTwin
from boxd.ledger.batch_faults import Fault, Share
from boxd.ledger.check_digit import is_well_formed
from boxd.ledger.code_batches import Wanted
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger, Transaction, as_text
from boxd.machine_clock import utc_now
from boxd.organiser.limits_here import require_limits_here


@dataclass(frozen=True)
class BatchResult:
    """What became of a batch: its shares of the prizes, who is spelled alike, and `faults`.

    Those say what prevents it; of one that is made, which lines got no code, and why.
    """

    made: bool
    shares: Sequence[Share]
    faults: Sequence[Fault] = ()
    near_twins: Sequence[NearTwin] = ()


class CodeBatches:
    """Takes a batch in parts of any size: it is staged as it comes, and never whole in memory."""

    def __init__(self, config: Config, ledger: Ledger, keys: CodeKeys) -> None:
        self._config = config
        self._ledger = ledger
        self._keys = keys
        self._turns = KeyedLock()

    async def look_through(self, batch: str, parts: AsyncIterator[Sequence[Wanted]]) -> BatchResult:
        """Say what would become of a batch of these parts. Raises as `make` does."""
        return await self._take(batch, parts, self._look)

    async def make(
        self,
        batch: str,
        parts: AsyncIterator[Sequence[Wanted]],
        actor: str,
        beside: Callable[[Transaction], None],
        *,
        partly: bool = False,
    ) -> BatchResult:
        """Make the codes of all parts, or none. `beside` is done in the same transaction.

        With `partly` those are made that can be: the first of the list get what there is.

        A batch that was made before is not made again, whatever is sent under its id: it is
        answered as it was. Raises BadInput for digits that are no code and for no codes at all,
        Refused.
        """
        require_limits_here(self._config)

        def make(tx: Transaction, batch: str) -> BatchResult:
            most = self._config.codes.per_attendee
            without = code_batches.leave_out(tx, batch, most) if partly else []
            looked = self._look(tx, batch)
            if looked.faults or not looked.shares:
                return replace(looked, faults=[*without, *looked.faults])
            code_batches.make(tx, batch, self._config.box.id, most, actor)
            batch_refusals.keep(tx, batch, without)
            beside(tx)
            return replace(looked, made=True, faults=without)

        return await self._take(batch, parts, make)

    async def _take(
        self,
        batch: str,
        parts: AsyncIterator[Sequence[Wanted]],
        end: Callable[[Transaction, str], BatchResult],
    ) -> BatchResult:
        async with self._turns.turn(batch):
            if await self._ledger.read(lambda c: code_batches.is_made(c, batch)):
                async for _ in parts:
                    pass  # whoever sends it reads no answer before its end
                return await self._made(batch)
            await self._ledger.write(lambda tx: code_batches.begin(tx, batch))
            try:
                count = 0
                async for part in parts:
                    await self._stage(batch, part)
                    count += len(part)
                if not count:
                    raise BadInput("no code is named; send one JSON object on each line")
                return await self._ledger.write(lambda tx: end(tx, batch))
            finally:
                await self._ledger.write(lambda tx: code_batches.drop(tx, batch))

    async def _stage(self, batch: str, part: Sequence[Wanted]) -> None:
        length, home = self._config.codes.length, self._config.fleet.number
        for row in part:
            if row.digits is not None and not is_well_formed(row.digits, length):
                raise BadInput(
                    f"line {row.line}: '{row.digits[:20]}' is no code: {length} digits,"
                    " the last of which checks the others"
                )
        usual = as_text(utc_now() + timedelta(days=self._config.codes.valid_days))
        timed = [
            row if row.expires_at else replace(row, expires_at=usual, is_counted=True)
            for row in part
        ]
        await self._ledger.write(
            lambda tx: code_batches.stage(tx, batch, timed, self._keys, length, home)
        )

    def _look(self, tx: Transaction, batch: str) -> BatchResult:
        return BatchResult(
            made=False,
            shares=code_batches.shares(tx, batch),
            faults=code_batches.faults(tx, batch, self._config.codes.per_attendee),
            near_twins=code_batches.near_twins(tx, batch),
        )

    async def _made(self, batch: str) -> BatchResult:
        return await self._ledger.read(
            lambda c: BatchResult(
                made=True,
                shares=code_batches.shares_made(c, batch),
                faults=batch_refusals.of_batch(c, batch),
            )
        )
