"""A box whose ledger came from an old backup asks the others before it pays, on a real server."""

from __future__ import annotations

from boxd.redemption import Refusal, Stage
from tests.workflows.event import until
from tests.workflows.fleet.boxes import LinkedBox, at_rest


async def test_a_restored_box_waits_for_the_others_and_pays_nothing_again(
    boxes: list[LinkedBox],
) -> None:
    home, other = boxes
    code, kept = await home.issue(), await home.issue("bob")
    old = home.back_up()
    await other.give_out(await other.enter(code, await other.bring(code, home=1)))
    await at_rest(boxes)
    await home.cut()
    await other.cut()
    home.restore(old)

    await home.connect(until_all_are_heard=False)

    assert (await home.enter(code)).refusal is Refusal.UNSURE
    assert (await home.enter(kept)).refusal is Refusal.UNSURE
    await other.connect()

    async def is_sure() -> bool:
        return home.link.in_doubt == 0

    await until(is_sure, "the other box's answer")
    assert (await home.enter(code)).refusal is Refusal.VOIDED
    assert (await home.enter(kept)).stage is Stage.LOAD
    assert await home.units() == {"on_hand": 1, "held": 1, "dispensed": 0}
