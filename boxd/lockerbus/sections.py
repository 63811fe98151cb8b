"""The configuration's section of a locker board on an RS485 bus."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from boxd.config.device_schema import DeviceSection, SerialPath
from boxd.config.values import Name

LockNumber = Annotated[int, Field(ge=1, le=48)]


class BoardProtocol(StrEnum):
    """The families of boards: by the header of their frames, and by a maker's series."""

    HEADER_8A = "8a"
    CU = "cu"


FACTORY_BAUD = {BoardProtocol.HEADER_8A: 9600, BoardProtocol.CU: 19200}


class LockerBoardDevice(DeviceSection):
    """One board on a bus. Boards with the same `port` share the bus, and differ by `board`.

    `doors` are the locks' own contacts, by the numbers of the locks; they are closed while the lock
    is locked, or the other way round with `contact_closed_when = "open"`.
    """

    shares_port: ClassVar[bool] = True

    kind: Literal["lockerbus"]
    port: SerialPath
    protocol: BoardProtocol = BoardProtocol.HEADER_8A
    board: int = Field(default=1, ge=0, le=99)
    baud: Literal[9600, 19200, 57600, 115200] | None = None
    contact_closed_when: Literal["locked", "open"] = "locked"
    latches: dict[Name, LockNumber] = Field(default_factory=dict)
    doors: dict[Name, LockNumber] = Field(default_factory=dict)

    @property
    def speed(self) -> int:
        """The line's speed: as written, or as such boards leave the factory."""
        return self.baud or FACTORY_BAUD[self.protocol]
