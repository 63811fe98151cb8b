"""One configured locker board: its state, its latches, and its locks' contacts as doors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from boxd.device_line import DeviceLine, LineFault
from boxd.device_parts import ReportedDoor
from boxd.device_state import StatusTracker
from boxd.devices import (
    PULSE_LONGEST_MS,
    Confirmation,
    DeviceState,
    DeviceStatus,
    Door,
    DoorState,
    Lamp,
    LampName,
)
from boxd.errors import DeliveryUnknown, DeviceUnreachable
from boxd.lockerbus.codec import OpenLock
from boxd.lockerbus.sections import LockerBoardDevice
from boxd.words import N_

MISSED_ROUNDS = 3
"""One question may be lost in a collision; a board that misses three in a row is not there."""


class LockerBoard:
    """A board on a bus. `open_lock` sends an order on its line; the line sets it."""

    keypad = None
    reader = None
    buzzer = None
    restart_sensor = None

    def __init__(self, device: LockerBoardDevice, on_change: Callable[[], None]) -> None:
        self.name = device.name
        self.line = DeviceLine()
        self.lamps: dict[LampName, Lamp] = {}
        self.open_lock: Callable[[OpenLock], Awaitable[None]] = self._without_a_line
        self._device = device
        self._standing = StatusTracker(
            device.name, device.kind, device.port, on_change, enabled=device.enabled
        )
        self._missed = 0
        self.latches = {
            name: LockerLatch(f"{device.name}.{name}", OpenLock(device.board, lock), self)
            for name, lock in device.latches.items()
        }
        self.doors: dict[str, Door] = {}
        self._contacts: dict[str, ReportedDoor] = {name: ReportedDoor() for name in device.doors}
        self.doors.update(self._contacts)

    @property
    def status(self) -> DeviceStatus:
        """The board's state, since when, and why."""
        return self._standing.status

    @property
    def why_nothing_was_sent(self) -> str:
        """Why no order can be sent now; empty while the board answers."""
        return "" if self._standing.is_ready else self._standing.why_nothing_was_sent

    def answered(self, contacts: int) -> None:
        """The board has told its contacts: bit 0 is lock 1, set while it is closed."""
        self._missed = 0
        self.line.note_answer()
        self._standing.become(DeviceState.READY)
        shut = self._device.contact_closed_when == "locked"
        moved = [
            door.move(
                DoorState.CLOSED
                if bool(contacts >> (self._device.doors[name] - 1) & 1) == shut
                else DoorState.OPEN
            )
            for name, door in self._contacts.items()
        ]
        if any(moved):
            self._standing.tell()

    def missed(self) -> None:
        """The board did not answer a question."""
        self._missed += 1
        self.line.note(LineFault.RETRY)
        if self._missed >= MISSED_ROUNDS:
            silent = N_(
                "board {number} does not answer; its power, its address switches, A and B swapped,"
                " another speed?"
            )
            self._become_unreachable(silent.format(number=self._device.board))

    def lose(self, why: str) -> None:
        """Its line has gone."""
        self._missed = 0
        self._become_unreachable(why)

    def fail(
        self,
        outcome: asyncio.Future[None],
        error: type[DeliveryUnknown | DeviceUnreachable],
        why: str,
    ) -> None:
        """End an order without an answer."""
        if outcome.done():
            return
        told = (
            f"whether {self._standing.naming} opened the lock is not known: {why}; look whether the"
            " locker is open"
            if error is DeliveryUnknown
            else f"{self._standing.naming}: {why}; nothing was sent"
        )
        outcome.set_exception(error(told))

    def _become_unreachable(self, why: str) -> None:
        if not self._standing.is_enabled:
            return
        self._standing.become(DeviceState.UNREACHABLE, why)
        moved = [door.move(DoorState.UNKNOWN) for door in self._contacts.values()]
        if any(moved):
            self._standing.tell()

    async def _without_a_line(self, _order: OpenLock) -> None:
        raise DeviceUnreachable(self._standing.why_nothing_was_sent)


class LockerLatch:
    """One lock of a board; the board times and ends the pulse."""

    feedback = None
    confirmation = Confirmation.BEGUN
    longest_s = PULSE_LONGEST_MS / 1000  # as the boards' sheets say

    def __init__(self, address: str, order: OpenLock, board: LockerBoard) -> None:
        self.address = address
        self._order = order
        self._board = board

    async def pulse(self) -> None:
        """Order one pulse, once; returns when the board has answered.

        Raises DeviceUnreachable if nothing was sent, DeliveryUnknown if no answer came.
        """
        if why := self._board.why_nothing_was_sent:
            raise DeviceUnreachable(why)
        await self._board.open_lock(self._order)
