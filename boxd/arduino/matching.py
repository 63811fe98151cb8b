"""Whether a board is the one that the configuration describes, and the remedy if not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from boxd.arduino.messages import NO_BOARD_NUMBER, SILENCE_MS, Welcome
from boxd.arduino.sections import ArduinoDevice


def misfit(device: ArduinoDevice, welcome: Welcome) -> str:
    """Why this board can't be that device, with the remedy; empty if it can."""
    return next(_misfits(device, welcome), "")


def _misfits(device: ArduinoDevice, welcome: Welcome) -> Iterator[str]:
    if welcome.board == NO_BOARD_NUMBER:
        yield (
            f"this board has no number yet, board {device.board} is configured; give it one with "
            f"'boxd devices flash {device.name} --board {device.board}'"
        )
    elif welcome.board != device.board:
        yield (
            f"this is board {welcome.board}, board {device.board} is configured; swap the cables, "
            f"or set board = {welcome.board} for '{device.name}'"
        )
    yield from _beyond("latch", "latches", welcome.latches, _numbers_of_latches(device))
    yield from _beyond("door", "doors", welcome.doors, _numbers_of_doors(device))
    lamps = {str(lamp): number for lamp, number in device.lamps.items()}
    yield from _beyond("lamp", "lamps", welcome.lamps, lamps)
    if device.buzzer and not welcome.buzzer:
        yield "the board has no buzzer, buzzer = true is configured; take it out"
    for name, latch in device.latches.items():
        if latch.pulse_ms > welcome.longest_pulse_ms:
            yield (
                f"the board's longest pulse is {welcome.longest_pulse_ms} ms, {name} is "
                f"configured with pulse_ms = {latch.pulse_ms}"
            )
    if welcome.silence_ms < SILENCE_MS:
        yield (
            f"the board gives up after {welcome.silence_ms} ms without a word, which is shorter "
            f"than the protocol's {SILENCE_MS}; flash it with 'boxd devices flash'"
        )


def _numbers_of_latches(device: ArduinoDevice) -> dict[str, int]:
    return {name: latch.number for name, latch in device.latches.items()}


def _numbers_of_doors(device: ArduinoDevice) -> dict[str, int]:
    return {name: door.number for name, door in device.doors.items()}


def _beyond(one: str, many: str, count: int, configured: Mapping[str, int]) -> Iterator[str]:
    for name, number in configured.items():
        if number > count:
            has = f"{count} {one if count == 1 else many}" if count else f"no {many}"
            yield (
                f"the board has {has}, {name} is configured as number {number}; correct the "
                "number, or flash the board with another --layout"
            )
