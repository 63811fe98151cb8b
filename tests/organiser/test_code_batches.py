"""Batches of codes: all or none, once under each id, in parts that need not fit into memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from boxd.config import Config
from boxd.errors import BadInput
from boxd.ledger import codes, stock
from boxd.ledger.check_digit import random_code
from boxd.ledger.code_batches import Wanted
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger, Transaction
from boxd.organiser.code_batches import CodeBatches

BATCH = "0123456789ab"


@pytest.fixture
def batches(config: Config, ledger: Ledger, keys: CodeKeys) -> CodeBatches:
    return CodeBatches(config, ledger, keys)


def wanted(line: int, attendee: str, sku: str | None = "mug", digits: str | None = None) -> Wanted:
    """A line of an organiser's list."""
    return Wanted(line=line, attendee=attendee, expires_at="", digits=digits, sku=sku)


async def parts(*some: Sequence[Wanted]) -> AsyncIterator[Sequence[Wanted]]:
    """What is sent, part by part."""
    for each in some:
        yield each


def nothing(_: Transaction) -> None:
    """Nothing is done beside the codes."""


async def made(ledger: Ledger) -> int:
    """How many codes there are."""
    return len(await ledger.read(lambda c: codes.listing(c, None, 100)))


async def on_hand(ledger: Ledger, sku: str) -> int:
    """How many units are not held."""
    return int(str((await ledger.read(lambda c: stock.find(c, sku)))["on_hand"]))


async def test_all_parts_are_one_batch_and_hold_a_unit_each(
    batches: CodeBatches, ledger: Ledger
) -> None:
    sent = parts([wanted(2, "badge-1"), wanted(3, "badge-2")], [wanted(4, "badge-3", "pin")])
    done = await batches.make(BATCH, sent, "ada", nothing)
    assert done.made
    assert (await on_hand(ledger, "mug"), await on_hand(ledger, "pin")) == (1, 1)
    assert await made(ledger) == 3


async def test_a_batch_that_was_made_is_not_made_again(
    batches: CodeBatches, ledger: Ledger
) -> None:
    for _ in range(2):
        done = await batches.make(BATCH, parts([wanted(2, "badge-1")]), "ada", nothing)
        assert done.made
    assert await made(ledger) == 1


async def test_one_fault_keeps_all_of_them_out_and_names_its_line(
    batches: CodeBatches, ledger: Ledger
) -> None:
    sent = parts([wanted(line, f"badge-{line}") for line in range(2, 7)])
    done = await batches.make(BATCH, sent, "ada", nothing)
    assert not done.made
    assert any("mug" in fault.why for fault in done.faults)
    assert (await made(ledger), await on_hand(ledger, "mug")) == (0, 3)


async def test_looking_through_changes_nothing(batches: CodeBatches, ledger: Ledger) -> None:
    looked = await batches.look_through(BATCH, parts([wanted(2, "badge-1")]))
    assert (looked.made, looked.faults) == (False, [])
    assert [(share.sku, share.codes) for share in looked.shares] == [("mug", 1)]
    assert await made(ledger) == 0


async def test_digits_that_are_no_code_and_no_lines_at_all_are_refused(
    batches: CodeBatches, ledger: Ledger
) -> None:
    good = random_code(8)
    bad = good[:-1] + str((int(good[-1]) + 1) % 10)
    with pytest.raises(BadInput, match=r"line 2: .* is no code"):
        await batches.make(BATCH, parts([wanted(2, "b", digits=bad)]), "ada", nothing)
    with pytest.raises(BadInput, match="no code is named"):
        await batches.make(BATCH, parts(), "ada", nothing)
    assert await made(ledger) == 0


async def test_what_is_done_beside_fails_with_the_codes(
    batches: CodeBatches, ledger: Ledger
) -> None:
    def fail(_: Transaction) -> None:
        raise BadInput("the file was taken before")

    with pytest.raises(BadInput, match="taken before"):
        await batches.make(BATCH, parts([wanted(2, "badge-1")]), "ada", fail)
    assert (await made(ledger), await on_hand(ledger, "mug")) == (0, 3)


async def test_partly_the_first_of_the_list_get_what_there_is(
    batches: CodeBatches, ledger: Ledger
) -> None:
    units = await on_hand(ledger, "mug")
    some = [wanted(line, f"badge-{line}") for line in range(2, 2 + units + 3)]
    some.append(wanted(90, "badge-90", "mugg"))
    done = await batches.make(BATCH, parts(some), "ada", nothing, partly=True)

    assert done.made
    assert await made(ledger) == units
    assert [fault.line for fault in done.faults] == [2 + units, 3 + units, 4 + units, 90]
    assert {fault.why for fault in done.faults[:3]} == {
        f"no unit of 'mug' is left: {units} were on hand"
    }
    assert "there is no prize 'mugg'" in done.faults[3].why


async def test_sent_again_a_batch_says_again_who_got_none_and_why(
    config: Config, ledger: Ledger, keys: CodeKeys
) -> None:
    units = await on_hand(ledger, "mug")
    some = [wanted(line, f"badge-{line}") for line in range(2, 2 + units + 3)]
    first, restarted = (CodeBatches(config, ledger, keys) for _ in range(2))
    done = await first.make(BATCH, parts(some), "ada", nothing, partly=True)
    await ledger.write(lambda tx: stock.adjust(tx, "mug", 5, "more came", "ada"))

    again = await restarted.make(BATCH, parts(some), "ada", nothing, partly=True)

    assert (again.made, list(again.faults)) == (True, list(done.faults))
    assert len(again.faults) == 3
    assert (await made(ledger), await on_hand(ledger, "mug")) == (units, 5)


async def test_partly_among_what_is_drawn(batches: CodeBatches, ledger: Ledger) -> None:
    units = await on_hand(ledger, "mug") + await on_hand(ledger, "pin")
    some = [wanted(line, f"badge-{line}", None) for line in range(2, 2 + units + 1)]
    done = await batches.make(BATCH, parts(some), "ada", nothing, partly=True)
    assert [(fault.line, fault.why) for fault in done.faults] == [
        (2 + units, f"no unit is left to draw: {units} were")
    ]
    assert await made(ledger) == units


async def test_partly_for_nobody_makes_nothing(batches: CodeBatches, ledger: Ledger) -> None:
    sent = parts([wanted(2, "badge-1", "mugg")])
    done = await batches.make(BATCH, sent, "ada", nothing, partly=True)
    assert (done.made, [fault.line for fault in done.faults]) == (False, [2])
    assert await made(ledger) == 0
