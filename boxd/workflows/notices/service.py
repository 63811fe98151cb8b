"""Notices, put together where they are configured, and the signal that one was noted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from boxd.config import Config
from boxd.errors import TemporalUnavailable
from boxd.ledger.ledger import Ledger
from boxd.ledger.notice_settings import NoticeSettings
from boxd.notices.mail import MailServer, MailWay
from boxd.notices.ntfy import NtfyWay
from boxd.notices.sender import NoticeSender
from boxd.notices.way import Way
from boxd.notices.webhook import WebhookWay
from boxd.temporal.queues import TASK_TIMEOUT, task_queue
from boxd.upstream.client import UpstreamClient
from boxd.upstream.exchange import Peer
from boxd.workflows.client_errors import unless_not_found
from boxd.workflows.notices import messages
from boxd.workflows.notices.messages import NoticesStart
from boxd.workflows.notices.workflow import NoticesWorkflow
from boxd.workflows.server_connection import ServerConnection

_CONNECT_S, _ANSWER_S = 5.0, 20.0
_TRY_AGAIN_S = 2.0


def ways(config: Config, box_name: Callable[[], str]) -> Mapping[str, Way]:
    """The configured ways, by name."""
    said, found = config.notices, dict[str, Way]()
    if said.webhook_url is not None and said.webhook_secret_file is not None:
        client = UpstreamClient(_peer(said.webhook_url, config), said.webhook_secret_file)
        found["webhook"] = WebhookWay(client, config.box.id)
    if said.mail_host is not None and said.mail_from is not None:
        server = MailServer(
            host=said.mail_host,
            port=said.mail_port,
            security=said.mail_security,
            user=said.mail_user,
            password_file=said.mail_password_file,
            ca_file=said.ca_file,
        )
        found["mail"] = MailWay(server, said.mail_from, said.mail_to, box_name)
    if said.ntfy_url is not None:
        found["ntfy"] = NtfyWay(
            _peer(said.ntfy_url, config), said.ntfy_attendee_url, said.ntfy_token_file
        )
    return found


def _peer(url: str, config: Config) -> Peer:
    return Peer(url, _CONNECT_S, _ANSWER_S, config.notices.ca_file)


class NoticeService:
    """Signals the workflow; whoever noted something does not wait for that."""

    def __init__(
        self,
        connection: ServerConnection,
        box: str,
        settings: NoticeSettings,
        sender: NoticeSender,
    ) -> None:
        self.sender = sender
        self._connection = connection
        self._box = box
        self._settings = settings
        self._noted = asyncio.Event()

    def committed(self) -> None:
        """A transaction was committed; it may have noted something."""
        if self._settings.noted:
            self._settings.noted = False
            self._noted.set()

    async def run(self) -> None:
        """Signal what was noted, for ever."""
        while True:
            await self._noted.wait()
            self._noted.clear()
            try:
                await self.look()
            except TemporalUnavailable:
                self._noted.set()
                await asyncio.sleep(_TRY_AGAIN_S)

    async def look(self) -> None:
        """Let the workflow look at once; start it if there is none. Raises TemporalUnavailable."""
        async with self._connection.reached() as client:
            await client.start_workflow(
                NoticesWorkflow.run,
                NoticesStart(),
                id=messages.notices_workflow_id(self._box),
                task_queue=task_queue(self._box),
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                task_timeout=TASK_TIMEOUT,
                start_signal=messages.NOTED,
            )


def connected(
    connection: ServerConnection, config: Config, ledger: Ledger, box_name: Callable[[], str]
) -> NoticeService | None:
    """Notices from the ledger, sent after each commit; None without a way to send them."""
    if ledger.notices is None:
        return None
    good_for = timedelta(minutes=config.notices.good_for_min)
    sender = NoticeSender(ledger, ways(config, box_name), good_for)
    made = NoticeService(connection, config.box.id, ledger.notices, sender)
    others = ledger.on_commit

    def committed() -> None:
        others()
        made.committed()

    ledger.on_commit = committed
    return made


async def end_notices(client: Client, box: str) -> None:
    """End the workflow: no way is configured any more. Notices that wait stay in the ledger."""
    with unless_not_found():
        handle = client.get_workflow_handle(messages.notices_workflow_id(box))
        await handle.terminate(reason="[notices] has no way any more")
