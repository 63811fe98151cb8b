"""Upstream delivery if it is configured, and the operations on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from boxd.config import Config
from boxd.daemon.change_signal import ChangeSignal
from boxd.errors import Refused
from boxd.ledger import outbox
from boxd.ledger.ledger import Ledger
from boxd.ledger.outbox import Depth
from boxd.ledger.outbox_settings import OutboxSettings
from boxd.upstream.apply_orders import CarriedOut
from boxd.upstream.backoff import Backoff
from boxd.upstream.client import UpstreamClient
from boxd.upstream.event_sender import EventSender, Rules
from boxd.upstream.http import Peer
from boxd.upstream.order_puller import OrderPuller
from boxd.workflows.server_connection import ServerConnection
from boxd.workflows.tasks.service import TaskService
from boxd.workflows.upstream.signalling import DeliverySignaller

Json = dict[str, Any]


def outbox_settings(config: Config) -> OutboxSettings | None:
    """How the ledger records events; None without an upstream."""
    if config.upstream.url is None:
        return None
    return OutboxSettings(config.upstream.stock_low, config.upstream.most_waiting)


def caller(config: Config) -> UpstreamClient | None:
    """The client for upstream; None without an upstream."""
    settings = config.upstream
    if settings.url is None or settings.secret_file is None:
        return None
    peer = Peer(settings.url, settings.connect_timeout_s, settings.timeout_s, settings.ca_file)
    return UpstreamClient(peer, settings.secret_file)


class Upstream:
    """Implements `boxd.web.upstream_services.UpstreamServices` over sender and service."""

    def __init__(
        self,
        connection: ServerConnection,
        config: Config,
        ledger: Ledger,
        outbox: OutboxSettings,
        caller: UpstreamClient,
        begin: Callable[[CarriedOut], Awaitable[None]],
    ) -> None:
        settings = config.upstream
        backoff = Backoff(settings.retry_first_s, settings.retry_longest_s)
        self._ledger = ledger
        self._url = settings.url
        self.sender = EventSender(ledger, caller, Rules(config.box.id, settings.batch, backoff))
        self.puller = OrderPuller(ledger, caller, config.box.id, begin)
        self.service = DeliverySignaller(connection, ledger, config.box.id, outbox, self.sender)
        self.service.pulls = settings.pull

    def view(self, depth: Depth) -> Json:
        """The state of delivery for the snapshot."""
        trouble = self.sender.trouble
        return {"url": self._url, **asdict(depth), **asdict(trouble)}

    async def standing(self) -> Json:
        """The present state of delivery."""
        return self.view(await self._ledger.read(outbox.depth))

    async def waiting(self, after: int, limit: int) -> list[Json]:
        """Waiting events, in order."""
        return [
            asdict(e) for e in await self._ledger.read(lambda c: outbox.waiting(c, after, limit))
        ]

    async def dead(self, after: int, limit: int) -> list[Json]:
        """Dead letters: events that upstream refused for good."""
        return [asdict(e) for e in await self._ledger.read(lambda c: outbox.dead(c, after, limit))]

    async def resend(self, events: list[str], actor: str) -> int:
        """Send dead letters again, all if none is named, and try at once; returns how many."""
        resent = await self._ledger.write(lambda tx: outbox.resend(tx, events, actor))
        await self.service.try_now()
        return resent


def connected(
    connection: ServerConnection,
    config: Config,
    ledger: Ledger,
    tasks: TaskService,
    changes: ChangeSignal,
) -> Upstream | None:
    """Delivery from the ledger's outbox, notified of each commit; None without an upstream."""
    asks = caller(config)
    if asks is None or ledger.outbox is None:
        return None

    async def begin(done: CarriedOut) -> None:
        for task in done.tasks:
            await tasks.resume(task)
        for issue in done.issues:
            await tasks.resume_issue(issue)

    made = Upstream(connection, config, ledger, ledger.outbox, asks, begin)
    made.sender.on_change = changes.note

    def committed() -> None:
        changes.note_ledger()
        made.service.committed()

    ledger.on_commit = committed
    return made


class NoUpstream:
    """A box without upstream has an empty outbox."""

    async def standing(self) -> None:
        """There is nothing to report."""

    async def waiting(self, after: int, limit: int) -> list[Json]:
        """Nothing."""
        return []

    async def dead(self, after: int, limit: int) -> list[Json]:
        """Nothing."""
        return []

    async def resend(self, events: list[str], actor: str) -> int:
        """Always raises Refused: there is no upstream."""
        raise Refused("this box has no upstream; name it in the configuration: [upstream] url")
