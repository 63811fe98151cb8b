"""The flow as a Restate workflow, for `hypercorn bench.peers.restate_app:app`.

FACTS is its folder on the disk that is measured; MARKS one beside it, for the moments.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import restate

from bench.peers.flow import Facts

FACTS = Facts(Path(os.environ["FACTS"], "facts.db"))
MARKS = Path(os.environ["MARKS"])


def _mark(what: str) -> None:
    """Write down that such bytes would go out now: whole, whenever it is read."""
    made = MARKS / f"{what}.new"
    made.write_text(repr(time.monotonic()), encoding="ascii")
    made.rename(MARKS / what)


async def run(context: restate.WorkflowContext, redemption: str) -> None:
    """From the claim to the end."""

    def claim() -> None:
        FACTS.claim(redemption)
        _mark("lamp")

    def unlock() -> None:
        FACTS.order(redemption)
        _mark("unlock")
        FACTS.opened(redemption)

    await context.run("claim", claim)
    await context.promise("loaded").value()
    await context.run("open", unlock)
    await context.promise("completed").value()
    await context.run("complete", lambda: FACTS.complete(redemption))


async def answer(context: restate.WorkflowSharedContext, kind: str) -> None:
    """The operator's answer."""
    await context.promise(kind).resolve("yes")


_flow = restate.Workflow("redemption")
_flow.main()(run)
_flow.handler()(answer)
app = restate.app([_flow])
