"""The activities of upstream: a round of the sender, and a look for orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from boxd.upstream.event_sender import EventSender
from boxd.upstream.exchange import Unreachable
from boxd.upstream.order_puller import OrderPuller
from boxd.workflows.activity_errors import as_activity_errors
from boxd.workflows.heartbeats import Heartbeats
from boxd.workflows.upstream.messages import Delivered
from boxd.workflows.upstream.signatures import UpstreamSignatures


class UpstreamActivities(UpstreamSignatures):
    """Runs on the event loop; the network never blocks it."""

    def __init__(self, sender: EventSender, puller: OrderPuller) -> None:
        self._sender = sender
        self._puller = puller

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (self.deliver, self.pull)

    @activity.defn
    async def deliver(self) -> Delivered:
        """Deliver what waits; a failed attempt sets the delay of the next one itself."""
        with as_activity_errors():
            done = await self._sender.round(Heartbeats())
        if done.wait_s:
            raise ApplicationError(
                done.why,
                type="NotDelivered",
                category=ApplicationErrorCategory.BENIGN,
                next_retry_delay=timedelta(seconds=done.wait_s),
            )
        return Delivered(done.is_done)

    @activity.defn
    async def pull(self) -> str:
        """Fetch and carry out upstream's orders; returns a summary in words."""
        try:
            with as_activity_errors():
                return await self._puller.pull(Heartbeats())
        except ApplicationError as error:
            if error.type != Unreachable.__name__:
                raise
            raise ApplicationError(
                error.message, type=error.type, category=ApplicationErrorCategory.BENIGN
            ) from error
