"""`boxd devices learn`: a MIDI device's map of keys, from pressing each key once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from boxd.cli.command_classes import BoxdCommand
from boxd.cli.context import config_path
from boxd.errors import BadInput, BoxdError, ConfigError, DeviceUnreachable, Refused

if TYPE_CHECKING:
    from boxd.cli.devices.keyboard import Keyboard
    from boxd.cli.devices.learning_dialogue import MidiProbe
    from boxd.config.schema import Config, MidiBackend
    from boxd.devices import LampName
    from boxd.midi.finding import PluggedDevice
    from boxd.midi.learned import LearnedDevice, LearnedLamp
    from boxd.midi.ports import Listing, PortSystem

_THE_ONE_THAT_HOLDS = ""


@click.command(
    "learn",
    cls=BoxdCommand,
    examples=(
        "boxd devices learn",
        'boxd devices learn "Launchpad Mini" --lamps',
        "boxd devices learn --backend jack --write /etc/boxd/boxd.toml",
    ),
)
@click.argument("port", required=False)
@click.option(
    "--backend",
    type=click.Choice(["alsa", "jack"]),
    help="The MIDI system to look in [default: the configuration's, else alsa].",
)
@click.option("--name", help="What to call the device [default: made of its port's name].")
@click.option("--lamps/--no-lamps", default=None, help="Learn its lights too [default: ask].")
@click.option(
    "--write",
    metavar="[FILE]",
    is_flag=False,
    flag_value=_THE_ONE_THAT_HOLDS,
    help="Append the section to this file (without FILE: to the configuration).",
)
def learn(
    port: str | None, backend: str | None, name: str | None, lamps: bool | None, write: str | None
) -> None:
    """Learn what a device's keys send, by pressing each of them once.

    PORT is the device's name in MIDI systems, or the path of a number pad or keyboard below
    /dev/input; without it, choose from the devices that are plugged in. The section for the
    configuration is printed, or appended with --write. Works without the daemon. CodeTV boards and
    scanners need no learning.
    """
    from boxd.config.adding import add_section

    file = _file_to_write(write)
    config = _configuration(file)
    device, text = asyncio.run(_learn(port, _backend(backend, config), name, lamps, config))
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        add_section(file, text)
    except (BoxdError, OSError):
        click.echo(text, nl=False)  # a file's error must not lose the lesson
        raise
    click.echo(f"{file} has a new device now: {device}. `boxd config check`, then use it")


def _file_to_write(write: str | None) -> Path | None:
    if write is None:
        return None
    file = config_path() if write == _THE_ONE_THAT_HOLDS else Path(write)
    if not file.is_file():
        raise click.UsageError(f"--write {file}: there is no such file")
    return file


def _configuration(file: Path | None) -> Config | None:
    """The configuration, if there is one; it has to be valid only if it is to be written to."""
    from boxd.config import load

    if file is not None:
        return load(file)
    try:
        return load(config_path())
    except (ConfigError, click.UsageError):
        return None


def _backend(named: str | None, config: Config | None) -> MidiBackend:
    from boxd.config.schema import MidiBackend

    if named is not None:
        return MidiBackend(named)
    if config is None or config.midi.backend is MidiBackend.SIMULATION:
        return MidiBackend.ALSA
    return config.midi.backend


async def _learn(
    port: str | None,
    backend: MidiBackend,
    name: str | None,
    lamps: bool | None,
    config: Config | None,
) -> tuple[str, str]:
    """The learned device's name and its section."""
    from boxd.cli.devices.keyboard import Keyboard
    from boxd.hid.unconfigured import unconfigured_inputs
    from boxd.midi.learned import section
    from boxd.midi.rtmidi_ports import RtMidiPorts

    inputs = await asyncio.to_thread(unconfigured_inputs, ())
    ports, keyboard = RtMidiPorts(backend), Keyboard()
    try:
        if port is not None and port.startswith("/"):
            return await _learn_input(port, keyboard, name, config)
        listing = await _look(ports, backend, has_others=bool(inputs))
        chosen = await _choose(listing, port, keyboard, inputs)
        if isinstance(chosen, str):
            return await _learn_input(chosen, keyboard, name, config)
        learned = await _converse(ports, chosen, keyboard, name, lamps, config)
        return learned.name, section(learned)
    finally:
        keyboard.close()
        await ports.close()


async def _learn_input(
    port: str, keyboard: Keyboard, name: str | None, config: Config | None
) -> tuple[str, str]:
    import fcntl

    from boxd.cli.devices.input_dialogue import InputProbe, input_section, show_input_keys
    from boxd.midi.learned import name_for

    probe = InputProbe(port, fcntl.ioctl)
    try:
        keys = await show_input_keys(probe, keyboard)
    finally:
        probe.close()
    taken = [device.name for device in config.devices] if config else []
    called = name or name_for(Path(port).name.removesuffix("-event-kbd"), taken)
    return called, input_section(called, port, keys)


async def _look(ports: PortSystem, backend: MidiBackend, *, has_others: bool) -> Listing:
    """The MIDI ports; none without a MIDI system, if there is something else to learn."""
    from boxd.midi.ports import Listing

    try:
        return await ports.look()
    except OSError as error:
        if has_others:
            return Listing()
        other = "jack" if backend == "alsa" else "alsa"
        raise DeviceUnreachable(
            f"there is no {backend} MIDI system ({error}); start it, or try --backend {other}"
        ) from error


async def _choose(
    listing: Listing, port: str | None, keyboard: Keyboard, inputs: Sequence[str] = ()
) -> PluggedDevice | str:
    """Choose the device to learn; of `inputs`, number pads and the like, it is the path."""
    from boxd.cli.devices.learning_dialogue import say
    from boxd.midi.finding import PluggedDevice, WantedDevice, find, plugged_in

    devices = [each for each in plugged_in(listing) if each.pair.source]
    known = {each.wanted.label: each for each in devices if not _is_board(each.wanted.product)}
    if port is None:
        names = [*known, *inputs]
        if not names:
            raise DeviceUnreachable("nothing is plugged in that could be learned")
        for number, name in enumerate(names, 1):
            say(f"{number:3}  {name}")
        port = await keyboard.answer(f"Which one? 1 to {len(names)}:")
        port = names[int(port) - 1] if _is_one_of(port, len(names)) else port
    if port in inputs:
        return port
    if _is_board(port):
        raise Refused(
            f"'{port}' is a CodeTV board: it needs no learning, and notes must never be sent to "
            'it; write kind = "codetv" in the configuration'
        )
    if port in known:
        return known[port]
    wanted = WantedDevice(port, takes=False)
    # Without its advice, which is for a configured device.
    found = find(listing, wanted, configured=[each.wanted for each in devices])
    if isinstance(found, str):
        raise DeviceUnreachable(f"{found}. Plugged in: {', '.join(known) or 'nothing'}")
    return PluggedDevice(wanted, found)


def _is_one_of(text: str, count: int) -> bool:
    return text.isdecimal() and 1 <= int(text) <= count


def _is_board(name: str) -> bool:
    return "CodeTV Board" in name


async def _converse(
    ports: PortSystem,
    chosen: PluggedDevice,
    keyboard: Keyboard,
    name: str | None,
    lamps: bool | None,
    config: Config | None,
) -> LearnedDevice:
    from boxd.cli.devices.learning_dialogue import MidiProbe, say, show_keys
    from boxd.midi.learned import LearnedDevice, name_for

    port, pair = chosen.wanted.label, chosen.pair
    taken = {device.name: device.port for device in config.devices} if config else {}
    if chosen.wanted.product in taken.values():
        say(f"note: '{port}' is configured already; a running boxd hears these keys too")
    pupil = MidiProbe(ports, pair, port)
    await pupil.open()
    try:
        keys = await show_keys(pupil, keyboard)
        if not keys:
            raise BadInput("no key was learned, so there is nothing to write; begin again")
        if not pair.destination:
            lamps = False  # it takes no messages
        if lamps is None:
            lamps = await _wants_lamps(keyboard)
        lights = await _lights(pupil, keyboard) if lamps else {}
    finally:
        await pupil.close()
    return LearnedDevice(name or name_for(port, taken), chosen.wanted, keys, lights)


async def _lights(pupil: MidiProbe, keyboard: Keyboard) -> dict[LampName, LearnedLamp]:
    from boxd.cli.devices.learning_dialogue import show_lamps

    try:
        return await show_lamps(pupil, keyboard)
    except click.Abort:  # nobody is at the keyboard any more: the keys are kept
        return {}


async def _wants_lamps(keyboard: Keyboard) -> bool:
    try:
        answer = await keyboard.answer("Has it lights that the box may use as lamps? y or n:")
    except click.Abort:  # nobody is at the keyboard
        return False
    return answer.lower() in ("y", "yes")
