"""The conversation on one RS485 line: one order at a time, since everybody shares the wire.

Boards never speak by themselves. An order that opens a lock is sent once; a question is asked again
in the next round. What comes late, from another board or by noise does not fit the order under way
and is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from boxd.device_line import LineFault
from boxd.errors import DeliveryUnknown, DeviceUnreachable
from boxd.lockerbus.board import LockerBoard
from boxd.lockerbus.codec import OpenLock, Order, ReadLocks, find_reply, order_bytes, without_echo
from boxd.lockerbus.sections import LockerBoardDevice
from boxd.plugged_instead import plugged_instead
from boxd.serial_line import SerialLine, explain, open_line
from boxd.words import N_

ROUND_EVERY_S = 0.2  # people wait for a door to be seen; a round of four boards takes 0.15 s
GAP_S = 0.01  # for the transceivers to turn round: ten bytes at 9600 baud
STATUS_WITHIN_S = 0.3  # makers' documents say 200 ms
OPENED_WITHIN_S = 2.0  # the answer comes once the lock's contact was read, after the pulse
TRY_EVERY_S = 0.5  # opening a port that is not there costs next to nothing


class LockerLine:
    """One line and the boards on it. `path_of` returns the path of a port; it raises OSError.

    `unconfigured` lists the ports that are plugged in and in no configuration. `tried` is set once
    the first round has ended, or the line could not be opened.
    """

    def __init__(
        self,
        boards: Mapping[int, LockerBoard],
        section: LockerBoardDevice,
        path_of: Callable[[str], str],
        unconfigured: Callable[[], Sequence[str]],
    ) -> None:
        self.tried = asyncio.Event()
        self._boards = boards
        self._section = section
        self._path_of = path_of
        self._unconfigured = unconfigured
        self._line: SerialLine | None = None
        self._received = bytearray()
        self._arrived = asyncio.Event()
        self._lost = ""
        self._has_echo = False
        self._orders: deque[tuple[OpenLock, asyncio.Future[None]]] = deque()
        self._wake = asyncio.Event()

    async def keep_open(self) -> None:
        """Open the line and talk on it, and again whenever that ends."""
        try:
            while True:
                self._lose(await self._talk())
                await asyncio.sleep(TRY_EVERY_S)
        finally:
            self._lose("boxd is stopping")

    async def open_lock(self, order: OpenLock) -> None:
        """Open a lock; returns when the board has answered.

        Raises DeviceUnreachable if nothing was sent, DeliveryUnknown if no answer came.
        """
        outcome = asyncio.get_running_loop().create_future()
        self._orders.append((order, outcome))
        self._wake.set()
        await outcome

    async def _talk(self) -> str:
        """Talk until the line breaks; returns why."""
        try:
            path = self._path_of(self._section.port)
            self._line = await open_line(
                path, self._hear, self._break, self._miss_stolen, self._section.speed
            )
        except OSError as error:
            return await self._why_not_open(error)
        self._lost, self._has_echo = "", False
        try:
            while not self._lost:
                await self._round()
                self.tried.set()
            return self._lost
        finally:
            line, self._line = self._line, None
            await line.close()

    async def _why_not_open(self, error: OSError) -> str:
        if error.errno not in (errno.ENOENT, errno.ENXIO):
            return explain(error)
        # In a thread: a folder of devices that are being unplugged may be slow.
        others = await asyncio.to_thread(self._unconfigured)
        lines = {port: (f'port = "{port}"',) for port in others}
        return plugged_instead(explain(error), self._section.port, lines)

    async def _round(self) -> None:
        for number, board in self._boards.items():
            await self._open_those_that_wait()
            contacts = await self._ask(ReadLocks(number), STATUS_WITHIN_S)
            if self._lost:
                return
            if contacts is None:
                board.missed()
            else:
                board.answered(contacts)
        self._wake.clear()
        if not self._orders:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), ROUND_EVERY_S)

    async def _open_those_that_wait(self) -> None:
        while self._orders and not self._lost:
            order, outcome = self._orders.popleft()
            board = self._boards[order.board]
            board.line.note_pulse()
            why = "boxd is stopping"
            try:
                if await self._ask(order, OPENED_WITHIN_S) is None:
                    board.line.note(LineFault.ECHO_MISSING)
                    why = self._lost or "it did not answer in time"
                elif not outcome.done():
                    outcome.set_result(None)
            finally:
                board.fail(outcome, DeliveryUnknown, why)  # unless it has ended

    async def _ask(self, order: Order, within_s: float) -> int | None:
        """Send an order once; returns the contacts in its reply, or None without a whole one."""
        await asyncio.sleep(GAP_S)
        self._drop(order.board)
        if not self._send(order):
            return None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not self._lost:
                    await self._arrived.wait()
                    self._arrived.clear()
                    if (contacts := self._reply(order)) is not None:
                        return contacts
        if self._received:
            self._boards[order.board].line.note(LineFault.BAD_FRAME)
        return None

    def _reply(self, order: Order) -> int | None:
        protocol, received = self._section.protocol, bytes(self._received)
        if isinstance(order, ReadLocks):
            self._has_echo |= order_bytes(protocol, order) in received
        if self._has_echo:
            # Without one, the same bytes are a board's answer: the lock that it opened stays shut.
            received = without_echo(protocol, order, received)
        reply = find_reply(protocol, order, received)
        if reply is None:
            return None
        self._received = bytearray(received[reply.end :])
        return reply.contacts

    def _drop(self, board: int) -> None:
        if self._received:
            self._boards[board].line.note(LineFault.DROPPED, len(self._received))
        self._received.clear()
        self._arrived.clear()

    def _send(self, order: Order) -> bool:
        try:
            if self._line is not None:
                self._line.send(order_bytes(self._section.protocol, order))
        except OSError as error:
            self._break(error)
        return not self._lost

    def _hear(self, data: bytes) -> None:
        self._received += data
        self._arrived.set()

    def _miss_stolen(self) -> None:
        for board in self._boards.values():
            board.line.note(LineFault.STOLEN)

    def _break(self, error: OSError) -> None:
        broken = N_("its line broke off ({why}); check the adapter's cable")
        self._lost = broken.format(why=error.strerror)
        self._arrived.set()
        self._wake.set()

    def _lose(self, why: str) -> None:
        while self._orders:
            order, outcome = self._orders.popleft()
            self._boards[order.board].fail(outcome, DeviceUnreachable, why)
        for board in self._boards.values():
            board.lose(why)
        self.tried.set()
