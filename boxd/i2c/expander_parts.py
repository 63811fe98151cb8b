"""The keys, doors and lamps on an expander's pins."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from boxd.config.device_schema import PinLevel
from boxd.debounce import Contact, after_look
from boxd.device_line import Ignored
from boxd.device_parts import DeviceLamp, ReportedDoor, ReportedKeypad
from boxd.devices import DoorState, Key, KeyTouch, LampName
from boxd.fresh_keys import FreshKeys
from boxd.i2c import mcp23017
from boxd.i2c.port import Transfer
from boxd.i2c.sections import ExpanderSwitch, PinExpander


class ExpanderContact:
    """A contact on a pin, debounced over many looks."""

    def __init__(self, switch: ExpanderSwitch) -> None:
        self.bit = mcp23017.bit_of(switch.pin)
        self.is_pulled_up = switch.pull == "up"
        self._closed_when_high = switch.closed is PinLevel.HIGH
        self._debounce_s = switch.debounce_ms / 1000
        self._contact: Contact | None = None

    def forget(self) -> None:
        """Start again: the next state that lasts is the first."""
        self._contact = None

    def look(self, levels: int, at: float) -> tuple[bool, float, bool] | None:
        """What counts from now on: whether it is closed, since when, and whether this is the first.

        None if nothing has changed.
        """
        closed = bool(levels & self.bit) is self._closed_when_high
        before = self._contact
        if before is None:
            self._contact = Contact(closed, at)
            return None
        after = self._contact = after_look(before, closed, at, self._debounce_s)
        if after.settled is None or after.settled == before.settled:
            return None
        return after.settled, after.settled_at, before.settled is None


class ExpanderParts:
    """An expander's parts. `wake` is called when a lamp is to be shown."""

    product = "MCP23017"
    check = mcp23017.CHECK
    look = mcp23017.LOOK

    def __init__(self, section: PinExpander, ignore: Ignored, wake: Callable[[], None]) -> None:
        self.keypad = ReportedKeypad() if section.keys else None
        self.doors = {name: ReportedDoor() for name in section.doors}
        self.lamps = {name: DeviceLamp(name, self._show) for name in section.lamps}
        self._keys = {key: ExpanderContact(switch) for key, switch in section.keys.items()}
        self._switches = {name: ExpanderContact(switch) for name, switch in section.doors.items()}
        self._lamp_bits = {name: mcp23017.bit_of(lamp.pin) for name, lamp in section.lamps.items()}
        self._lit_when_low = sum(
            mcp23017.bit_of(lamp.pin) for lamp in section.lamps.values() if lamp.on is PinLevel.LOW
        )
        contacts = (*self._keys.values(), *self._switches.values())
        self._pull_ups = sum(contact.bit for contact in contacts if contact.is_pulled_up)
        self._inputs = 0xFFFF & ~sum(self._lamp_bits.values())  # what nobody uses drives nothing
        self._lit: dict[LampName, bool] = dict.fromkeys(section.lamps, False)
        self._shown: Transfer | None = None
        self._held: set[Key] = set()
        self._fresh = FreshKeys(0.0)
        self._ignore = ignore
        self._wake = wake

    @property
    def set_up(self) -> tuple[Transfer, ...]:
        """Its pins' directions, with the lamps as they are to be."""
        return mcp23017.set_up(self._inputs, self._pull_ups, self._levels(self._lit))

    @property
    def dark(self) -> tuple[Transfer, ...]:
        """Every lamp out."""
        return (mcp23017.output(self._levels({})),) if self.lamps else ()

    def is_set_up(self, checked: bytes) -> bool:
        """Whether its pins have our directions."""
        return mcp23017.is_set_up(checked, self._inputs, self._pull_ups)

    def why_unusable(self, _looked: bytes) -> str:
        """It says nothing of itself."""
        return ""

    def begin(self, at: float) -> None:
        """Begin again: the first states that last are those of before."""
        self._fresh = FreshKeys(at)
        self._shown = None
        self.lose()

    def hear(self, looked: bytes, at: float) -> bool:
        """Report the keys and doors whose contacts have settled."""
        levels = mcp23017.levels(looked)
        touches = [
            KeyTouch(key, counted[0], counted[1])
            for key, contact in self._keys.items()
            if (counted := contact.look(levels, at)) is not None and not counted[2]
        ]
        for touch in sorted(touches, key=lambda each: each.at):
            self._touch(touch)
        moved = [
            self.doors[name].move(DoorState.CLOSED if counted[0] else DoorState.OPEN)
            for name, contact in self._switches.items()
            if (counted := contact.look(levels, at)) is not None
        ]
        return any(moved)

    def output(self) -> Transfer | None:
        """The lamps as they were set, unless they are shown so."""
        wanted = mcp23017.output(self._levels(self._lit))
        return wanted if self.lamps and wanted != self._shown else None

    def shown(self, output: Transfer) -> None:
        """Remember what the chip shows."""
        self._shown = output

    def lose(self) -> bool:
        """Nothing is known of the contacts; keys that are held get no release."""
        for contact in (*self._keys.values(), *self._switches.values()):
            contact.forget()
        self._held.clear()
        moved = [door.move(DoorState.UNKNOWN) for door in self.doors.values()]
        return any(moved)

    def _touch(self, touch: KeyTouch) -> None:
        if touch.touched and not self._fresh.is_new(touch.at):
            self._ignore(f"key {touch.key}", "it was pressed before the device was ready")
        elif self.keypad is not None and (touch.touched or touch.key in self._held):
            (self._held.add if touch.touched else self._held.discard)(touch.key)
            self.keypad.touch(touch)

    def _show(self, name: LampName, lit: bool) -> None:
        self._lit[name] = lit
        self._wake()

    def _levels(self, lit: Mapping[LampName, bool]) -> int:
        on = sum(bit for name, bit in self._lamp_bits.items() if lit.get(name))
        return on ^ self._lit_when_low
