"""The MCP23017 expander's registers, from its data sheet (Microchip DS20001952). Pure functions.

Pins are bits of one number: A0 is bit 0, B0 is bit 8.
"""

from __future__ import annotations

from boxd.i2c.port import Transfer

ADDRESSES = range(0x20, 0x28)

DIRECTIONS = 0x00
POLARITY = 0x02
INTERRUPTS = 0x04
CONTROL = 0x0A
PULL_UPS = 0x0C
LEVELS = 0x12
OUTPUTS = 0x14

_CONTROL_OF_THE_OTHER_BANK = 0x05
"""Where the control register is if another program chose the other order of registers.

In the usual order this is a register of interrupts, and 0 means none there too.
"""

OUTPUT_ONLY = frozenset({"A7", "B7"})
"""As inputs they spoil the bus when they change in the middle of a transfer: revision D, 2022."""

CHECK = Transfer(bytes((DIRECTIONS,)), PULL_UPS + 2)
LOOK = Transfer(bytes((LEVELS,)), 2)


def bit_of(pin: str) -> int:
    """The bit of a pin that is named as on the chip, e.g. B0."""
    return 1 << (int(pin[1]) + (8 if pin[0] == "B" else 0))


def set_up(inputs: int, pull_ups: int, outputs: int) -> tuple[Transfer, ...]:
    """Start it: levels first, so that no output has a wrong one for a moment."""
    return (
        Transfer(bytes((_CONTROL_OF_THE_OTHER_BANK, 0))),
        Transfer(bytes((CONTROL, 0))),
        output(outputs),
        _write(POLARITY, 0),
        _write(INTERRUPTS, 0),
        _write(PULL_UPS, pull_ups),
        _write(DIRECTIONS, inputs),
    )


def output(levels: int) -> Transfer:
    """Drive the outputs to these levels."""
    return _write(OUTPUTS, levels)


def is_set_up(checked: bytes, inputs: int, pull_ups: int) -> bool:
    """Whether the answer to `CHECK` is that of a chip as `set_up` left it, and did not restart."""
    return (levels(checked[:2]), levels(checked[PULL_UPS:])) == (inputs, pull_ups)


def levels(looked: bytes) -> int:
    """The pins that are high, in the answer to `LOOK`."""
    return int.from_bytes(looked, "little")


def _write(register: int, value: int) -> Transfer:
    return Transfer(bytes((register,)) + value.to_bytes(2, "little"))
