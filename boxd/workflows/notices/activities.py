"""The activity of notices: a round of the sender."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from temporalio import activity

from boxd.notices.sender import NoticeSender
from boxd.workflows.activity_errors import as_activity_errors
from boxd.workflows.heartbeats import Heartbeats
from boxd.workflows.notices.messages import RoundDone
from boxd.workflows.notices.signatures import NoticeSignatures


class NoticeActivities(NoticeSignatures):
    """Runs on the event loop; mail is sent in a thread."""

    def __init__(self, sender: NoticeSender) -> None:
        self._sender = sender

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (self.send_notices,)

    @activity.defn
    async def send_notices(self) -> RoundDone:
        """Send what is due; the ledger has what became of each."""
        with as_activity_errors():
            return RoundDone(await self._sender.round(Heartbeats()))
