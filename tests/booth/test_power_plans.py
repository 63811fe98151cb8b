"""What a campaign of power cuts aims at, how it names what it hit, and how it shows that."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from booth.power.campaign import Campaign
from booth.power.fallen import Before, Kept, where_it_fell
from booth.power.record import LATCH_ROSE
from booth.power.results import Result, append, read
from booth.power.steps import STEPS, Kind, aims
from booth.power.table import BOXES, write_into
from checker.ledger import Actuation, Ledger, Redemption

WHOLE_DECK = sum(step.share for step in STEPS)


def a_result(number: int, *faults: str) -> Result:
    where = "pulsed, no result kept"
    return Result(7, number, Kind.REDEMPTION, "claim", 0.5, where, 20, 3.0, 9, faults)


def opening(outcome: str | None, *, ordered: bool = True) -> Kept:
    """A card that holds one redemption at `open`."""
    redemption = Redemption("r1", "bay-1", "open", 2, 1, 5, None)
    order = Actuation("a1", 1, "board-0", "r1", "boxd", "redemption", "2026-01-01", outcome)
    ledger = Ledger(redemptions=(redemption,), actuations=(order,) if ordered else ())
    return Kept("there", 6, 2, 0, 0, ledger)


def test_a_seed_gives_every_step_its_share_and_the_same_aims_again() -> None:
    deck = list(islice(aims(7), WHOLE_DECK))
    assert Counter(aim.step for aim in deck) == {step: step.share for step in STEPS}
    assert deck == list(islice(aims(7), WHOLE_DECK))
    assert deck != list(islice(aims(8), WHOLE_DECK))
    assert all(0 <= aim.part < 1 for aim in deck)


@pytest.mark.parametrize(
    ("kept", "moments", "where"),
    [
        (opening(None, ordered=False), [], "confirmed, no intent kept"),
        (opening(None), [], "intent kept, not pulsed"),
        (opening(None), [LATCH_ROSE], "pulsed, no result kept"),
        (opening("done"), [LATCH_ROSE], "result kept, door awaited"),
    ],
)
def test_the_card_tells_how_far_an_opening_had_come(
    kept: Kept, moments: list[str], where: str
) -> None:
    seen = ["ready", "typing", "claim", "confirmation", *moments]
    assert where_it_fell(Kind.REDEMPTION, "", seen, kept, Before()) == where


def test_what_was_there_before_the_round_does_not_count() -> None:
    known = Before(redemptions=frozenset({"r1"}))
    fell = where_it_fell(Kind.REDEMPTION, "", ["ready", "typing"], opening("done"), known)
    assert fell == "Enter not pressed yet"


def test_a_campaign_goes_on_with_what_is_missing(tmp_path: Path) -> None:
    campaign = Campaign(7, 5, tmp_path)
    for number in (2, 4):
        append(campaign.results, a_result(number))
    assert [number for number, _ in campaign.missing()] == [1, 3, 5]
    assert [result.number for result in read(campaign.results)] == [2, 4]


def test_the_table_counts_cuts_and_findings(tmp_path: Path) -> None:
    document = tmp_path / "reliability.md"
    document.write_text(
        "before\n<!-- power cuts: begin -->\nold\n<!-- power cuts: end -->\nafter\n",
        encoding="utf-8",
    )
    write_into(document, BOXES, [a_result(1), a_result(2, "something was lost")])
    text = document.read_text(encoding="utf-8")
    assert "**2 cuts**, seeds 7; 1 with findings." in text
    assert "| redemption | pulsed, no result kept | 2 | 1 |" in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
