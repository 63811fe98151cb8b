"""The activity of upstream delivery: a round of the courier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from boxd.upstream.courier import Courier
from boxd.workflows import upstream_messages as messages
from boxd.workflows.deciding import deciding
from boxd.workflows.upstream_messages import Delivered


class UpstreamActivities:
    """Runs on the event loop; the network is waited for, never blocked on."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (self.deliver,)

    @activity.defn(name=messages.DELIVER)
    async def deliver(self) -> Delivered:
        """Deliver what waits; an attempt that failed says itself when the next one is due."""
        with deciding():
            done = await self._courier.round()
        if done.wait_s:
            raise ApplicationError(
                done.why,
                type="NotDelivered",
                category=ApplicationErrorCategory.BENIGN,
                next_retry_delay=timedelta(seconds=done.wait_s),
            )
        return Delivered(done.is_done)
