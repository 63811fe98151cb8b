"""Upstream delivery, put together where it is configured."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from boxd.config import Config
from boxd.ledger.audit_key import AuditKey
from boxd.ledger.ledger import Ledger
from boxd.ledger.outbox import Depth
from boxd.ledger.outbox_settings import OutboxSettings
from boxd.upstream.apply_orders import CarriedOut
from boxd.upstream.backoff import Backoff
from boxd.upstream.client import UpstreamClient
from boxd.upstream.event_sender import EventSender, Rules
from boxd.upstream.exchange import Peer
from boxd.upstream.order_puller import Beat, OrderPuller
from boxd.workflows.server_connection import ServerConnection
from boxd.workflows.tasks.service import TaskService
from boxd.workflows.upstream.signalling import DeliverySignaller

Json = dict[str, Any]


def caller(config: Config) -> UpstreamClient | None:
    """The client for upstream; None without an upstream."""
    settings = config.upstream
    if settings.url is None or settings.secret_file is None:
        return None
    peer = Peer(settings.url, settings.connect_timeout_s, settings.timeout_s, settings.ca_file)
    return UpstreamClient(peer, settings.secret_file)


class Upstream:
    """What delivers the outbox and fetches orders, and how that goes."""

    def __init__(
        self,
        connection: ServerConnection,
        config: Config,
        ledger: Ledger,
        outbox: OutboxSettings,
        caller: UpstreamClient,
        begin: Callable[[CarriedOut, Beat], Awaitable[None]],
        key: AuditKey | None,
    ) -> None:
        settings = config.upstream
        backoff = Backoff(settings.retry_first_s, settings.retry_longest_s)
        self._url = settings.url
        self.sender = EventSender(
            ledger, caller, Rules(config.box.id, settings.batch, backoff, key)
        )
        self.puller = OrderPuller(ledger, caller, config.box.id, begin)
        self.service = DeliverySignaller(connection, ledger, config.box.id, outbox, self.sender)
        self.service.pulls = settings.pull

    def view(self, depth: Depth) -> Json:
        """The state of delivery for the snapshot."""
        trouble = self.sender.trouble
        return {"url": self._url, **asdict(depth), **asdict(trouble)}


def connected(
    connection: ServerConnection,
    config: Config,
    ledger: Ledger,
    tasks: TaskService,
    on_change: Callable[[], None],
    key: AuditKey | None = None,
) -> Upstream | None:
    """Delivery from the ledger's outbox, notified of each commit; None without an upstream."""
    asks = caller(config)
    if asks is None or ledger.outbox is None:
        return None

    async def begin(done: CarriedOut, beat: Beat) -> None:
        for task in done.tasks:
            await tasks.resume(task)
            beat()
        for issue in done.issues:
            await tasks.resume_issue(issue)
            beat()

    made = Upstream(connection, config, ledger, ledger.outbox, asks, begin, key)
    made.sender.on_change = on_change
    others = ledger.on_commit

    def committed() -> None:
        others()
        made.service.committed()

    ledger.on_commit = committed
    return made
