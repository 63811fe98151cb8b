"""Open consoles and attendants: `python -m bench.consoles`, with invitations on its input.

Each console is signed in, listens for changes and loads its page again as its script does; each
attendant approves whoever has waited longest. Prints a line once all are signed in, and what they
saw when its input ends.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

_PAUSE_S = 2.0  # a burst of changes is one look: boxd/console/static/console.js
_WAITING = re.compile(
    r'name="task" value="([^"]+)">\s*<input type="hidden" name="step" value="(\d+)"'
)


@dataclass
class ConsolesSeen:
    """How long pages took; verdicts that were given, and that somebody else had given already."""

    pages_s: list[float] = field(default_factory=list)
    verdicts: int = 0
    taken_by_others: int = 0
    turned_away: int = 0  # for any other reason; tried again


async def _signed_in(invitation: str) -> httpx.AsyncClient:
    where = urlsplit(invitation)
    own = f"{where.scheme}://{where.netloc}"
    browser = httpx.AsyncClient(
        base_url=own, headers={"Origin": own}, timeout=20, follow_redirects=True
    )
    (await browser.post(where.path)).raise_for_status()
    return browser


async def _look(browser: httpx.AsyncClient, seen: ConsolesSeen) -> None:
    async with browser.stream("GET", "/o/changes", timeout=None) as changes:
        async for line in changes.aiter_lines():
            if line.startswith("data:"):
                await asyncio.sleep(_PAUSE_S)
                began = time.monotonic()
                (await browser.get("/o")).raise_for_status()
                seen.pages_s.append(time.monotonic() - began)


async def _judge(browser: httpx.AsyncClient, seen: ConsolesSeen) -> None:
    while True:
        waiting = _WAITING.findall((await browser.get("/o/inbox")).text)
        if not waiting:
            await asyncio.sleep(0.5)
            continue
        task, step = waiting[0]
        asked = {"task": task, "step": step, "word": "approve"}
        # The page after it may be refused, as to anybody who asks too fast: the verdict counts.
        answer = await browser.post("/o/inbox/judge", data=asked, follow_redirects=False)
        if answer.is_redirect:
            seen.verdicts += 1
        elif answer.status_code == httpx.codes.CONFLICT:
            seen.taken_by_others += 1
        else:
            seen.turned_away += 1
            await asyncio.sleep(1)


async def _all(consoles: Sequence[str], attendants: Sequence[str]) -> None:
    seen = ConsolesSeen()
    looking = [_look(await _signed_in(each), seen) for each in consoles]
    judging = [_judge(await _signed_in(each), seen) for each in attendants]
    living = [asyncio.ensure_future(each) for each in (*looking, *judging)]
    print("there", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for each in living:
        each.cancel()
        with suppress(asyncio.CancelledError):
            await each
    print(json.dumps(vars(seen)))


@contextmanager
def opened(consoles: Sequence[str], attendants: Sequence[str] = ()) -> Iterator[ConsolesSeen]:
    """These consoles are open while the block runs; afterwards what they saw is filled in."""
    seen, pipe = ConsolesSeen(), subprocess.PIPE
    command = [sys.executable, "-m", "bench.consoles"]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([list(consoles), list(attendants)]) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "there\n", "the consoles could not all sign in"
        yield seen
        told, _ = process.communicate()
    for name, value in json.loads(told).items():
        setattr(seen, name, value)


if __name__ == "__main__":
    asyncio.run(_all(*json.loads(sys.stdin.readline())))
