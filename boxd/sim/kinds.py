"""The simulated twins of boxd's own kinds of devices."""

from __future__ import annotations

from boxd.arduino.sections import ArduinoDevice
from boxd.config.schema import ArduinoFirmware, Config
from boxd.gpio.sections import GpioDevice
from boxd.hid.sections import HidDevice
from boxd.i2c.sections import ChipSection, TouchSensor
from boxd.lockerbus.sections import LockerBoardDevice
from boxd.midi.codetv import PULSE_MS
from boxd.midi.sections import CodetvDevice, NotesDevice
from boxd.sim.arduino import SimulatedArduino
from boxd.sim.arduino_simavr import SimavrArduino
from boxd.sim.board import SimulatedBoard
from boxd.sim.header import SimulatedHeader
from boxd.sim.i2c_chips import SimulatedExpander, SimulatedI2cBuses, SimulatedTouchSensor
from boxd.sim.inputs import SimulatedInput, SimulatedInputPorts
from boxd.sim.locker_bus import SimulatedAdapters, SimulatedLockerBoard
from boxd.sim.pad import SimulatedPad
from boxd.sim.pins import SimulatedPins
from boxd.sim.ports import SimulatedPorts
from boxd.sim.serial import SimulatedSerial
from boxd.sim.unit import SimulatedKind, Unit, Wiring


class SimulatedMidi(SimulatedKind):
    """Boards and pads in a simulated MIDI system."""

    def __init__(self, config: Config) -> None:
        del config
        self.socket = SimulatedPorts()

    def unit(self, device: CodetvDevice | NotesDevice, wiring: Wiring) -> Unit:
        """A board, or a pad with the section's notes."""
        if isinstance(device, NotesDevice):
            return SimulatedPad(device, wiring.trace, wiring.door_state, wiring.on_change)

        def on_latch(energised: bool) -> None:
            wiring.on_latch("latch", device.port, PULSE_MS, energised)

        return SimulatedBoard(device.port, wiring.trace, on_latch, wiring.on_change)

    def double(self, device: CodetvDevice | NotesDevice, wiring: Wiring) -> Unit:
        """A second device with the same product name."""
        return self.unit(device, wiring)


class SimulatedArduinos(SimulatedKind):
    """Arduinos on pseudo-terminals, with a copy of the firmware in Python or the real one."""

    def __init__(self, config: Config) -> None:
        self.socket = SimulatedSerial()
        self._config = config

    def unit(self, device: ArduinoDevice, wiring: Wiring) -> Unit:
        """An Arduino with the section's wiring."""
        longest_ms = {name: latch.pulse_ms for name, latch in device.latches.items()}
        told = (wiring.coils(device, longest_ms), wiring.door_state, wiring.on_change)
        if self._config.simulation.firmware is ArduinoFirmware.SIMAVR:
            eeprom = self._config.box.state_dir / f"{device.name}.eeprom"
            return SimavrArduino(device, eeprom, wiring.trace, *told)
        return SimulatedArduino(device, wiring.trace, *told)


class SimulatedLockerBus(SimulatedKind):
    """Locker boards on pseudo-terminals."""

    def __init__(self, config: Config) -> None:
        del config
        self.socket = SimulatedAdapters()

    def unit(self, device: LockerBoardDevice, wiring: Wiring) -> Unit:
        """A board with the section's locks."""
        return SimulatedLockerBoard(device, wiring)


class SimulatedGpio(SimulatedKind):
    """A header whose pins keep their levels outside any process, as a Pi's do."""

    socket: SimulatedHeader
    outlives_boxd = True

    def __init__(self, config: Config) -> None:
        self.socket = SimulatedHeader(config.pin_memory_dir)

    def unit(self, device: GpioDevice, wiring: Wiring) -> Unit:
        """What the section wires to the header."""
        longest_ms = {name: latch.on_ms for name, latch in device.latches.items()}
        told = (wiring.coils(device, longest_ms), wiring.door_state, wiring.on_change)
        return SimulatedPins(device, self.socket.memory_dir, wiring.trace, *told)


class SimulatedHid(SimulatedKind):
    """Number pads and scanners as pipes with the kernel's events."""

    def __init__(self, config: Config) -> None:
        self.socket = SimulatedInputPorts(config.box.state_dir / "simulated-inputs")

    def unit(self, device: HidDevice, wiring: Wiring) -> Unit:
        """A number pad, which can also type what a scanner reads."""
        return SimulatedInput(device, wiring.trace)


class SimulatedI2c(SimulatedKind):
    """Chips on buses that are files, behind a stand-in for the kernel's ioctl."""

    def __init__(self, config: Config) -> None:
        self.socket = SimulatedI2cBuses(config.box.state_dir / "simulated-i2c")

    def unit(self, device: ChipSection, wiring: Wiring) -> Unit:
        """A chip with the registers of its data sheet."""
        if isinstance(device, TouchSensor):
            return SimulatedTouchSensor(device, wiring)
        return SimulatedExpander(device, wiring)
