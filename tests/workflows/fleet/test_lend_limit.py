"""An attendee's limit over several boxes: one keeps it, and lends it to the others code by code."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from boxd.config.schema import Temporal
from boxd.issue import IssueStanding, IssueState
from boxd.ledger import alarms, attendees, issues, stock
from boxd.ledger.issue_steps import IssueSteps
from boxd.ledger.issuing import IssueRules
from boxd.workflows.fleet.lease_activities import LeaseActivities
from boxd.workflows.fleet.limit_keeper import LimitKeeper
from boxd.workflows.tasks.issue_activities import IssueActivities
from boxd.workflows.tasks.messages import Pick
from checker.fleet import findings
from tests.workflows.event import until
from tests.workflows.fleet.boxes import LinkedBox, fleet
from tests.workflows.fleet.dying import Death

LIMIT = 1


async def issued(box: LinkedBox, issue: str, attendee: str = "ada") -> IssueStanding:
    """The end of an issue for the attendee; the keeper is asked again while it does not answer."""
    is_keeper = box.number == 1
    rules = IssueRules(f"box-{box.number}", 8, 7, LIMIT, box.number, has_keeper=not is_keeper)
    ask = None if is_keeper else LimitKeeper(box.ledger, box.link.ask_keeper, "box 1").heard
    steps = IssueActivities(box.ledger, IssueSteps(rules, box.keys), ask)
    await box.ledger.write(
        lambda tx: issues.ask(
            tx, issues.IssueOrder(issue, attendees.number_of(tx, attendee), "anna")
        )
    )

    async def is_picked() -> bool:
        try:
            await steps.pick(Pick(issue, 1, 0))
        except ApplicationError:
            return False
        return True

    await until(is_picked, "the keeper's word")
    standing = await box.ledger.read(lambda c: issues.require(c, issue))
    for step in (steps.hold, steps.mint, steps.hand_over):
        if not standing.state.has_ended:
            standing = await step(issue)
    return standing


async def leases(box: LinkedBox) -> list[str]:
    rows = await box.ledger.read(
        lambda c: c.execute("SELECT state FROM limit_leases WHERE state <> 'refused'").fetchall()
    )
    return sorted(str(row[0]) for row in rows)


async def settled(boxes: list[LinkedBox]) -> None:
    """Wait until no lease is open; then nothing may be found over the ledgers."""

    async def are_settled() -> bool:
        states = [state for box in boxes for state in await leases(box)]
        return not {"given", "held"} & set(states)

    await until(are_settled, "the end of every lease")
    assert findings({box.number: box.file for box in boxes}, per_attendee=LIMIT) == []


async def test_a_code_of_another_box_counts_towards_the_limit(boxes: list[LinkedBox]) -> None:
    keeper, other = boxes

    assert (await issued(other, "one")).state is IssueState.DONE
    for box, name in ((keeper, "two"), (other, "three")):
        late = await issued(box, name)
        assert late.state is IssueState.OVER_LIMIT
        assert "would have 2 codes, and 1 is the most" in late.why
    assert (await issued(other, "four", "bob")).state is IssueState.DONE
    await settled(boxes)


async def test_what_was_lent_for_nothing_comes_back(boxes: list[LinkedBox]) -> None:
    keeper, other = boxes
    await other.ledger.write(lambda tx: stock.adjust(tx, "mug", -2, "gone", "anna"))

    assert (await issued(other, "one")).state is IssueState.SOLD_OUT
    await settled(boxes)
    assert await leases(keeper) == ["back"]
    assert (await issued(keeper, "two")).state is IssueState.DONE


async def test_a_box_alone_makes_no_code_and_says_where_to_go(
    directory: Path, settings: Temporal
) -> None:
    async with fleet(directory, settings, 2) as boxes:
        keeper, other = boxes
        await other.connect()
        coming = asyncio.create_task(issued(other, "one"))

        async def is_told() -> bool:
            return any(
                "a task done at that box gives a code" in str(each["text"])
                for each in await other.ledger.read(alarms.active)
            )

        await until(is_told, "the alarm")
        assert await other.states() == []
        await keeper.connect()
        assert (await coming).state is IssueState.DONE
        assert await other.ledger.read(alarms.active) == []
        await settled(boxes)


@pytest.mark.parametrize("has_committed", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["give_lease", "take_lease", "lease_outcome", "settle_lease"])
async def test_a_box_that_dies_in_a_step_never_makes_one_code_too_many(
    directory: Path, settings: Temporal, step: str, *, has_committed: bool
) -> None:
    death = Death(step, has_committed)
    async with fleet(directory, settings, 2) as boxes:
        keeper, other = boxes
        is_keeper = step in {"give_lease", "settle_lease"}
        victim, survivor = (keeper, other) if is_keeper else (other, keeper)
        await survivor.connect()
        await victim.connect(make_leases=death.inside(LeaseActivities))

        coming = asyncio.create_task(issued(other, "one"))
        await death.befall(victim)

        assert (await coming).state is IssueState.DONE
        await settled(boxes)
        assert (await issued(keeper, "two")).state is IssueState.OVER_LIMIT
