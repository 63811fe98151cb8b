"""What a device of any kind has to do: open, be listed, stay quiet, close."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar

import pytest
import pytest_asyncio

from boxd.config.device_kinds import DeviceKind
from boxd.devices import DeviceState
from boxd.sim.unit import SimulatedKind
from boxd.testing.bench import Bench, running

STARTS_WITHIN_S = 2.0
"""`Bus.start` returns after a second, whatever its devices do; a busy machine may take longer."""


class DeviceConformance:
    """Tests for every device. A subclass names `kind`, `twin` and the `section` of one device.

    `notices_unplugging` is False for what can't tell: nothing shows whether anything hangs on a
    Pi's pin. `ready_within_s` is how long the device may take to be usable once it is plugged in,
    `fresh_after_s` how long after that its keys are still taken for old ones.
    """

    kind: ClassVar[DeviceKind[Any, Any]]
    twin: ClassVar[type[SimulatedKind]]
    section: ClassVar[Mapping[str, Any]]
    notices_unplugging: ClassVar[bool] = True
    ready_within_s: ClassVar[float] = 8.0
    fresh_after_s: ClassVar[float] = 0.0

    @pytest.fixture
    def at_rest(self, tmp_path: Path) -> Bench:
        """A bench whose bus was not started, with nothing plugged in."""
        return Bench(self.kind, self.twin, self.section, tmp_path)

    @pytest_asyncio.fixture
    async def bench(self, at_rest: Bench) -> AsyncIterator[Bench]:
        """A bench whose device is plugged in and ready."""
        async with running(at_rest) as bench:
            bench.plug()
            await bench.start()
            await bench.ready(self.ready_within_s)
            yield bench

    async def test_every_part_of_it_is_tested(self, bench: Bench) -> None:
        """The test class derives from the class of each part that the device has."""
        from boxd.testing import parts, plugging

        plugs = self.notices_unplugging
        wanted = {
            parts.KeyConformance: bench.device.keypad is not None,
            parts.LampConformance: bool(bench.device.lamps),
            parts.BuzzerConformance: bench.device.buzzer is not None,
            parts.LatchConformance: bool(bench.device.latches),
            parts.DoorConformance: bool(bench.device.doors),
            plugging.PluggingConformance: plugs,
            plugging.KeyPluggingConformance: plugs and bench.device.keypad is not None,
            plugging.LatchPluggingConformance: plugs and bool(bench.device.latches),
        }
        assert [each.__name__ for each, is_there in wanted.items() if is_there] == [
            each.__name__ for each in wanted if isinstance(self, each)
        ]

    async def test_it_is_listed_as_the_configuration_names_it(self, bench: Bench) -> None:
        """Its status has the name, kind and port of its section, and its parts are those there."""
        status, section = bench.device.status, bench.section
        assert (status.name, status.kind, status.port) == (section.name, section.kind, section.port)
        assert set(bench.device.latches) == set(section.latch_names)
        assert set(bench.device.doors) == set(section.door_names)
        assert set(bench.device.lamps) == section.lamp_names
        assert (bench.device.keypad is not None) == bool(section.key_names)
        assert (bench.device.buzzer is not None) == section.has_buzzer

    async def test_a_quiet_line_counts_no_fault(self, bench: Bench) -> None:
        """The health counters stay empty while nothing goes wrong."""
        assert not bench.device.line.last_hour()

    async def test_neither_opening_nor_closing_moves_a_latch(self, at_rest: Bench) -> None:
        """From start to close without an order, no coil gets current."""
        async with running(at_rest) as bench:
            bench.plug()
            await bench.start()
            await bench.ready(self.ready_within_s)
        assert at_rest.edges() == []

    async def test_a_device_that_is_switched_off_is_left_alone(self, tmp_path: Path) -> None:
        """`enabled = false` makes it disabled, even if it is plugged in."""
        section = {**self.section, "enabled": False}
        async with running(Bench(self.kind, self.twin, section, tmp_path)) as bench:
            bench.plug()
            await bench.start()
            assert bench.state is DeviceState.DISABLED

    async def test_starting_takes_no_longer_than_a_second(self, at_rest: Bench) -> None:
        """The rest of the box does not wait for a device that is not there."""
        async with running(at_rest) as bench:
            begun = monotonic()
            await bench.start()
            assert monotonic() - begun < STARTS_WITHIN_S

    async def test_it_can_be_closed_before_it_was_found(self, at_rest: Bench) -> None:
        """Closing raises nothing, whatever the state."""
        await at_rest.start()
        await at_rest.close()
        at_rest.end()
