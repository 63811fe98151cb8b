"""The way to the Temporal server: this box's own, or the configured one."""

from __future__ import annotations

from boxd.config.schema import Temporal
from boxd.errors import TemporalUnavailable
from temporalio.client import Client
from temporalio.service import RPCError


async def connect(settings: Temporal) -> Client:
    """A connected client. Raises TemporalUnavailable when the server does not answer."""
    try:
        return await Client.connect(
            settings.address or f"127.0.0.1:{settings.port}", namespace=settings.namespace
        )
    except (RPCError, RuntimeError) as error:
        raise TemporalUnavailable(f"the Temporal server does not answer: {error}") from error
