"""Checks of boards, Arduinos and pads: missing, duplicated, the wrong one, or not configured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from boxd.config.device_schema import DeviceSection
from boxd.config.schema import MidiBackend
from boxd.device_line import LineFault
from boxd.devices import UnconfiguredDevice
from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext, Json
from boxd.doctor.finding import Finding, Skip, failed, passed, skipped, warned
from boxd.hid.unconfigured import EVENTS, INPUT, unconfigured_input, unconfigured_inputs
from boxd.i2c.port import explain
from boxd.i2c.sections import PinExpander, TouchSensor
from boxd.i2c.whereabouts import does_answer, header, unconfigured_addresses, unconfigured_chip
from boxd.midi.alsa import usb_socket
from boxd.midi.bus import unconfigured_midi, wanted
from boxd.midi.finding import find, plugged_in
from boxd.midi.port_names import facts_in
from boxd.midi.ports import Listing, PortPair
from boxd.midi.sections import CodetvDevice, NotesDevice
from boxd.unconfigured_serial import (
    SERIAL,
    TTYS,
    unconfigured_ports,
    unconfigured_serial,
)

FAMILY = "Devices"

_PROPER = ("ready", "disabled")
_ON_THE_WAY = "connecting"
_LOOK = "boxd devices list   # cable, power, a free socket? lsusb shows what the Pi sees"
_LINE = "boxd devices watch   # then move its plug and cable; another cable, no hub?"
_BUS = "i2cdetect -y 1   # of the package i2c-tools: what the Pi sees on the header's bus"
_MEASURE = "boxd devices test   # and measure the 5 V and the 12 V while the latch is pulsed"
# The kernel's list of ALSA sequencer ports.
_CLIENT = re.compile(r'Client\s+(\d+) : "(.*)" \[')
_PORT = re.compile(r'\s+Port\s+(\d+) : "(.*)" \((.)(.)')
_SYSTEM_CLIENTS = ("System", "Midi Through", "Client-128")


def configured(context: CheckContext) -> Iterator[Finding]:
    """Every configured device is there: the daemon says so, or the kernel if no daemon runs."""
    if context.is_served:
        for device in context.answer("/api/v1/status")["devices"]:
            yield _as_told(device)
        return
    if context.config.simulation.enabled:
        raise Skip("simulated devices live in boxd, which does not run")
    for device in context.config.devices:
        try:
            yield from _as_seen(device, context)
        except Skip as unseen:  # of MIDI; Arduinos can be checked anyway
            yield skipped(f"{device.name}: {unseen.why}", unseen.remedy)


def _as_told(device: Json) -> Finding:
    state, name = device["state"], device["name"]
    if state in _PROPER:
        return passed(f"{name} is {state}")
    judged = warned if state == _ON_THE_WAY else failed
    return judged(f"{name} ({device['port']}) is {state}: {device['why']}", _LOOK)


def _as_seen(device: DeviceSection, context: CheckContext) -> Iterator[Finding]:
    if not device.enabled:
        return
    if isinstance(device, TouchSensor | PinExpander):
        yield _chip_as_seen(device, context)
    elif device.port.startswith("/"):
        is_there = context.at(device.port).exists()
        why = f"{device.port} is not there"
        yield passed(f"{device.name} is plugged in") if is_there else failed(why, _LOOK)
    elif isinstance(device, CodetvDevice | NotesDevice):
        found = find(_midi(context), wanted(device))
        is_there = isinstance(found, PortPair)
        yield (
            passed(f"{device.name} is plugged in")
            if is_there
            else failed(f"{device.name}: {found}", _LOOK)
        )


def _chip_as_seen(device: TouchSensor | PinExpander, context: CheckContext) -> Finding:
    """A chip's bus is no sign of the chip: it is asked, and nothing is written."""
    where = f"{device.name}: {device.address:#04x} on {device.port}"
    try:
        answers = does_answer(str(context.at(device.port)), device.address)
    except PermissionError:
        return skipped(f"{where}: this user may not open the bus", "sudo boxd doctor")
    except OSError as error:
        return failed(f"{where}: {explain(error)}", _BUS)
    return passed(f"{where} answers") if answers else failed(f"{where}: nothing answers", _BUS)


_DIP = (
    "it restarts when its latch is pulsed: the coil pulls its supply down. Give the 12 V a supply "
    "of their own, a diode across the coil, and short, thick wires"
)


def lines(context: CheckContext) -> Iterator[Finding]:
    """Nothing is lost on the way to the devices."""
    for device in context.answer("/api/v1/status")["devices"]:
        faults = device["line"]["last_hour"]
        if LineFault.RESET_AT_PULSE in faults:
            yield warned(f"{device['name']}: {_DIP}", _MEASURE)
        elif faults:
            counted = ", ".join(f"{count} {fault}" for fault, count in faults.items())
            yield warned(f"{device['name']}: in the last hour {counted}", _LINE)
        else:
            yield passed(f"{device['name']} lost nothing")


def unknown(context: CheckContext) -> Iterator[Finding]:
    """Nothing is plugged in that the configuration does not name."""
    found = (
        [_stranger(each) for each in context.answer("/api/v1/status")["strangers"]]
        if context.is_served
        else [
            *_unknown_serial(context),
            *_unknown_inputs(context),
            *_unknown_chips(context),
            *_unknown_midi(context),
        ]
    )
    edit = f"sudoedit {context.config_file}   # add it, or unplug it"
    for device in found:
        says = f"'{device.port}' is plugged in, and in no configuration"
        hint = f"; {device.remedy}" if device.remedy else ""
        yield warned(f"{says}{hint}", "\n".join(filter(None, (edit, device.section))))
    if not found:
        yield passed("nothing is plugged in that is not configured")


def _stranger(told: Json) -> UnconfiguredDevice:
    return UnconfiguredDevice(told["kind"], told["port"], told["remedy"], told["section"])


def _unknown_midi(context: CheckContext) -> list[UnconfiguredDevice]:
    midi = [each for each in context.config.devices if isinstance(each, CodetvDevice | NotesDevice)]
    taken = [each.name for each in context.config.devices]
    found = plugged_in(_midi(context), [wanted(each) for each in midi])
    return [unconfigured_midi(each, taken) for each in found]


def _unknown_serial(context: CheckContext) -> list[UnconfiguredDevice]:
    ports = [each.port for each in context.config.devices if each.port.startswith("/")]
    named = [str(context.at(port)) for port in ports]
    found = unconfigured_ports(named, context.at(str(SERIAL)), context.at(str(TTYS)))
    return [unconfigured_serial(f"/{Path(port).relative_to(context.root)}") for port in found]


def _unknown_inputs(context: CheckContext) -> list[UnconfiguredDevice]:
    named = [str(context.at(each.port)) for each in context.config.devices if each.kind == "hid"]
    found = unconfigured_inputs(named, context.at(str(INPUT)), context.at(str(EVENTS)))
    return [unconfigured_input(f"/{Path(port).relative_to(context.root)}") for port in found]


def _unknown_chips(context: CheckContext) -> list[UnconfiguredDevice]:
    chips = [each for each in context.config.devices if isinstance(each, TouchSensor | PinExpander)]
    ports = {*header(context.at("/proc/device-tree")), *(each.port for each in chips)}
    return [
        unconfigured_chip(port, address)
        for port in sorted(ports)
        for address in unconfigured_addresses(
            str(context.at(port)), {each.address for each in chips if each.port == port}
        )
    ]


def _midi(context: CheckContext) -> Listing:
    """The sequencer's port names, as MIDI programs see them."""
    if context.config.midi.backend is not MidiBackend.ALSA:
        raise Skip("boxd does not run, and the kernel does not know JACK's ports")
    said = context.text("/proc/asound/seq/clients")
    if said is None:
        raise Skip("the kernel has no MIDI sequencer", "sudo modprobe snd-seq")
    return _listing(said, context.at("/sys/class/sound"))


def _listing(said: str, sound: Path) -> Listing:
    """The ports in the kernel's text, as `CLIENT:PORT 20:0`. R means readable, W writable."""
    sources, destinations, client = [], [], ("", "")
    for line in said.splitlines():
        if found := _CLIENT.match(line):
            client = (found[1], found[2])
        elif (found := _PORT.match(line)) and client[1] not in _SYSTEM_CLIENTS:
            name = f"{client[1]}:{found[2]} {client[0]}:{found[1]}"
            sources += [name] if found[3] == "R" else []
            destinations += [name] if found[4] == "W" else []
    names = {*sources, *destinations}
    known = {name: replace(facts_in(name), usb=usb_socket(name, sound)) for name in names}
    return Listing(tuple(sources), tuple(destinations), known)


CHECKS = (
    Check(
        FAMILY,
        "configured",
        configured,
        "one is unplugged, there twice, not the one meant, or does not answer",
    ),
    Check(
        FAMILY,
        "lines",
        lines,
        "messages get lost or broken on the way to one, or it restarts at each pulse",
    ),
    Check(FAMILY, "unknown", unknown, "something is plugged in that no configuration names"),
)
