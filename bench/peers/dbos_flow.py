"""The flow as a DBOS workflow on SQLite. `python -m bench.peers.dbos_flow FOLDER`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from dbos import DBOS, SetWorkflowID

from bench.peers.flow import Facts, Peer, serve

_WAIT_S = 60


class Dbos(Peer):
    """Steps in this process; messages bring the answers."""

    def __init__(self, folder: Path) -> None:
        self._facts = Facts(folder / "facts.db")
        self._lamp = self._unlock = 0.0
        DBOS(
            config={
                "name": "bench",
                "system_database_url": f"sqlite:///{folder}/dbos.db",
                "log_level": "ERROR",
            }
        )

        # Functions, not methods: DBOS writes its own attributes onto what it registers.
        @DBOS.step()
        def claim(redemption: str) -> None:
            self._facts.claim(redemption)
            self._lamp = time.monotonic()

        @DBOS.step()
        def unlock(redemption: str) -> None:
            self._facts.order(redemption)
            self._unlock = time.monotonic()
            self._facts.opened(redemption)

        @DBOS.step()
        def complete(redemption: str) -> None:
            self._facts.complete(redemption)

        @DBOS.workflow()
        def flow(redemption: str) -> None:
            claim(redemption)
            DBOS.recv("loaded", timeout_seconds=_WAIT_S)
            unlock(redemption)
            DBOS.recv("completed", timeout_seconds=_WAIT_S)
            complete(redemption)

        self._flow = flow
        DBOS.launch()

    def begin(self, redemption: str) -> None:
        """Start the workflow."""
        with SetWorkflowID(redemption):
            DBOS.start_workflow(self._flow, redemption)

    def answer(self, redemption: str, kind: str) -> None:
        """Send the message."""
        DBOS.send(redemption, "yes", kind)

    def lamp_at(self) -> float:
        """When the newest verdict was there."""
        return self._lamp

    def unlock_at(self) -> float:
        """When the newest unlock went out."""
        return self._unlock


if __name__ == "__main__":
    serve(Dbos(Path(sys.argv[1])))
