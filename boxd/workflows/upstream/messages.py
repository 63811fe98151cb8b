"""The inputs and results of the workflow of upstream delivery."""

from __future__ import annotations

from dataclasses import dataclass

UPSTREAM = "Upstream"
# Signals by name: they are sent with the start of the workflow, for which the SDK only takes names.
NOTED = "noted"
TRY_NOW = "try_now"

PULL_WORKFLOW = "Pull"
PULL_SCHEDULE = "pull"

# An attempt ends by itself well before: a round is bounded, and each exchange by its timeout.
ATTEMPT_S = 1500


def upstream_workflow_id(box: str) -> str:
    """The id of the workflow that delivers a box's events."""
    return f"upstream-{box}"


@dataclass(frozen=True)
class UpstreamStart:
    """How many rounds a run makes before it continues as new."""

    rounds: int = 100


@dataclass(frozen=True)
class Delivered:
    """Whether the outbox was seen empty; otherwise there is more to send at once."""

    is_done: bool
