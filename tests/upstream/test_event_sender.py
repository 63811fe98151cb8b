"""The sender against a real peer: nothing lost, nothing out of order, nothing applied twice."""

from __future__ import annotations

import asyncio
import gzip
import random
from pathlib import Path
from typing import Any

import pytest

from boxd.ledger import audit, audit_heads, outbox
from boxd.ledger.audit_key import is_signed
from boxd.ledger.ledger import Transaction
from boxd.upstream.backoff import Backoff
from boxd.upstream.event_sender import Round
from tests.upstream.conftest import AUDIT_KEY, Sender, numbers, sender
from tests.upstream.peer import MOODS, Peer, Reply, json_reply

Event = dict[str, Any]


async def until_done(box: Sender, most: int = 500) -> None:
    """Rounds without waiting between them, until the sender has nothing more."""
    for _ in range(most):
        if (await box.sender.round()).is_done:
            return
    raise AssertionError("the sender is never done")


async def test_what_waits_is_delivered_in_batches_and_gone(box: Sender, peer: Peer) -> None:
    await box.note(250)
    await until_done(box)

    assert numbers(peer) == list(range(250))
    assert peer.backend.requests == 3
    depth = await box.depth()
    assert (depth.waiting, depth.delivered, depth.oldest_at) == (0, 250, "")


async def test_an_event_says_what_upstream_has_to_know(box: Sender, peer: Peer) -> None:
    await box.note(1)
    await until_done(box)
    event = peer.backend.applied[0]
    assert sorted(event) == ["audit_head", "box", "data", "id", "sequence", "timestamp", "type"]
    assert (event["box"], event["sequence"], event["type"]) == ("box-1", 1, "code.issued")


async def test_the_head_of_the_audit_trail_leaves_the_box_with_each_event(
    box: Sender, peer: Peer
) -> None:
    await box.ledger.write(lambda tx: audit.append(tx, audit.Entry("anna", "stock.counted")))
    await box.note(1)
    await until_done(box)
    head = audit_heads.parse(peer.backend.applied[0]["audit_head"])
    assert is_signed(head, AUDIT_KEY.public, "box-1")
    assert await box.ledger.read(lambda c: audit_heads.why_not_in(c, head)) == ""
    assert head.seq == 1
    assert "audit_head" not in peer.backend.applied[0]["data"]


async def test_nothing_to_do_asks_nobody(box: Sender, peer: Peer) -> None:
    assert await box.sender.round() == Round(is_done=True)
    assert peer.backend.requests == 0
    assert box.sender.is_idle


BAD = [
    *MOODS,
    "silent",
    "dripping",
    "resetting",
    "resetting after it took them",
    "half",
    "absent",
]


@pytest.mark.parametrize("mood", BAD)
async def test_whatever_upstream_does_nothing_is_lost(
    mood: str, tmp_path: Path, peer: Peer
) -> None:
    box = sender(tmp_path, peer.url)
    await box.note(10)
    if mood == "absent":
        peer.stop()
    peer.mood = mood

    failed = await box.sender.round()

    assert failed.wait_s > 0
    assert failed.why
    assert (await box.depth()).waiting >= 10  # an alarm may wait behind them
    assert box.sender.trouble.failures == 1
    assert not box.sender.is_idle
    peer.mood = "well"
    if mood == "absent":
        peer.start()
    await until_done(box)
    assert numbers(peer) == list(range(10))
    assert box.sender.trouble.failures == 0
    assert await box.alarms() == []
    box.ledger.close()


@pytest.mark.parametrize("mood", ["portal", "redirecting", "lying", "shut"])
async def test_what_a_person_has_to_mend_is_an_alarm_until_it_is(
    mood: str, box: Sender, peer: Peer
) -> None:
    await box.note(1)
    peer.mood = mood
    for _ in range(3):
        await box.sender.round()
    assert await box.alarms() == ["upstream"]
    peer.mood = "well"
    await until_done(box)
    assert await box.alarms() == []
    assert [each["type"] for each in peer.backend.applied] == ["code.issued", "alarm.raised"]


@pytest.mark.parametrize("mood", ["absent", "broken", "silent", "busy"])
async def test_a_network_that_comes_and_goes_is_no_alarm(
    mood: str, box: Sender, peer: Peer
) -> None:
    await box.note(1)
    peer.mood = mood
    if mood == "absent":
        peer.stop()
    await box.sender.round()
    assert await box.alarms() == []


async def test_an_event_that_is_refused_for_good_lets_the_others_pass(
    box: Sender, peer: Peer
) -> None:
    await box.note(300)
    peer.backend.refuses = lambda event: event["data"].get("number") in {7, 8, 250}

    await until_done(box)

    assert numbers(peer) == [n for n in range(300) if n not in {7, 8, 250}]
    assert [event.data["number"] for event in await box.dead()] == [7, 8, 250]
    assert {event.why for event in await box.dead()} == {
        '422 Unprocessable Entity: {"error": "no such prize"}'
    }
    assert await box.alarms() == ["dead_letters"]


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409])
async def test_an_event_is_left_out_only_beside_one_that_is_taken(
    status: int, box: Sender, peer: Peer
) -> None:
    take = peer.backend.take
    is_paid = False

    def answer(events: list[Event]) -> Reply:
        if not is_paid or any(event["data"].get("number") == 3 for event in events):
            return json_reply({"error": "no"}, status)
        return take(events)

    peer.backend.take = answer  # type: ignore[method-assign]
    await box.note(6)
    for _ in range(4):  # nothing is taken: the box is to blame, whatever the status
        assert str(status) in (await box.sender.round()).why
    assert await box.dead() == []
    assert await box.alarms() == ["upstream"]
    is_paid = True

    await until_done(box)

    assert numbers(peer) == [0, 1, 2, 4, 5]
    assert [event.data["number"] for event in await box.dead()] == [3]
    assert await box.alarms() == ["dead_letters"]


async def test_the_last_event_is_judged_by_the_one_that_its_alarm_makes(
    box: Sender, peer: Peer
) -> None:
    await box.note(1)
    peer.backend.refuses = lambda event: event["data"].get("number") == 0
    assert (await box.sender.round()).wait_s > 0
    assert await box.dead() == []

    await until_done(box)

    assert [event.data["number"] for event in await box.dead()] == [0]
    assert peer.backend.applied[0]["type"] == "alarm.raised"


async def test_an_event_that_is_taken_the_second_time_is_no_dead_letter(
    box: Sender, peer: Peer
) -> None:
    """As where the box's clock is set right between two requests."""
    await box.note(2)
    refusals = 2  # of both together, of the first alone

    def refuses(_: object) -> bool:
        nonlocal refusals
        refusals -= 1
        return refusals >= 0

    peer.backend.refuses = refuses
    await until_done(box)

    assert sorted(numbers(peer)) == [0, 1]
    assert await box.dead() == []


async def test_a_proxy_s_page_about_the_size_halves_the_batch(box: Sender, peer: Peer) -> None:
    take = peer.backend.take

    def answer(events: list[Event]) -> Reply:
        too_large = (413, {"content-type": "text/html"}, b"<h1>413 Request Entity Too Large</h1>")
        return too_large if len(events) > 9 else take(events)

    peer.backend.take = answer  # type: ignore[method-assign]
    await box.note(100)
    await until_done(box)
    assert numbers(peer) == list(range(100))
    assert await box.dead() == []
    assert await box.alarms() == []


async def test_a_receipt_in_gzip_counts(box: Sender, peer: Peer) -> None:
    take = peer.backend.take

    def answer(events: list[Event]) -> Reply:
        status, headers, body = take(events)
        return status, headers | {"content-encoding": "gzip"}, gzip.compress(body)

    peer.backend.take = answer  # type: ignore[method-assign]
    await box.note(3)
    await until_done(box)
    assert numbers(peer) == [0, 1, 2]
    assert await box.alarms() == []


async def test_dead_letters_can_be_sent_again_under_their_ids(box: Sender, peer: Peer) -> None:
    await box.note(5)
    peer.backend.refuses = lambda event: event["data"].get("number") == 2
    await until_done(box)
    dead = await box.dead()
    peer.backend.refuses = lambda _: False

    await box.ledger.write(lambda tx: outbox.resend(tx, [], "organiser"))
    await until_done(box)

    assert numbers(peer) == [0, 1, 3, 4, 2]
    assert peer.backend.applied[-1]["id"] == dead[0].id
    assert await box.dead() == []


async def test_upstream_may_take_a_part_and_is_sent_the_rest(box: Sender, peer: Peer) -> None:
    take = peer.backend.take
    peer.backend.take = lambda events: take(events[:30])  # type: ignore[method-assign]
    await box.note(100)
    await until_done(box)
    assert numbers(peer) == list(range(100))
    assert peer.backend.repeated == 0


async def test_upstream_s_own_patience_is_kept(tmp_path: Path, peer: Peer) -> None:
    box = sender(tmp_path, peer.url, backoff=Backoff(0.01, 600))
    await box.note(1)
    peer.mood = "busy"
    assert (await box.sender.round()).wait_s == 1
    box.ledger.close()


async def test_a_secret_that_goes_bad_and_good_again(box: Sender, peer: Peer) -> None:
    file = peer.ca_file.with_name("upstream.secret")
    await box.note(1)
    file.chmod(0o644)
    failed = await box.sender.round()
    assert "chmod 600" in failed.why
    file.chmod(0o600)
    await until_done(box)
    assert numbers(peer) == [0]


async def test_ten_thousand_events_past_everything_a_network_does(
    tmp_path: Path, peer: Peer
) -> None:
    box = sender(tmp_path, peer.url)
    chance = random.Random(20260502)
    moods = [mood for mood in BAD if mood not in {"silent", "dripping", "endless"}]
    await box.note(10_000)
    size = box.ledger.write_now(_bytes_used)
    while (await box.depth()).waiting:
        peer.mood = "well" if chance.random() < 0.3 else chance.choice(moods)
        if peer.mood == "absent":
            peer.stop()
        await box.sender.round()
        if peer.mood == "absent":
            peer.start()
        if chance.random() < 0.2:  # as if boxd had been killed: it remembers nothing
            box.ledger.close()
            noted, box = box.noted, sender(tmp_path, peer.url, batch=chance.choice([1, 50, 100]))
            box.noted = noted

    assert numbers(peer) == list(range(10_000))
    assert peer.backend.largest < 600 * 1024
    assert size < 10_000 * 1024
    assert box.ledger.write_now(_bytes_used) < size / 10
    box.ledger.close()


def _bytes_used(tx: Transaction) -> int:
    """What the ledger's rows take; pages that were set free are used again."""
    pages, free, size = (
        int(tx.connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


async def test_senders_never_overtake_each_other(box: Sender, peer: Peer) -> None:
    await box.note(1000)
    await asyncio.gather(*(box.sender.round() for _ in range(5)))
    await until_done(box)
    assert numbers(peer) == list(range(1000))
    assert peer.backend.repeated == 0
