"""The activity about notices for its workflow: name and result."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from boxd.workflows.notices.messages import RoundDone


class NoticeSignatures(ABC):
    """An ordinary activity: a mail server may take its time."""

    @activity.defn
    @abstractmethod
    async def send_notices(self) -> RoundDone:
        """Send what is due."""
