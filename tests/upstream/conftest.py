"""A peer, a ledger with an outbox, and what a box has to reach the one with the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from boxd.ledger import alarms, outbox
from boxd.ledger.audit_key import AuditKey
from boxd.ledger.ledger import Ledger, Transaction
from boxd.ledger.outbox import Depth, Event
from boxd.ledger.outbox_settings import OutboxSettings
from boxd.upstream.backoff import Backoff
from boxd.upstream.client import UpstreamClient
from boxd.upstream.event_sender import EventSender, Rules
from boxd.upstream.exchange import Peer as UpstreamPeer
from tests.temporal.conftest import directory, made, settings
from tests.upstream.peer import SECRET, Peer

__all__ = ["directory", "made", "settings"]

QUICK = Backoff(0.01, 0.05)


@dataclass
class Sender:
    """A box's side: the ledger and what carries its events."""

    ledger: Ledger
    outbox: OutboxSettings
    caller: UpstreamClient
    sender: EventSender
    noted: int = field(default=0)

    async def note(self, count: int) -> None:
        """Note so many events, fifty in a transaction."""
        upto = self.noted + count

        def note_some(tx: Transaction) -> None:
            for number in range(self.noted, min(self.noted + 50, upto)):
                outbox.note(tx, outbox.EventType.CODE_ISSUED, {"number": number})

        while self.noted < upto:
            await self.ledger.write(note_some)
            self.noted = min(self.noted + 50, upto)

    async def depth(self) -> Depth:
        return await self.ledger.read(outbox.depth)

    async def dead(self) -> list[Event]:
        return await self.ledger.read(lambda c: outbox.dead(c, 0, 1000))

    async def alarms(self) -> list[object]:
        return [alarm["kind"] for alarm in await self.ledger.read(alarms.active)]


AUDIT_KEY = AuditKey(b"a" * 32, "box-1")


def numbers(peer: Peer) -> list[int]:
    """The events that the peer took, by number, in the order it took them."""
    return [each["data"]["number"] for each in peer.backend.applied if "number" in each["data"]]


def secret_in(folder: Path) -> Path:
    file = folder / "upstream.secret"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    return file


def sender(folder: Path, url: str, batch: int = 100, backoff: Backoff = QUICK) -> Sender:
    outbox = OutboxSettings(stock_low=0, most_waiting=100_000)
    ledger = Ledger(folder / "ledger.db", outbox=outbox)
    caller = UpstreamClient(UpstreamPeer(url, 1, 2), secret_in(folder))
    sender = EventSender(ledger, caller, Rules("box-1", batch, backoff, AUDIT_KEY))
    return Sender(ledger, outbox, caller, sender)


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    made = Peer(tmp_path)
    made.start()
    yield made
    made.close()


@pytest.fixture
def box(tmp_path: Path, peer: Peer) -> Iterator[Sender]:
    made = sender(tmp_path, peer.url)
    yield made
    made.ledger.close()
