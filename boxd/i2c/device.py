"""One configured chip: its state, and what it is to be asked in the next round on its bus."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from boxd.device_line import DeviceLine, LineFault
from boxd.device_state import StatusTracker
from boxd.devices import DeviceState, DeviceStatus, Latch
from boxd.i2c.expander_parts import ExpanderParts
from boxd.i2c.port import NOT_ANSWERED, Transfer, explain
from boxd.i2c.sections import ChipSection, TouchSensor
from boxd.i2c.touch_keys import TouchKeys
from boxd.i2c.whereabouts import lines_for
from boxd.plugged_instead import plugged_instead
from boxd.words import N_

TRY_EVERY_S = 0.5  # people expect to see a device come and go within two seconds
CHECK_EVERY_S = 0.25  # whether it has restarted: then it says nothing, as if no key were touched
LOST_AFTER_S = 0.25  # one transfer may be spoilt by a coil's spark; so many in a row are a wire


class I2cDevice:
    """A chip and its parts.

    `unconfigured` are the addresses on its bus that answered and that no section has. `wake` is
    called when something is to be sent soon.
    """

    reader = None
    buzzer = None
    restart_sensor = None

    def __init__(
        self,
        section: ChipSection,
        on_change: Callable[[], None],
        unconfigured: Callable[[], Sequence[int]],
        wake: Callable[[], None],
    ) -> None:
        self.name = section.name
        self.address = section.address
        self.line = DeviceLine()
        self.latches: dict[str, Latch] = {}
        self._section = section
        self._unconfigured = unconfigured
        self._standing = StatusTracker(
            section.name, section.kind, section.port, on_change, enabled=section.enabled
        )
        self._parts: TouchKeys | ExpanderParts = (
            TouchKeys(section, self.line.ignore, wake)
            if isinstance(section, TouchSensor)
            else ExpanderParts(section, self.line.ignore, wake)
        )
        self.keypad = self._parts.keypad
        self.lamps = self._parts.lamps
        self.doors = self._parts.doors
        self._is_set_up = False
        self._next_at = 0.0  # of the next attempt to set it up, or the next check
        self._heard_at = 0.0
        self._asked: Mapping[str, Transfer] = {}

    @property
    def status(self) -> DeviceStatus:
        """The device's state, since when, and why."""
        return self._standing.status

    @property
    def is_there(self) -> bool:
        """Whether it has answered lately."""
        return self._is_set_up

    @property
    def dark(self) -> tuple[Transfer, ...]:
        """What puts its lamps out, if it can be told."""
        return self._parts.dark if self._is_set_up else ()

    def asks(self, now: float) -> tuple[Transfer, ...]:
        """The transfers of the next round, in their order; none if it is too early."""
        if not self._is_set_up:
            return (*self._parts.set_up, self._parts.check) if now >= self._next_at else ()
        asked = {"output": self._parts.output(), "look": self._parts.look}
        if now >= self._next_at:
            self._next_at = now + CHECK_EVERY_S
            asked["check"] = self._parts.check
        self._asked = {name: each for name, each in asked.items() if each is not None}
        return tuple(self._asked.values())

    def take(self, replies: Sequence[bytes] | OSError, at: float) -> None:
        """The round is over: take what was read at each transfer, or the failure that ended it."""
        if isinstance(replies, OSError):
            self._fail(replies, at)
        elif not self._is_set_up:
            self._begin(replies[-1], at)
        else:
            self._hear(dict(zip(self._asked, replies, strict=True)), at)

    def lose(self, why: str, at: float) -> None:
        """It can't be used; it is tried again soon."""
        self._is_set_up = False
        self._next_at = at + TRY_EVERY_S
        self._standing.become(DeviceState.UNREACHABLE, why)
        if self._parts.lose():
            self._standing.tell()

    def _begin(self, checked: bytes, at: float) -> None:
        if not self._parts.is_set_up(checked):
            other = N_("what answers at {address} is no {product}, or has no power")
            product = self._parts.product
            self.lose(other.format(address=f"{self.address:#04x}", product=product), at)
            return
        self._is_set_up, self._heard_at = True, at
        self._parts.begin(at)

    def _hear(self, replies: Mapping[str, bytes], at: float) -> None:
        if "check" in replies and not self._parts.is_set_up(replies["check"]):
            self.line.note_reset()
            self._is_set_up, self._next_at = False, at
            return
        if why := self._parts.why_unusable(replies["look"]):
            self.lose(why, at)
            return
        self._heard_at = at
        self.line.note_answer()
        if "output" in replies:
            self._parts.shown(self._asked["output"])
        self._standing.become(DeviceState.READY)
        if self._parts.hear(replies["look"], at):
            self._standing.tell()

    def _fail(self, error: OSError, at: float) -> None:
        if self._is_set_up:
            self.line.note(LineFault.RETRY)
            if at - self._heard_at < LOST_AFTER_S:
                return
        if error.errno not in NOT_ANSWERED:
            self.lose(explain(error), at)
            return
        others = lines_for(self._section.kind, self._unconfigured())
        address = f"{self.address:#04x}"
        silent = N_(
            "nothing answers at {address}; its power, SDA and SCL swapped, its address jumpers?"
        )
        self.lose(plugged_instead(silent.format(address=address), address, others), at)
