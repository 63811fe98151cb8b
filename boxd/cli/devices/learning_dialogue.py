"""The dialogue in which a person shows a MIDI device's keys and lamps."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence

import click
import mido

from boxd.cli.devices.keyboard import Keyboard
from boxd.devices import Key, LampName
from boxd.errors import DeviceUnreachable
from boxd.midi.echoes import Echoes
from boxd.midi.learned import LearnedLamp
from boxd.midi.learning import (
    KEYS,
    Again,
    Kind,
    LearnedEvent,
    LearnedKey,
    LearningSession,
    Press,
    Signal,
    read,
)
from boxd.midi.message_texts import UNREMARKABLE, in_words
from boxd.midi.ports import Listing, Port, PortPair, PortSystem
from boxd.midi.stream import MidiStream

LOOK_EVERY_S = 0.05  # how late the end of a press is noticed
BACK = ("\x7f", "\b", "b", "back")
SKIP = (" ", "s", "skip")
END = ("q", "quit", "\x04")
# What lights most pads: fully on, then the colours of usual palettes; and what puts them out.
LIT = (127, 1, 3, 5, 13, 21, 60, 62)
DARK = (0, 12)


class MidiProbe:
    """A device that is being learned: receives from it, and sends to it."""

    def __init__(self, ports: PortSystem, pair: PortPair, name: str) -> None:
        self.name = name
        self._ports = ports
        self._pair = pair
        self._port: Port | None = None
        self._stream = MidiStream()
        self._heard: asyncio.Queue[LearnedEvent] = asyncio.Queue()
        self._echoes = Echoes()
        self._unusable: str | None = None

    async def open(self) -> None:
        """Connect. Raises DeviceUnreachable."""
        try:
            self._port = await self._ports.open(self._pair, self._hear)
        except OSError as error:
            raise DeviceUnreachable(f"{self.name} can't be opened: {error}") from error

    async def close(self) -> None:
        """Close the connection."""
        if self._port is not None:
            await self._port.close()

    def forget(self) -> None:
        """Ignore what was sent until now."""
        while not self._heard.empty():
            self._heard.get_nowait()

    async def collect(self, press: Press) -> Press:
        """Listen to a press until its end. Raises DeviceUnreachable when the device goes."""
        while not press.is_over(time.monotonic()):
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    press.hear(await self._heard.get())
            except TimeoutError:
                self._check()
                if not press.events:
                    self._say_what_is_no_key()
        return press

    def _say_what_is_no_key(self) -> None:
        """Say once what came although it can be no key, when nothing else came with it."""
        unusable, self._unusable = self._unusable, None
        if unusable is not None:
            say(f"      that was {unusable}: it can be no key. Set the device to send notes")

    def send(self, signal: Signal, value: int) -> None:
        """Send a note-on or a control change. Raises DeviceUnreachable."""
        channel = signal.channel - 1
        if signal.kind is Kind.NOTE:
            message = mido.Message("note_on", channel=channel, note=signal.number, velocity=value)
        else:
            message = mido.Message(
                "control_change", channel=channel, control=signal.number, value=value
            )
        self._check()
        self._echoes.expect(message, time.monotonic())
        try:
            if self._port is not None:
                self._port.send(bytes(message.bin()))
        except OSError as error:
            raise DeviceUnreachable(f"{self.name} takes nothing: {error}") from error

    def _hear(self, data: bytes, at: float) -> None:
        for message in self._stream.feed(data):
            event = None if self._echoes.is_one(message, at) else read(message, at)
            if event is not None:
                self._heard.put_nowait(event)
            elif message.type not in UNREMARKABLE:
                self._unusable = in_words(message)

    def _check(self) -> None:
        listing: Listing = self._ports.glance()
        is_there = self._pair.source in listing.sources
        if self._port is None or not is_there or not self._port.is_connected():
            raise DeviceUnreachable(
                f"{self.name} has gone; nothing was written. Plug it in and begin again"
            )


async def show_keys(pupil: MidiProbe, keyboard: Keyboard) -> dict[Key, LearnedKey]:
    """Ask for each key; returns what was learned by the end or by `q`."""
    lesson = LearningSession()
    say("Press each key once as it is asked for, and let it go at once.")
    say("On this keyboard: Backspace for the key before again, s to skip one, q to end.")
    with keyboard.by_key():
        while (key := lesson.key) is not None:
            say(f"{KEYS.index(key) + 1}/{len(KEYS)}  press {key}")
            if not await _ask(lesson, pupil, keyboard):
                break
    return lesson.learned


async def _ask(lesson: LearningSession, pupil: MidiProbe, keyboard: Keyboard) -> bool:
    """Take one press or one word; False if that ends the lesson."""
    heard = asyncio.ensure_future(pupil.collect(lesson.press()))
    typed = asyncio.ensure_future(keyboard.typed())
    try:
        await asyncio.wait({heard, typed}, return_when=asyncio.FIRST_COMPLETED)
        if heard.done():
            _tell(lesson.take(heard.result()))
            return True
        return _obey(typed.result(), lesson)
    finally:
        heard.cancel()
        typed.cancel()


def _tell(outcome: LearnedKey | Again) -> None:
    if isinstance(outcome, Again):
        say(f"      {outcome.why}.")
        return
    taps = "; it does not say when it is let go" if outcome.taps else ""
    taps += "; it says how hard it is pressed" if outcome.pressure else ""
    notice = f" ({outcome.notice})" if outcome.notice else ""
    say(f"      {outcome.signal}{taps}{notice}")


def _obey(word: str, lesson: LearningSession) -> bool:
    if word in BACK:
        lesson.back()
    elif word in SKIP:
        lesson.skip()
    elif word in END:
        return False
    else:
        say("      Backspace: the key before again, s: skip this one, q: end")
    return True


async def show_lamps(pupil: MidiProbe, keyboard: Keyboard) -> dict[LampName, LearnedLamp]:
    """Ask for the light of each lamp, and try values until the person accepts one."""
    lamps: dict[LampName, LearnedLamp] = {}
    for lamp in LampName:
        say(f"Which light is {lamp}? Touch its pad now, or wait for the question.")
        signal = await _which(pupil, keyboard)
        if signal is None:
            continue
        learned = await _try(pupil, keyboard, signal)
        if learned is not None:
            lamps[lamp] = learned
    return lamps


async def _which(pupil: MidiProbe, keyboard: Keyboard) -> Signal | None:
    """The light of a pad that is touched, or typed; None to go without."""
    pupil.forget()
    touched = asyncio.ensure_future(pupil.collect(Press()))
    typed = asyncio.ensure_future(
        keyboard.answer("(or type e.g. note 20, control 7, note 56 channel 7; s to skip)")
    )
    try:
        while True:
            await asyncio.wait({touched, typed}, return_when=asyncio.FIRST_COMPLETED)
            if touched.done():
                click.echo(err=True)
                return touched.result().signals[0]
            answer = typed.result()
            if answer in (*SKIP, ""):
                return None
            if (signal := parse(answer)) is not None:
                return signal
            typed = asyncio.ensure_future(keyboard.answer("not understood; note 20, or s?"))
    finally:
        touched.cancel()
        typed.cancel()


def parse(text: str) -> Signal | None:
    """A light as a person writes it; None if that is none."""
    found = re.fullmatch(r"(note|control)\s+(\d{1,3})(?:\s+channel\s+(\d{1,2}))?", text.strip())
    if found is None:
        return None
    kind, number, channel = found.groups()
    signal = Signal(Kind(kind), int(number), int(channel or 1))
    return signal if signal.number <= 127 and 1 <= signal.channel <= 16 else None


async def _try(pupil: MidiProbe, keyboard: Keyboard, signal: Signal) -> LearnedLamp | None:
    on = await _choose(pupil, keyboard, signal, LIT, "lit, in a colour that you like")
    if on is None:
        return None
    off = await _choose(pupil, keyboard, signal, DARK, "dark")
    pupil.send(signal, 0 if off is None else off)
    return None if off is None else LearnedLamp(signal, on, off)


async def _choose(
    pupil: MidiProbe, keyboard: Keyboard, signal: Signal, values: Sequence[int], wanted: str
) -> int | None:
    """The value that the person accepts; None if there is none."""
    left = list(values)
    while left:
        value = left.pop(0)
        pupil.send(signal, value)
        answer = await keyboard.answer(
            f"{signal} with {value}: is it {wanted}? y, n, a value 0-127 to try, s to skip"
        )
        if answer.lower() in ("y", "yes"):
            return value
        if answer in SKIP:
            break
        if answer.isdigit() and int(answer) <= 127:
            left.insert(0, int(answer))
    pupil.send(signal, 0)
    say("      left out")
    return None


def say(text: str) -> None:
    """Tell the person on stderr; the output may go into a file."""
    click.echo(text, err=True)
