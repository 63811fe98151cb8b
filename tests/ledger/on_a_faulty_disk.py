"""Writes to a ledger on a disk that fails, and says what it was told: one JSON line.

python -m tests.ledger.on_a_faulty_disk LEDGER CONTROL FAULT MENDED_AFTER_S [beside]

With `beside` somebody else has the ledger open for reading, as a backup does.
Without an end of the fault (0) the process is killed as soon as it was told.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path

from boxd.errors import LedgerUnusable, NotKnownYet
from boxd.ledger import audit
from boxd.ledger.database import open_for_reading
from boxd.ledger.ledger import Ledger, Transaction


def write(ledger: Ledger, action: str) -> str:
    """What the writer is told: taken, refused or unknown."""

    def change(tx: Transaction) -> None:
        audit.append(tx, audit.Entry("tester", action))

    try:
        ledger.write_now(change)
    except NotKnownYet:
        return "unknown"
    except LedgerUnusable as error:
        assert "nothing was changed" in str(error)
        return "refused"
    return "taken"


def main() -> None:
    """Write before, during and after the fault."""
    ledger = Ledger(Path(sys.argv[1]))
    control, fault, mended_after_s = Path(sys.argv[2]), sys.argv[3], float(sys.argv[4])
    told = {"before": write(ledger, "before")}
    beside = open_for_reading(Path(sys.argv[1])) if "beside" in sys.argv else None
    control.write_text(fault)
    if mended_after_s:
        threading.Timer(mended_after_s, control.write_text, [""]).start()
    told["during"] = write(ledger, "during")
    if not mended_after_s:
        print(json.dumps(told), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    for timer in threading.enumerate():
        if isinstance(timer, threading.Timer):
            timer.join()
    told["after"] = write(ledger, "after")
    ledger.close()
    if beside is not None:
        beside.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
