"""`boxd`, ended by SIGKILL at one chosen point: what a power cut does there.

python -m tests.box.dying POINT --config FILE run
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from boxd.cli import main
from boxd.ledger import actuations, backup, claims, issuing, redemptions, tasks
from boxd.ledger.ledger import Ledger

# Each point: the place whose call it is, the name called there, and whether to die before it
# or after its transaction was committed.
POINTS: dict[str, tuple[Any, str, bool]] = {
    "before the claim": (claims, "claim", False),
    "after the claim": (claims, "claim", True),
    "before the answer": (redemptions, "record_answer", False),
    "after the answer": (redemptions, "record_answer", True),
    "before the intent": (actuations, "intend", False),
    "between intent and pulse": (actuations, "intend", True),
    "between pulse and result": (actuations, "conclude", False),
    "after the result": (actuations, "conclude", True),
    "before the opening is settled": (redemptions, "settle_opening", False),
    "before the task is begun": (tasks, "start", False),
    "after the task is begun": (tasks, "start", True),
    "before the verdict": (tasks, "record", False),
    "after the verdict": (tasks, "record", True),
    "before the pick": (issuing, "pick", False),
    "before the mint": (issuing, "mint", False),
    "before the backup is copied": (backup, "copy_ledger", False),
    "before the backup is verified": (backup, "verify", False),
    "before the backup gets its name": (backup, "publish", False),
    "before old backups are removed": (backup, "prune", False),
}


def die() -> None:
    """End this process as a power cut would: nothing is flushed, nothing is said."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: str) -> None:
    """Make the process die when it comes to `point`."""
    place, name, is_after = POINTS[point]
    real: Callable[..., Any] = getattr(place, name)

    was_called = False

    def deadly(*arguments: Any, **more: Any) -> Any:
        nonlocal was_called
        if not is_after:
            die()
        was_called = True
        return real(*arguments, **more)

    real_commit = Ledger._commit

    def commit(self: Ledger, changes: Any) -> Any:
        result = real_commit(self, changes)
        if was_called:
            die()
        return result

    Ledger._commit = commit  # type: ignore[method-assign]
    setattr(place, name, deadly)


if __name__ == "__main__":
    arm(sys.argv.pop(1))
    sys.argv[0] = "boxd"
    main()
