"""The configuration that the tests of devices share: two bays, four boards, two pads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from boxd.bays.device_registry import DeviceRegistry
from boxd.config.schema import Config
from boxd.midi.bus import MidiBus
from boxd.midi.ports import PortSystem
from boxd.midi.sections import CodetvDevice, NotesDevice
from boxd.sim.hardware import SimulatedHardware
from boxd.sim.ports import SimulatedPorts

KEYS = [*"0123456789", "Enter", "Cancel"]


def config(state_dir: Path, **sections: Any) -> Config:
    """A simulated box with its state in `state_dir`; `sections` replace whole sections."""
    document: dict[str, Any] = {
        "box": {"id": "box-1", "state_dir": str(state_dir)},
        "midi": {"backend": "simulation"},
        "simulation": {"enabled": True},
        "devices": [
            *(
                {"kind": "codetv", "name": f"board-{n}", "port": f"CodeTV Board {n}"}
                for n in range(4)
            ),
            {
                "kind": "notes",
                "name": "door-pad",
                "port": "Door Pad",
                "doors": {f"door-{n}": {"note": 59 + n} for n in (1, 2, 3)},
                "ask_state": {"control": 119},
            },
            {
                "kind": "notes",
                "name": "operator-pad",
                "port": "Operator Pad",
                "keys": {key: {"note": 36 + n} for n, key in enumerate(KEYS)},
            },
        ],
        "bays": [
            {"id": f"bay-{n + 1}", "keypad": board, "lamps": board, "buzzer": board}
            for n, board in enumerate(("board-0", "board-1"))
        ],
        "lockers": [
            {"id": 1, "bay": "bay-1", "latch": "board-0", "door": "door-pad.door-1"},
            {"id": 2, "bay": "bay-1", "latch": "board-2", "door": "door-pad.door-2"},
            {"id": 3, "bay": "bay-2", "latch": "board-1", "door": "door-pad.door-3"},
            {"id": 4, "bay": "bay-2", "latch": "board-3"},
        ],
        "operator": {"keypad": "operator-pad"},
    }
    return Config.model_validate(document | sections)


def midi_ports(hardware: SimulatedHardware) -> SimulatedPorts:
    """Where the MIDI devices of a simulation are plugged in."""
    ports = hardware.sockets["midi"]
    assert isinstance(ports, SimulatedPorts)
    return ports


def midi_registry(
    configured: Config, ports: PortSystem, on_change: Callable[[], None]
) -> DeviceRegistry:
    """The MIDI devices of a configuration on these ports."""
    devices = [each for each in configured.devices if isinstance(each, CodetvDevice | NotesDevice)]
    return DeviceRegistry([each.name for each in devices], [MidiBus(devices, ports, on_change)])
