"""However boxd ended, `boxd safe` has every output off; and shown that without it nothing would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from boxd.gpio.pin_memory import PinMemory
from tests.systemd.installed import InstalledBox

LATCH, LAMP = 17, 22
PINS = f"""
[[devices]]
kind = "gpio"
name = "pins"
latches = {{ one = {{ pin = {LATCH}, pulse_ms = 500 }} }}
lamps = {{ standby = {LAMP} }}
"""


@contextmanager
def with_a_latch_on_pins(box: InstalledBox) -> Iterator[PinMemory]:
    """Let locker 1's latch be on the Pi's pins, start, and hand out the memory behind them."""
    box.configure(r"(?=# --- Bays)", PINS + "\n")
    box.configure(r'latch = "board-0"\ndoor = "door-pad.door-1"', 'latch = "pins.one"')
    box.override("boxd.service", "Restart=no")
    box.start()
    box.wait_until_ready()
    memory = PinMemory(box.files / "var/lib/boxd/simulated-pins")
    try:
        yield memory
    finally:
        memory.close()


def kill_in_mid_pulse(box: InstalledBox, memory: PinMemory) -> None:
    """Kill daemon and guard in one instant while the latch is energised."""
    opening = "boxd lockers open 1 --reason test"
    while True:
        box.ask(f"systemd-run --no-block --quiet {opening}")
        box.wait("the latch is energised", lambda: memory.level(LATCH))
        box.freeze("boxd.service", True)
        if memory.level(LATCH):
            break
        box.freeze("boxd.service", False)  # this computer was too busy to be quick enough
    box.kill_frozen("boxd.service")


def test_a_latch_is_off_after_everything_of_boxd_was_killed(box: InstalledBox) -> None:
    with with_a_latch_on_pins(box) as memory:
        kill_in_mid_pulse(box, memory)
        box.wait("the latch is off", lambda: not memory.level(LATCH))
        box.wait("the end", lambda: box.property("boxd.service", "ActiveState") == "failed")

        assert not memory.level(LATCH)
        assert "off: pins.one" in box.messages("-u", "boxd")


def test_without_the_units_last_command_it_stays_on(box: InstalledBox) -> None:
    box.override("boxd.service", "ExecStopPost=")
    with with_a_latch_on_pins(box) as memory:
        kill_in_mid_pulse(box, memory)
        box.wait("the end", lambda: box.property("boxd.service", "ActiveState") == "failed")

        assert memory.level(LATCH)


def test_an_ordinary_stop_has_everything_off(box: InstalledBox) -> None:
    with with_a_latch_on_pins(box) as memory:
        box.ask("systemctl stop boxd.service")

        assert not memory.level(LATCH)
        assert box.property("boxd.service", "Result") == "success"
