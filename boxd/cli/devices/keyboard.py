"""The terminal's keyboard, read while other events are awaited."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import termios
import tty
from collections.abc import Iterator

import click

_CHUNK_BYTES = 1024


class Keyboard:
    """A person's input: single keys on a terminal, lines otherwise.

    Create it on the event loop. Input that has ended gives nothing more.
    """

    def __init__(self) -> None:
        self._typed: asyncio.Queue[str] = asyncio.Queue()
        self._rest = b""
        self._by_key = False
        self._has_ended = asyncio.Event()
        self._descriptor = _descriptor()
        try:
            asyncio.get_running_loop().add_reader(self._descriptor, self._read)
        except (OSError, ValueError):  # a file, /dev/null or nothing at all
            self._has_ended.set()

    def close(self) -> None:
        """Stop listening."""
        with contextlib.suppress(OSError, ValueError):
            asyncio.get_running_loop().remove_reader(self._descriptor)

    @contextlib.contextmanager
    def by_key(self) -> Iterator[None]:
        """Inside of the block each key of a terminal counts at once, without Enter."""
        if not os.isatty(self._descriptor):
            yield
            return
        before = termios.tcgetattr(self._descriptor)
        tty.setcbreak(self._descriptor)
        self._by_key = True
        try:
            yield
        finally:
            self._by_key = False
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, before)

    async def typed(self) -> str:
        """The next key or line; waits for ever once the input has ended."""
        return await self._typed.get()

    async def answer(self, question: str) -> str:
        """The line that answers a question. Raises Abort if the input has ended."""
        click.echo(f"{question} ", nl=False, err=True)
        line = asyncio.ensure_future(self._typed.get())
        end = asyncio.ensure_future(self._has_ended.wait())
        try:
            await asyncio.wait({line, end}, return_when=asyncio.FIRST_COMPLETED)
            if not line.done():
                raise click.Abort
            return line.result().strip()
        finally:
            line.cancel()  # otherwise it would take the answer to the next question
            end.cancel()

    def _read(self) -> None:
        data = os.read(self._descriptor, _CHUNK_BYTES)
        if not data:
            self.close()
            self._has_ended.set()
            return
        if self._by_key:
            for character in data.decode("utf-8", "replace"):
                self._typed.put_nowait(character)
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._typed.put_nowait(line.decode("utf-8", "replace"))


def _descriptor() -> int:
    try:
        return sys.stdin.fileno()
    except (OSError, ValueError, AttributeError):
        return -1
