"""Work on what strangers made, in a process of its own that can do little harm.

A picture or a workbook is read by large libraries in C, or swells when it is opened. The child has
no more memory, time and files than it needs, and gives its result on its output.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from dataclasses import dataclass

from boxd.errors import BadInput

REFUSED = 3
"""The exit code of a child that says on its output why it refuses."""
_WITHIN_S = 20.0
_MEMORY_BYTES = 400 * 1024 * 1024
_CPU_S = 15
_TURN = asyncio.Semaphore(1)  # a Pi has memory for one of them beside the box


@dataclass(frozen=True)
class ConfinedWork:
    """A module that is run with the input on its own; `unreadable` says what it can't read."""

    module: str
    unreadable: str


async def run_confined(work: ConfinedWork, given: bytes, *arguments: str) -> bytes:
    """The child's result. Raises BadInput if it refuses, takes too long or breaks."""
    async with _TURN:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-sP",
            "-m",
            work.module,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(_WITHIN_S):
                said, _ = await child.communicate(given)
        except TimeoutError:
            raise BadInput(work.unreadable) from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    if child.returncode == REFUSED:
        raise BadInput(said.decode("utf-8", "replace"))
    if child.returncode != 0:
        raise BadInput(work.unreadable)
    return said


def confine() -> None:
    """Give up what this process does not need; the child calls it before it looks at its input."""
    for what, limit in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, _CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (limit, limit))
