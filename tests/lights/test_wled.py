"""A strip's controller on the network: shown to, away, and back, with nobody waiting for it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from boxd.devices import LampName
from boxd.lights.pattern import NONE, Lit, StripEffect
from boxd.lights.strip_frame import COLOURS, Playing
from boxd.lights.wled import StripAddress, WledStrip
from tests.bays.parts import until

LEDS = 4
PATIENCE_S = 20.0


class Controller(asyncio.DatagramProtocol):
    """What a WLED controller hears."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.heard.append(data)


@asynccontextmanager
async def controller(port: int = 0) -> AsyncIterator[tuple[Controller, int]]:
    loop = asyncio.get_running_loop()
    transport, found = await loop.create_datagram_endpoint(
        Controller, local_addr=("127.0.0.1", port)
    )
    try:
        yield found, transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


class Stage:
    """What a bay shows, as a strip asks for it."""

    def __init__(self) -> None:
        self.lit: Lit = frozenset({LampName.SUCCESS})
        self.changes = 0

    def playing(self) -> Playing:
        return Playing(self.lit, self.lit, StripEffect.LAMPS)

    def changed(self) -> None:
        self.changes += 1


@asynccontextmanager
async def showing(stage: Stage, port: int, host: str = "127.0.0.1") -> AsyncIterator[WledStrip]:
    address = StripAddress("bay-1", host, port, LEDS, 1.0)
    strip = WledStrip(address, stage.playing, stage.changed, retry_s=0.05)
    strip.start()
    try:
        yield strip
    finally:
        await strip.close()


def packet(lamp: LampName | None) -> bytes:
    colour = COLOURS[lamp] if lamp else (0, 0, 0)
    return bytes((2, 2, *(colour * LEDS)))


async def test_the_strip_shows_what_the_bay_shows() -> None:
    stage = Stage()
    async with controller() as (wled, port), showing(stage, port):
        await until(lambda: packet(LampName.SUCCESS) in wled.heard, PATIENCE_S)
        stage.lit = frozenset({LampName.FAILURE})
        await until(lambda: packet(LampName.FAILURE) in wled.heard, PATIENCE_S)
        stage.lit = NONE
        await until(lambda: packet(None) in wled.heard, PATIENCE_S)


async def test_a_picture_that_stays_is_sent_again_before_the_strip_goes_its_own_way() -> None:
    async with controller() as (wled, port), showing(Stage(), port):
        await until(lambda: wled.heard.count(packet(LampName.SUCCESS)) >= 2, PATIENCE_S)


async def test_a_controller_that_goes_away_is_named_and_found_again() -> None:
    stage = Stage()
    async with controller() as (wled, port), showing(stage, port) as strip:
        await until(lambda: wled.heard, PATIENCE_S)
        assert strip.why == ""
    # The socket is closed now: what is sent there comes back as an error.
    async with showing(stage, port) as strip:
        await until(lambda: strip.why, PATIENCE_S)
        assert strip.why == "its controller can't be reached: Connection refused"
        assert stage.changes == 1
        async with controller(port) as (wled, _port):
            await until(lambda: wled.heard and not strip.why, PATIENCE_S)
        assert stage.changes == 2


async def test_a_host_without_a_way_to_it_is_named() -> None:
    # Broadcast is not allowed to a socket that did not ask for it: an error at the start.
    async with showing(Stage(), 21324, host="255.255.255.255") as strip:
        await until(lambda: strip.why, PATIENCE_S)


async def test_one_that_listens_and_never_reads_holds_nothing_up() -> None:
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.1", 0))
    with silent:
        stage = Stage()
        async with showing(stage, silent.getsockname()[1]) as strip:
            for number in range(40):
                stage.lit = frozenset({LampName.SUCCESS}) if number % 2 else NONE
                await asyncio.sleep(0.005)
        assert strip.why == ""
