"""The box's one connection to Temporal, shared by all services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.client import Client

from boxd.errors import TemporalUnavailable
from boxd.words import N_
from boxd.workflows.client_errors import as_temporal_unavailable
from boxd.workflows.doubts import Doubts


class ServerConnection:
    """Holds the client. There is none before the server has answered for the first time.

    `worker_polls` is set while a worker polls for tasks; `doubts` are those of callers whom a
    workflow did not answer.
    """

    def __init__(self) -> None:
        self.worker_polls = asyncio.Event()
        self.doubts = Doubts()
        self._client: Client | None = None

    def use(self, client: Client | None) -> None:
        """Set the client; None means that the server can't be reached."""
        self._client = client

    @asynccontextmanager
    async def reached(self) -> AsyncIterator[Client]:
        """The client; the SDK's errors inside of the block become TemporalUnavailable.

        Raises TemporalUnavailable while there is no client.
        """
        if self._client is None:
            raise TemporalUnavailable(N_("the Temporal server is still starting; one moment"))
        with as_temporal_unavailable():
            yield self._client
