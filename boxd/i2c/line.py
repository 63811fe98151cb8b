"""The conversation on one I2C bus: all its chips are looked at a hundred times a second.

Transfers block, a bus that hangs for up to a second, so they are carried out by one thread a bus.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from boxd.i2c.device import TRY_EVERY_S, I2cDevice
from boxd.i2c.port import Control, I2cPort, Transfer, explain

LOOK_EVERY_S = 0.01
"""A touch rests on a key for 40 ms at least. A look takes half a millisecond of the bus."""

DARK_WITHIN_S = 1.0

Round = Sequence[tuple[I2cDevice, tuple[Transfer, ...]]]
_Result = TypeVar("_Result")


class I2cLine:
    """One bus and its chips. `path_of` returns the path of a port; it raises OSError.

    `tried` is set once each chip was tried.
    """

    def __init__(self, port: str, path_of: Callable[[str], str], control: Control) -> None:
        self.tried = asyncio.Event()
        self.devices: list[I2cDevice] = []
        self._port_name = port
        self._path_of = path_of
        self._control = control
        self._port: I2cPort | None = None
        self._wake = asyncio.Event()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="i2c")

    def wake(self) -> None:
        """Something is to be sent soon."""
        self._wake.set()

    async def keep_talking(self) -> None:
        """Look at the chips for as long as the box runs."""
        while True:
            is_heard = await self._talk()
            self.tried.set()
            if not is_heard:
                await asyncio.sleep(TRY_EVERY_S)

    async def close(self) -> None:
        """Put the lamps out and release the bus."""
        dark = [(device, device.dark) for device in self.devices]
        with contextlib.suppress(TimeoutError):  # a bus that hangs is left as it is
            async with asyncio.timeout(DARK_WITHIN_S):
                if self._port is not None:
                    await self._in_thread(lambda: _carry_out(self._port, dark))
                await self._let_go()
        self._worker.shutdown(wait=False)

    async def _talk(self) -> bool:
        """Talk until no chip answers; returns whether one did."""
        try:
            path = self._path_of(self._port_name)
            self._port = await self._in_thread(lambda: I2cPort(path, self._control))
        except OSError as error:
            now = time.monotonic()
            for device in self.devices:
                device.lose(explain(error), now)
            return False
        is_heard = False
        while await self._round():
            is_heard = True
            self.tried.set()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK_EVERY_S)
            self._wake.clear()
        # Opened again at the next attempt: an adapter that was plugged in again is another bus.
        await self._let_go()
        return is_heard

    async def _round(self) -> bool:
        """Ask every chip that is to be asked; returns whether one is there."""
        now = time.monotonic()
        asked = [(device, asks) for device in self.devices if (asks := device.asks(now))]
        for device, replies, at in await self._in_thread(lambda: _carry_out(self._port, asked)):
            device.take(replies, at)
        return any(device.is_there for device in self.devices)

    async def _let_go(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            await self._in_thread(port.close)

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)


def _carry_out(
    port: I2cPort | None, asked: Round
) -> list[tuple[I2cDevice, Sequence[bytes] | OSError, float]]:
    """What each chip replied, or its failure, and when it had."""
    return [(device, _replies(port, device, asks), time.monotonic()) for device, asks in asked]


def _replies(
    port: I2cPort | None, device: I2cDevice, asks: Sequence[Transfer]
) -> Sequence[bytes] | OSError:
    if port is None:
        return OSError("the bus was closed")
    try:
        return [port.run(device.address, transfer) for transfer in asks]
    except OSError as error:
        return error
