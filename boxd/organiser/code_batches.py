"""Batches of codes: staged in parts, checked, made completely or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from boxd.config import Config
from boxd.errors import BadInput
from boxd.ledger import code_batches
from boxd.ledger.attendee_list import NearTwin
from boxd.ledger.batch_faults import Fault, Share
from boxd.ledger.check_digit import is_well_formed
from boxd.ledger.code_batches import Made, Wanted
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger, Transaction, as_text
from boxd.machine_clock import utc_now

Json = dict[str, Any]


@dataclass(frozen=True)
class Look:
    """How a batch is divided among the prizes, what prevents it, and who is spelled alike."""

    shares: list[Share]
    faults: list[Fault]
    near_twins: list[NearTwin]


class CodeBatches:
    """Codes from an organiser's list. Every method may raise NotFound for an unknown batch."""

    def __init__(self, config: Config, ledger: Ledger, keys: CodeKeys) -> None:
        self._config = config
        self._ledger = ledger
        self._keys = keys

    async def begin(self) -> str:
        """Begin a batch of codes; returns its id."""
        batch = secrets.token_hex(6)
        await self._ledger.write(lambda tx: code_batches.begin(tx, batch))
        return batch

    async def stage(self, batch: str, rows: Sequence[Wanted]) -> None:
        """Add rows to a batch. Raises NotFound, Refused, BadInput for digits that are no code."""
        length = self._config.codes.length
        for row in rows:
            if row.digits is not None and not is_well_formed(row.digits, length):
                raise BadInput(
                    f"line {row.line}: '{row.digits[:20]}' is no code: {length} digits,"
                    " the last of which checks the others"
                )
        valid = timedelta(days=self._config.codes.valid_days)
        usual = as_text(utc_now() + valid)
        timed = [
            replace(
                row,
                expires_at=_as_ledger_time(row.expires_at) or usual,
                is_counted=not row.expires_at,
            )
            for row in rows
        ]
        await self._ledger.write(
            lambda tx: code_batches.stage(tx, batch, timed, self._keys, length)
        )

    async def look_through(self, batch: str) -> Look:
        """How the batch is divided among the prizes, and all that prevents it. Raises NotFound."""
        most = self._config.codes.per_attendee
        return await self._ledger.write(
            lambda tx: Look(
                code_batches.shares(tx, batch),
                code_batches.faults(tx, batch, most),
                code_batches.near_twins(tx, batch),
            )
        )

    async def make(
        self, batch: str, actor: str, beside: Callable[[Transaction], None]
    ) -> list[Fault]:
        """Make the batch's codes, or return why none were made. Raises NotFound.

        `beside` is done in the same transaction, if they are made.
        """
        box, most = self._config.box.id, self._config.codes.per_attendee

        def make(tx: Transaction) -> list[Fault]:
            is_new = not code_batches.is_made(tx, batch)
            faults = code_batches.make(tx, batch, box, most, actor)
            if is_new and not faults:
                beside(tx)
            return faults

        return await self._ledger.write(make)

    async def made(self, batch: str, after: int, limit: int) -> list[Json]:
        """Codes of a batch with their digits, by line. Raises NotFound."""
        found = await self._ledger.write(lambda tx: code_batches.made(tx, batch, after, limit))
        return [self._shown(each) for each in found]

    def _shown(self, code: Made) -> Json:
        known = asdict(code)
        sealed = known.pop("sealed")
        return {**known, "id": known.pop("number"), "code": self._keys.unseal(sealed)}

    async def drop(self, batch: str) -> None:
        """Drop the staged rows; codes that were made stay. Raises NotFound."""
        await self._ledger.write(lambda tx: code_batches.drop(tx, batch))


def _as_ledger_time(iso: str | None) -> str | None:
    """The time in the ledger's form; None if there is none."""
    return as_text(datetime.fromisoformat(iso)) if iso else None
