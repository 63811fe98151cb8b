"""The real firmware in simavr, as a board that the conformance cases can be run on."""

from __future__ import annotations

import select
import struct
import time
from collections.abc import Callable
from pathlib import Path

import serial

from boxd.sim.simavr import EEPROM_BYTES, Boot, Simavr
from tests.arduino.conformance import BOARD_ID, Edge

COUNTER_AT, SLOTS = 64, 240  # where the firmware counts its boots in the EEPROM


class SimavrBoard:
    """A `conformance.Board`."""

    late_s = 0.03  # its time is the simulated processor's

    def __init__(self, folder: Path, image: Path | None = None) -> None:
        self._boots = 0
        self._eeprom = folder / "eeprom"
        self._image = image
        self._edges: list[Edge] = []
        self._port: serial.Serial | None = None
        self._switch_on(BOARD_ID if image is None else None)

    @staticmethod
    def port_of(path: str) -> serial.Serial:
        """A port at the end of a line, to be closed by whoever asked."""
        return serial.Serial(path, 115200, exclusive=True, write_timeout=10)

    def open(self) -> serial.Serial:
        self._port = self.port_of(self._path)
        return self._port

    def edges(self) -> list[Edge]:
        self._fetch()
        return self._edges

    def boots(self) -> int:
        """How often its program has begun."""
        self._fetch()
        return self._boots

    def wait_for(self, happened: Callable[[], bool], deadline_s: float = 2.0) -> None:
        """Wait until something has happened at the pins."""
        end = time.monotonic() + deadline_s
        while not happened():
            assert time.monotonic() < end, f"not within {deadline_s} s"
            select.select([self._board], [], [], 0.05)

    def set_door(self, door: int, level: int) -> None:
        self._board.set_door(door, level)

    def reset(self) -> None:
        known = self.boots()
        self._board.reset()
        self.wait_for(lambda: self.boots() > known)

    def restart(self, board_id: int | None) -> serial.Serial:
        self.close()
        if board_id is None:
            self._eeprom.write_bytes(b"\xff" * 2 + self._eeprom.read_bytes()[2:])
        self._switch_on(board_id)
        return self.open()

    def reflash(self, image: Path) -> None:
        """Put another image into it; what the EEPROM holds stays."""
        self.close()
        self._image = image
        self._switch_on(None)

    def count_boots(self, boots: int) -> None:
        """Switch it off, and let its EEPROM say that it has booted so often."""
        self.close()
        content = bytearray(self._eeprom.read_bytes())
        content[COUNTER_AT : COUNTER_AT + 4 * SLOTS] = b"\xff" * (4 * SLOTS)
        struct.pack_into("<I", content, COUNTER_AT + 4 * (boots % SLOTS), boots)
        self._eeprom.write_bytes(content)

    def slot(self, slot: int) -> int:
        """What a slot of the boot counter holds."""
        number: int
        (number,) = struct.unpack_from("<I", self._eeprom.read_bytes(), COUNTER_AT + 4 * slot)
        return number

    def tear_slot(self, slot: int) -> None:
        """Switch it off while it writes a slot: only the first byte has got there."""
        self.close()
        content = bytearray(self._eeprom.read_bytes())
        content[COUNTER_AT + 4 * slot] ^= 0x55
        self._eeprom.write_bytes(content)

    def hurry(self, in_a_hurry: bool) -> None:
        self._board.hurry(in_a_hurry)

    def close(self) -> None:
        """Switch it off, with its boots counted in the EEPROM as of 10 ms ago."""
        if self._port:
            self._port.close()
        self._fetch()
        self._board.stop()
        assert self._eeprom.stat().st_size == EEPROM_BYTES

    def _switch_on(self, board_id: int | None) -> None:
        self._board = Simavr(self._eeprom, board_id=board_id, image=self._image)
        self._path = self._board.start()

    def _fetch(self) -> None:
        for change in self._board.changes():
            if isinstance(change, Boot):
                self._boots += 1
            else:
                self._edges.append(Edge(change.pin, change.level, change.simulated_s))
