"""A stopped box joins an event of several or leaves it: what is done to its files and its number.

Each function locks the box, runs as the owner of its files, and returns words for the command.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import closing

from temporalio.client import Client

from boxd.config import Config
from boxd.daemon.fleet import place_of
from boxd.daemon.instance_lock import only_one
from boxd.errors import Refused
from boxd.key_file import write_whole
from boxd.ledger.database import open_for_reading
from boxd.ledger.fleet_standing import CodesOfFleet, codes_of_fleet
from boxd.temporal.client import connect
from boxd.temporal.seal import load_seal
from boxd.workflows.fleet.membership import give_number_back, take_number
from boxd.workflows.fleet.service import FleetPlace
from boxd.workflows.place.installation import load_installation


def begin(config: Config, number: int) -> str:
    """Make the event's key and take the number; `config` is the one that the box will have."""
    with only_one(config.lock_file):
        return str(asyncio.run(_take_number(config, [number])))


def join(config: Config, key: str, had: int | None, wanted: Iterable[int]) -> str:
    """Take in the event's key, then the first of the wanted numbers that is free; returns it.

    `had` is the box's number so far.
    """
    with only_one(config.lock_file):
        if had is None and (good := _codes(config).at_home):
            raise Refused(
                f"{good} codes of this box can still be spent, and have no number: at this event"
                f" they would be codes of box {config.fleet.first}. Void them, or wait until they"
                " are used; or let this box begin the event: `sudo boxd fleet begin`"
            )
        is_new = _take_key(config, key)
        try:
            return str(asyncio.run(_take_number(config, wanted)))
        except BaseException:
            if is_new:  # or the box could join no other event
                config.fleet_key_file.unlink()
            raise


def require_at_rest(config: Config) -> str:
    """How many codes are at home here; raises Refused while one is under way or visiting."""
    with only_one(config.lock_file):
        codes = _codes(config)
    if codes.away or codes.visiting:
        raise Refused(
            f"{codes.away} codes of this box are at another one, and {codes.visiting} of others are"
            " here: start boxd, connected, and try again when they are home"
        )
    return str(codes.at_home)


def leave(config: Config) -> str:
    """Give the box's number back at the event's service."""
    with only_one(config.lock_file):
        asyncio.run(_give_number_back(config))
    return ""


def _codes(config: Config) -> CodesOfFleet:
    if not config.ledger_file.exists():
        return CodesOfFleet(0, 0, 0)
    with closing(open_for_reading(config.ledger_file)) as connection:
        return codes_of_fleet(connection, config.fleet.number)


def _take_key(config: Config, key: str) -> bool:
    """Whether the box did not have the event's key before. Raises Refused for another one."""
    file = config.fleet_key_file
    if not file.exists():
        write_whole(file, key + "\n")
        return True
    if file.read_text("ascii").strip() != key:
        raise Refused(f"{file} holds the key of another event: move that file away if it is over")
    return False


async def _take_number(config: Config, wanted: Iterable[int]) -> int:
    place, client = await _service(config)
    installation = await asyncio.to_thread(load_installation, config.installation_file)
    return await take_number(client, place.event, installation, wanted)


async def _give_number_back(config: Config) -> None:
    place, client = await _service(config)
    await give_number_back(client, place.event, place.number)


async def _service(config: Config) -> tuple[FleetPlace, Client]:
    place = place_of(config)
    if place is None:
        raise Refused("this box belongs to no event: `sudo boxd fleet begin EVENT HOST:PORT`")
    return place, await connect(place.service, load_seal(config.fleet_key_file))
