"""The server's process: starting it, tying its life to ours, reading its log, ending it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from boxd.temporal import die_with_parent

log = structlog.get_logger("boxd.temporal.server")

END_DEADLINE_S = 6  # a clean stop takes 1.0 to 1.5 s on two x86-64 cores
LONGEST_LINE = 64 * 1024
NOT_YET = "Frontend is not healthy yet"  # the answer to boxd's own probe
OWN_FIELDS = frozenset({"time", "level", "msg", "event", "logger"})


class ServerProcess:
    """A running server. Its log lines go to boxd's log, and it always dies with boxd."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._last_words: deque[str] = deque(maxlen=3)
        self._ending = False
        self._reading = asyncio.create_task(self._read_log())

    @classmethod
    async def spawn(cls, command: Sequence[str], environment: Mapping[str, str]) -> ServerProcess:
        """Start it. Raises OSError if that fails."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            Path(die_with_parent.__file__),
            str(os.getpid()),
            *command,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in a terminal is for boxd, which stops it last
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def wait(self) -> str:
        """Wait for its end; returns how it ended, with its last words."""
        code = await self._process.wait()
        await asyncio.shield(self._reading)
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        said = "; ".join(self._last_words)
        return f"the Temporal server {how}" + (f": {said}" if said else "")

    async def end(self, deadline_s: float = END_DEADLINE_S) -> bool:
        """Ask it to stop, and kill it after the deadline; returns whether it stopped cleanly."""
        self._ending = True
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(deadline_s):
                await asyncio.shield(self._process.wait())
        except TimeoutError:
            log.warning("temporal_server.killed", why="it did not stop in time", pid=self.pid)
            await self.kill()
        await self._reading
        return self._process.returncode == 0

    async def kill(self) -> None:
        """Kill it at once."""
        self._ending = True
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        await self._reading

    async def _read_log(self) -> None:
        assert self._process.stderr is not None  # noqa: S101 - spawned with a pipe
        async for line in _lines(self._process.stderr):
            self._forward(line)

    def _forward(self, line: str) -> None:
        level, message, fields = parse_line(line)
        if level == "plain":
            self._last_words.append(message[:500])
        elif self._ending or fields.get("error") == NOT_YET:
            level = "debug"  # its own parts are stopping, or have not started yet
        log.log(LEVELS[level], message, part="temporal-server", **fields)


LEVELS = {"debug": 10, "info": 20, "warn": 30, "error": 40, "fatal": 50, "plain": 30}


def parse_line(line: str) -> tuple[str, str, dict[str, object]]:
    """A log line's level, message and fields; the level `plain` for output outside its log."""
    try:
        fields = json.loads(line)
    except ValueError:
        return "plain", line, {}
    if not isinstance(fields, dict):
        return "plain", line, {}
    level = str(fields.get("level", "")).lower()
    rest = {key.lower(): value for key, value in fields.items() if key.lower() not in OWN_FIELDS}
    return level if level in LEVELS else "warn", str(fields.get("msg", "")), rest


async def _lines(reader: asyncio.StreamReader) -> AsyncIterator[str]:
    """Its lines, cut if they are very long: an unread pipe would block the server."""
    rest = b""
    while chunk := await reader.read(LONGEST_LINE):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if line.strip():
                yield line.decode(errors="replace")
        if len(rest) > LONGEST_LINE:
            yield rest.decode(errors="replace")
            rest = b""
    if rest.strip():
        yield rest.decode(errors="replace")
