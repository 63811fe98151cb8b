"""The dialogue in which a person shows the keys of a number pad or keyboard."""

from __future__ import annotations

import asyncio
import json
import time

from boxd.cli.devices.keyboard import Keyboard
from boxd.cli.devices.learning_dialogue import BACK, END, SKIP, say
from boxd.devices import Key
from boxd.errors import DeviceUnreachable
from boxd.hid.events import EV_KEY, PRESSED, EventStream
from boxd.hid.input_port import Control, InputPort, explain
from boxd.hid.key_codes import KEY_OF_CODE
from boxd.midi.learning import KEYS

SCANNED_WITHIN_S = 0.3
"""A scanner types its whole text in this time, a person at most two keys."""


class InputProbe:
    """An input device that is being learned. Raises DeviceUnreachable if it can't be opened."""

    def __init__(self, path: str, control: Control) -> None:
        self._pressed: asyncio.Queue[int | None] = asyncio.Queue()
        self._stream = EventStream()
        self._times: list[float] = []
        try:
            self._port = InputPort(path, self._feed, self._lose, control)
        except OSError as error:
            raise DeviceUnreachable(f"{path}: {explain(error)}") from error

    async def press(self) -> int:
        """The code of the next key. Raises DeviceUnreachable when the device goes."""
        code = await self._pressed.get()
        if code is None:
            raise DeviceUnreachable("it has gone; nothing was written. Plug it in and begin again")
        return code

    @property
    def is_scanner(self) -> bool:
        """Whether it types faster than anybody."""
        quick = [at for at in self._times if self._times[-1] - at < SCANNED_WITHIN_S]
        return len(quick) > 3

    def close(self) -> None:
        """Let it go."""
        self._port.close()

    def _feed(self, data: bytes) -> None:
        for event in self._stream.feed(data):
            if (event.kind, event.value) == (EV_KEY, PRESSED):
                self._times.append(time.monotonic())
                self._pressed.put_nowait(event.code)

    def _lose(self, _error: OSError) -> None:
        self._pressed.put_nowait(None)


async def show_input_keys(probe: InputProbe, keyboard: Keyboard) -> dict[Key, int]:
    """Ask for each key; returns the codes of those that mean something else than their print."""
    shown: dict[Key, int] = {}
    say("Press each key once as it is asked for.")
    say("On this keyboard: Backspace for the key before again, s to skip one, q to end.")
    at = 0
    with keyboard.by_key():
        while at < len(KEYS):
            key = KEYS[at]
            say(f"{at + 1}/{len(KEYS)}  press {key}")
            answer = await _key_or_word(probe, keyboard)
            if probe.is_scanner:
                say("      that is a scanner: it needs no learning")
                return {}
            if isinstance(answer, int):
                at += _take(key, answer, shown)
            elif answer in END:
                break
            elif answer in BACK:
                at = max(at - 1, 0)
                shown.pop(KEYS[at], None)
            elif answer in SKIP:
                at += 1
    return {key: code for key, code in shown.items() if KEY_OF_CODE.get(code) is not key}


def _take(key: Key, code: int, shown: dict[Key, int]) -> int:
    """Keep a key's code; how many questions to go on."""
    taken = next((known for known, its in shown.items() if its == code), None)
    if taken is not None:
        say(f"      that is {taken} already; press another key")
        return 0
    shown[key] = code
    printed = KEY_OF_CODE.get(code)
    say(
        f"      code {code}"
        + ("" if printed in (None, key) else f", on which {printed} is printed")
    )
    return 1


async def _key_or_word(probe: InputProbe, keyboard: Keyboard) -> int | str:
    pressed = asyncio.ensure_future(probe.press())
    typed = asyncio.ensure_future(keyboard.typed())
    try:
        await asyncio.wait({pressed, typed}, return_when=asyncio.FIRST_COMPLETED)
        return pressed.result() if pressed.done() else typed.result()
    finally:
        pressed.cancel()
        typed.cancel()


def input_section(name: str, port: str, keys: dict[Key, int]) -> str:
    """The `[[devices]]` section, ready to be appended to a configuration file."""
    lines = ["[[devices]]", 'kind = "hid"', f"name = {json.dumps(name)}", f'port = "{port}"']
    if keys:
        lines.append(
            "keys = { " + ", ".join(f"{key} = {code}" for key, code in keys.items()) + " }"
        )
    return "\n".join([*lines, ""])
