"""The inputs and results of the workflow of notices."""

from __future__ import annotations

from dataclasses import dataclass

NOTICES = "Notices"
# By name: it is sent with the start of the workflow, for which the SDK only takes names.
NOTED = "noted"
# A thousand notices to a slow mail server; heartbeats show one that hangs earlier.
ROUND_S = 3600


def notices_workflow_id(box: str) -> str:
    """The id of the workflow that sends a box's notices."""
    return f"notices-{box}"


@dataclass(frozen=True)
class NoticesStart:
    """How many rounds a run makes before it continues as new."""

    rounds: int = 100


@dataclass(frozen=True)
class RoundDone:
    """Seconds until a notice is due again; None if none waits."""

    due_in_s: float | None
