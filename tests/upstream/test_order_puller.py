"""Orders from a real peer: carried out once each, a page whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from boxd.errors import BadInput, ConfigError
from boxd.ledger import audit, stock, task_publishing
from boxd.task import TaskKind
from boxd.upstream.apply_orders import CarriedOut, Position, position
from boxd.upstream.exchange import Unreachable
from boxd.upstream.order_puller import Beat, OrderPuller
from tests.upstream.conftest import Sender, sender
from tests.upstream.peer import Peer

MUGS = {"id": "o-1", "type": "prize", "sku": "mug", "name": "Mug", "units": 5}
TASK = {"id": "o-2", "type": "task", "kind": "demo", "attendee": "badge-1"}
CODE = {"id": "o-3", "type": "code", "attendee": "badge-2", "prizes": ["mug"], "valid_days": 3}


class Orders:
    """A box that pulls, what the peer offers, and what was begun."""

    def __init__(self, box: Sender, peer: Peer) -> None:
        self.box, self.peer = box, peer
        self.begun: list[str] = []
        self.puller = OrderPuller(box.ledger, box.caller, "box-1", self._begin)
        kinds = [TaskKind("demo", "Demonstration", verdict=True)]
        box.ledger.write_now(lambda tx: task_publishing.declare(tx, kinds, []))

    async def _begin(self, done: CarriedOut, _: Beat) -> None:
        self.begun += [each.task for each in done.tasks] + [each.issue for each in done.issues]

    def offer(self, *orders: dict[str, Any], at: str = "", then: str = "c-1") -> None:
        self.peer.backend.orders[at] = {"orders": list(orders), "cursor": then}

    async def stock(self) -> dict[str, object]:
        return {
            str(each["sku"]): each["on_hand"] for each in await self.box.ledger.read(stock.listing)
        }

    async def position(self) -> Position:
        return await self.box.ledger.read(position)


@pytest.fixture
def orders(tmp_path: Path, peer: Peer) -> Iterator[Orders]:
    box = sender(tmp_path, peer.url)
    yield Orders(box, peer)
    box.ledger.close()


async def test_prizes_tasks_and_codes_are_carried_out_in_order(orders: Orders) -> None:
    orders.offer(MUGS, TASK, CODE)

    assert await orders.puller.pull() == "3 orders carried out"

    assert await orders.stock() == {"mug": 5}
    assert orders.begun == ["demo.1", "upstream/o-3"]
    rows = await orders.box.ledger.read(lambda c: audit.rows_after(c, 0, 100))
    assert {row["actor"] for row in rows if row["action"] == "task.started"} == {"upstream"}


async def test_an_order_is_carried_out_once_however_often_it_comes(orders: Orders) -> None:
    orders.offer(MUGS, then="c-1")
    orders.offer(MUGS, MUGS | {"id": "o-9", "units": 1}, at="c-1", then="c-2")
    orders.offer(MUGS, at="c-2", then="c-2")
    for _ in range(3):
        await orders.puller.pull()
    assert await orders.stock() == {"mug": 6}


async def test_many_pages_are_fetched_at_once(orders: Orders) -> None:
    for page in range(5):
        at = f"c-{page}" if page else ""
        orders.offer(MUGS | {"id": f"o-{page}", "units": 1}, at=at, then=f"c-{page + 1}")
    assert await orders.puller.pull() == "5 orders carried out"
    assert (await orders.position()).cursor == "c-5"


async def test_what_has_not_changed_is_not_sent_again(orders: Orders) -> None:
    orders.offer(MUGS, then="c-1")
    await orders.puller.pull()
    await orders.puller.pull()
    assert (await orders.position()).etag != ""
    writes = orders.box.ledger.write_now(lambda tx: tx.connection.total_changes)
    assert await orders.puller.pull() == "no new orders"
    assert orders.box.ledger.write_now(lambda tx: tx.connection.total_changes) == writes


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (TASK | {"id": "o-9", "kind": "nothing"}, "order 'o-9'.*no kind of task 'nothing'"),
        (CODE | {"id": "o-9", "prizes": ["gold"]}, "order 'o-9'.*no prize 'gold'"),
        (MUGS | {"units": -1}, r"orders.1.prize.units"),
        (MUGS | {"units": "5"}, r"orders.1.prize.units"),
        (MUGS | {"colour": "red"}, r"orders.1.prize.colour"),
        (MUGS | {"type": "car"}, r"orders.1"),
        (MUGS | {"name": "a\nb"}, r"orders.1.prize.name"),
        ({"type": "prize"}, r"orders.1.prize.id"),
        ("mug", r"orders.1"),
    ],
)
async def test_bad_input_is_refused_whole_with_an_alarm_until_it_is_mended(
    orders: Orders, order: Any, why: str
) -> None:
    orders.offer(MUGS, order)
    with pytest.raises(BadInput, match=why):
        await orders.puller.pull()
    assert await orders.stock() == {}
    assert orders.begun == []
    assert await orders.box.alarms() == ["upstream"]
    assert await orders.position() == Position("", "")

    orders.offer(MUGS, TASK)
    await orders.puller.pull()
    assert await orders.stock() == {"mug": 5}
    assert await orders.box.alarms() == []


@pytest.mark.parametrize("mood", ["portal", "redirecting", "shut", "no receipt", "lying"])
async def test_who_is_not_upstream_gives_no_orders(orders: Orders, mood: str) -> None:
    orders.offer(MUGS)
    orders.peer.mood = mood
    with pytest.raises(BadInput):
        await orders.puller.pull()
    assert await orders.stock() == {}
    assert await orders.box.alarms() == ["upstream"]


@pytest.mark.parametrize("mood", ["silent", "resetting", "half", "broken", "busy", "absent"])
async def test_a_network_that_comes_and_goes_is_no_alarm(orders: Orders, mood: str) -> None:
    orders.offer(MUGS)
    orders.peer.mood = mood
    if mood == "absent":
        orders.peer.stop()
    with pytest.raises(Unreachable):
        await orders.puller.pull()
    assert await orders.box.alarms() == []


async def test_a_page_of_too_many_orders_is_refused(orders: Orders) -> None:
    orders.offer(*(MUGS | {"id": f"o-{number}"} for number in range(1001)))
    with pytest.raises(BadInput, match="at most 1000"):
        await orders.puller.pull()


async def test_a_secret_that_others_can_read_asks_nobody(orders: Orders, tmp_path: Path) -> None:
    (tmp_path / "upstream.secret").chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        await orders.puller.pull()
    assert orders.peer.backend.requests == 0
