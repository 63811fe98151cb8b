"""What is kept of a scenario that was played: trace, ledger, journal, and what was promised."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from booth.machine import Machine
from checker import Report, examine
from checker.table import as_table

_GATHERED = "/run/booth-evidence"

# A copy by SQLite itself: whole, whatever is being written meanwhile.
_GATHER = f"""
mkdir -p {_GATHERED}
sqlite3 /var/lib/boxd/ledger.db '.backup {_GATHERED}/ledger.db'
journalctl --no-pager --output=short-monotonic >{_GATHERED}/journal.txt
systemctl status --no-pager --lines=0 'boxd*' >{_GATHERED}/units.txt
cat >/run/ask-snapshot.py <<END
import urllib.request
with urllib.request.urlopen("http://127.0.0.1:4321/snapshot", timeout=60) as said:
    print(said.read().decode())
END
python3 /run/ask-snapshot.py >{_GATHERED}/snapshot.json || rm -f {_GATHERED}/snapshot.json
"""


class Folder:
    """A folder for one scenario's evidence; what was in it is gone."""

    def __init__(self, path: Path) -> None:
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        self.path = path
        self.trace = path / "trace.jsonl"
        self.console = path / "console.log"
        self.stick = path / "stick"
        self.figures: list[tuple[str, str]] = []
        self.output = (path / "output.txt").open("wb", buffering=0)

    def close(self) -> None:
        """Nothing more is kept."""
        self.output.close()

    def acknowledge(self, **what: Any) -> None:
        """Remember what the box promised: it must survive everything."""
        with (self.path / "acknowledged.jsonl").open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(what) + "\n")

    def figure(self, what: str, figure: str) -> None:
        """Remember something measured."""
        self.figures.append((what, figure))
        with (self.path / "figures.txt").open("a", encoding="utf-8") as lines:
            lines.write(f"{what}: {figure}\n")

    def carried(self) -> list[Path]:
        """The files on the stick."""
        return [path for path in self.stick.rglob("*") if path.is_file()]

    def gather(self, machine: Machine) -> None:
        """Bring what the machine has; raises MachineError when it can't be asked."""
        machine.run(_GATHER, self.output)
        machine.copy_out(_GATHERED, self.path)

    def examine(self) -> Report:
        """Let the independent checker look at it; raises EvidenceError."""
        known = self.path / "acknowledged.jsonl"
        report = examine(
            self.path / "ledger.db",
            self.trace,
            known if known.exists() else None,
            json.loads((self.path / "snapshot.json").read_text(encoding="utf-8")),
            at_rest=True,
        )
        (self.path / "checker.txt").write_text(as_table(report) + "\n", encoding="utf-8")
        return report
