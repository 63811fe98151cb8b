"""Turns at the daemon: one address after the other, at a steady pace."""

from __future__ import annotations

import asyncio

import pytest

from boxd.gateway.turns import NoTurn, Turns


async def take(turns: Turns, client: str, order: list[str]) -> None:
    async with turns.turn(client):
        order.append(client)


async def test_who_asks_once_is_before_who_asks_often() -> None:
    turns, order = Turns(at_once=1, per_s=1000), list[str]()
    async with turns.turn("first"):
        often = [asyncio.create_task(take(turns, "often", order)) for _ in range(5)]
        await asyncio.sleep(0)
        once = asyncio.create_task(take(turns, "once", order))
        await asyncio.sleep(0)
    await asyncio.gather(*often, once)
    assert order.index("once") <= 1


async def test_the_pace_is_kept() -> None:
    turns, order = Turns(at_once=10, per_s=100), list[str]()
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(take(turns, str(number), order) for number in range(80)))
    assert loop.time() - began >= 0.19
    assert len(order) == 80


async def test_too_many_of_one_are_turned_away_and_others_are_not() -> None:
    turns, order = Turns(at_once=1, per_s=1000), list[str]()
    async with turns.turn("first"):
        waiting = [asyncio.create_task(take(turns, "often", order)) for _ in range(64)]
        await asyncio.sleep(0)
        with pytest.raises(NoTurn):
            await take(turns, "often", order)
        other = asyncio.create_task(take(turns, "other", order))
        await asyncio.sleep(0)
    await asyncio.gather(*waiting, other)
    assert len(order) == 65


async def test_one_who_leaves_gives_back_the_turn() -> None:
    turns, order = Turns(at_once=1, per_s=1000), list[str]()
    async with turns.turn("first"):
        leaving = asyncio.create_task(take(turns, "leaving", order))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
    await take(turns, "next", order)
    async with turns.turn("holding"):
        granted = asyncio.create_task(take(turns, "granted", order))
        await asyncio.sleep(0)
    granted.cancel()  # at the moment when it has its turn
    await asyncio.gather(granted, return_exceptions=True)
    await asyncio.wait_for(take(turns, "last", order), 5)
    assert order == ["next", "last"]
