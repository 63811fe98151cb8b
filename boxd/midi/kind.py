"""CodeTV boards and pads as a kind of device: one MIDI bus for both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from boxd.config.device_kinds import DeviceKind
from boxd.midi.rules import notes_faults
from boxd.midi.sections import CodetvDevice, NotesDevice

if TYPE_CHECKING:
    from boxd.config.schema import Config
    from boxd.config.schema_texts import SchemaFinding
    from boxd.devices import Bus
    from boxd.midi.ports import PortSystem

SEQUENCER = "/dev/snd/seq"


class MidiKind(DeviceKind[CodetvDevice | NotesDevice, "PortSystem"]):
    """Every device that the MIDI system lists."""

    sections = (CodetvDevice, NotesDevice)

    def faults(self, devices: Mapping[int, CodetvDevice | NotesDevice]) -> Iterable[SchemaFinding]:
        """Numbers with two meanings, and notes for a CodeTV board."""
        for row, device in devices.items():
            if isinstance(device, NotesDevice):
                yield from notes_faults(row, device)

    def buses(
        self,
        devices: Sequence[CodetvDevice | NotesDevice],
        config: Config,
        simulated: PortSystem | None,
        on_change: Callable[[], None],
    ) -> Sequence[Bus]:
        """One bus on the configured MIDI system; without a MIDI device one that lists others."""
        can_list = simulated is None and config.midi.backend == "alsa" and Path(SEQUENCER).exists()
        if not devices and not can_list:
            return ()
        from boxd.midi.bus import MidiBus

        return (MidiBus(devices, simulated or _real_ports(config), on_change),)

    def nodes(self, device: CodetvDevice | NotesDevice, config: Config) -> Sequence[str]:
        """ALSA's sequencer, which all of them share; JACK's server opens what it needs itself."""
        del device
        return (SEQUENCER,) if config.midi.backend == "alsa" else ()


def _real_ports(config: Config) -> PortSystem:
    from boxd.midi.rtmidi_ports import RtMidiPorts

    return RtMidiPorts(config.midi.backend)


MIDI = MidiKind()
