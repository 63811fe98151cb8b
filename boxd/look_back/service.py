"""Redemptions of this box, looked back at: its ledger, its server's histories, its hardware."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError

from boxd.config import Config
from boxd.errors import TemporalUnavailable
from boxd.ledger import redemption_standings
from boxd.ledger.ledger import Ledger
from boxd.look_back.files import read_look_backs
from boxd.look_back.hardware import read_trace
from boxd.look_back.instants import LookBack, TimedTrace, instants
from boxd.machine_clock import utc_now
from boxd.workflows.client_errors import is_not_found
from boxd.workflows.replays import Replayable, at_server
from boxd.workflows.server_connection import ServerConnection
from boxd.workflows.time_machine import PastMoment

_BEFORE = timedelta(seconds=20)  # the digits are typed before there is a redemption
_AFTER = timedelta(seconds=10)  # the door, the last lamps


class LookBackService:
    """Makes look-backs, one at a time: each replays a history several times."""

    def __init__(self, connection: ServerConnection, ledger: Ledger, config: Config) -> None:
        self._connection = connection
        self._ledger = ledger
        self._config = config
        self._one_at_a_time = asyncio.Lock()

    async def of(self, redemption: str) -> LookBack:
        """Look back at a redemption. Raises NotFound."""
        found: Mapping[str, Any] = await self._ledger.read(
            lambda c: redemption_standings.details(c, redemption)
        )
        async with self._one_at_a_time:
            moments, missing = await self._moments(redemption)
            trace = await asyncio.to_thread(self._trace, found["redemption"])
        if not trace.lines:
            missing += ("hardware: only simulated devices keep a trace",)
        made = instants(found["audit"], moments, trace)
        return LookBack(redemption, self._config.box.id, made, missing)

    async def opened(self, name: str, content: bytes) -> tuple[LookBack, ...]:
        """The look-backs in a file that somebody has brought. Raises BadInput, KeysMissing."""
        async with self._one_at_a_time:
            return await read_look_backs(self._config, name, content)

    async def _moments(self, redemption: str) -> tuple[list[PastMoment], tuple[str, ...]]:
        try:
            async with self._connection.reached() as client:
                found = await self._kept(client, redemption)
        except TemporalUnavailable as error:
            return [], (f"workflow: {error}",)
        if found is None:
            return [], ("workflow: Temporal keeps no history of it",)
        history, machine = found
        return await machine.moments(history), ()

    async def _kept(self, client: Client, redemption: str) -> Replayable | None:
        """The redemption's history; None if the server keeps none."""
        try:
            return await at_server(client, "redemption", redemption, self._config.box.id)
        except RPCError as error:
            if not is_not_found(error):
                raise
            return None

    def _trace(self, redemption: Mapping[str, Any]) -> TimedTrace:
        ended = redemption["ended_at"]
        return TimedTrace(
            read_trace(self._config.trace_file),
            utc_now() - timedelta(seconds=time.monotonic()),
            datetime.fromisoformat(redemption["begun_at"]) - _BEFORE,
            datetime.fromisoformat(ended) + _AFTER if ended else None,
        )
