"""Records the history of a redemption whose reminder came too early: the clock had jumped ahead.

.venv/bin/python -m tests.histories.record_clock
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from tests.box.booth import Booth, wait_until
from tests.box.going_on import go_on_to_the_end
from tests.clock.turned import TurnedClock, compiled
from tests.histories.record import HERE, begin, history_of, without_machine

_NAME = "reminded_too_early"
_HOURS_5 = 18000.0


def main() -> None:
    """Let the clock jump while somebody waits, then go on to the end."""
    folder = Path(tempfile.mkdtemp())
    clock = TurnedClock(compiled(folder), folder / "clock")
    booth = Booth(
        folder, ((r"# reminder_first_s = .*", "reminder_first_s = 20"),), launcher=clock.launcher
    )
    try:
        booth.start()
        redemption = begin(booth)
        show = ("redemptions", "history", redemption)
        wait_until("a timer", lambda: "timer started" in booth.command(*show).stdout)
        clock.turn(_HOURS_5)
        wait_until("a reminder", lambda: _is_reminded(booth), 60)
        go_on_to_the_end(booth)
        history = asyncio.run(history_of(booth, redemption))
        (HERE / f"{_NAME}.json").write_text(without_machine(history), encoding="utf-8")
    finally:
        booth.close()
        shutil.rmtree(folder)


def _is_reminded(booth: Booth) -> bool:
    return any(alarm["kind"] == "nobody_comes" for alarm in booth.snapshot()["alarms"])


if __name__ == "__main__":
    main()
