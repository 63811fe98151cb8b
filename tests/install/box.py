"""A box that is used and upgraded, with what the checker needs to know of it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from checker import check
from tests.box.booth import wait_until
from tests.install.releases import NEXT
from tests.systemd.installed import InstalledBox

Json = dict[str, Any]
OLD = "under-test"
# It takes half a minute on an idle machine.
ENDS_WITHIN_S = 400


@dataclass(frozen=True)
class Upgraded:
    """How `boxd upgrade` ended, and what it said."""

    returncode: int
    stdout: str


class UpgradedBox(InstalledBox):
    """An installed box with people at it and somebody who upgrades it."""

    def upgrade(self, release: str, *words: str) -> Upgraded:
        """Upgrade to a release in /srv, as the package does."""
        self.begin_upgrade(release, *words)
        ended = self.files / "run/upgraded"
        wait_until("the upgrade has ended", ended.exists, ENDS_WITHIN_S)
        code = int(ended.read_text(encoding="utf-8"))
        ended.unlink()
        return Upgraded(code, (self.files / "run/upgrade").read_text(encoding="utf-8"))

    def begin_upgrade(self, release: str, *words: str) -> None:
        """The same, and go on while it is under way."""
        upgrade = f"/srv/{release}/bin/boxd upgrade {' '.join(words)} >/run/upgrade 2>&1"
        keep = "echo $? >/run/upgraded.new; mv /run/upgraded.new /run/upgraded"
        self.ask(f"({upgrade}; {keep}) >/dev/null 2>&1 &")

    def in_use(self) -> str:
        """The name of the release in use."""
        return self.ask("basename $(readlink /opt/boxd/current)")

    def step(self) -> str | None:
        """The step of the upgrade that is under way."""
        try:
            return str(json.loads((self.files / "opt/boxd/upgrade.json").read_text())["step"])
        except FileNotFoundError:
            return None

    def wait_for_step(self, step: str | None) -> None:
        """Wait until an upgrade has come to a step, or to its end."""
        wait_until(f"the upgrade is at {step}", lambda: self.step() == step, ENDS_WITHIN_S)

    def wait_until_at_work_on(self, step: str) -> None:
        """Wait until systemd's unit, and not only whoever asked for it, is at a step."""
        group = self.files / "sys/fs/cgroup/system.slice/boxd-upgrade.service/cgroup.procs"

        def is_at_work() -> bool:
            try:
                return self.step() == step and bool(group.read_text())
            except OSError:  # it is not there yet, or just goes
                return False

        wait_until(f"the unit is at {step}", is_at_work, ENDS_WITHIN_S)

    def kill_the_upgrade(self) -> None:
        """SIGKILL to all that carries the upgrade on, in the same instant."""
        self.ask("echo 1 >/sys/fs/cgroup/system.slice/boxd-upgrade.service/cgroup.kill")

    def schema(self) -> int:
        """The ledger's schema, read by nobody's boxd."""
        said = self.ask("sqlite3 -readonly /var/lib/boxd/ledger.db 'PRAGMA user_version'")
        return int(said)

    def version(self) -> str | None:
        """The version that the running daemon has; None while an upgrade exchanges the daemon."""
        try:
            status, told = self._ask_boxd("GET", "/snapshot")
        except OSError:
            return None
        answers = status == HTTPStatus.OK and self.is_ready()
        return str(json.loads(told)["box"]["boxd"]) if answers else None

    def claim(self, bay: str = "bay-1") -> Json:
        """Type a fresh code at a bay; the question that it leads to."""
        body = {"attendee": "attendee", "sku": "mug", "actor": "organiser"}
        code = self.post("/api/v1/codes", body)["codes"][0]["code"]
        self.post(f"/sim/api/bays/{bay}/keys", {"keys": [*code, "Enter"]})
        return self.prompt("load", bay)

    def prompt(self, stage: str, bay: str = "bay-1") -> Json:
        """Wait for the question of a stage at a bay."""
        found: Json = wait_until(
            f"a question at {stage} for {bay}",
            lambda: next(
                (p for p in self.snapshot()["prompts"] if (p["stage"], p["bay"]) == (stage, bay)),
                None,
            ),
        )
        return found

    def answer(self, prompt: Json, kind: str) -> None:
        """Answer a question as the HUD does."""
        self.post(
            f"/api/v1/redemptions/{prompt['redemption']}/{kind}",
            {"step": prompt["step"], "actor": "operator"},
        )

    def finish(self, bay: str = "bay-1") -> None:
        """Take a redemption from its first question to its end."""
        prompt = self.prompt("load", bay)
        self.answer(prompt, "loaded")
        taking = self.prompt("take", bay)
        self.post(f"/sim/api/lockers/{taking['locker']}/door", {"state": "closed"})
        self.answer(self.prompt("take", bay), "completed")
        wait_until("no question is left", lambda: not self.snapshot()["prompts"])

    def check_invariants(self) -> None:
        """Let the independent checker look at ledger and trace."""
        self.wait_until_ready()
        self.ask("sqlite3 /var/lib/boxd/ledger.db '.backup /var/tmp/evidence.db'")
        with TemporaryDirectory() as folder:
            ledger, trace = Path(folder) / "ledger.db", Path(folder) / "trace.jsonl"
            shutil.copyfile(self.files / "var/tmp/evidence.db", ledger)
            shutil.copyfile(self.files / "var/lib/boxd/hardware-trace.jsonl", trace)
            findings = check(ledger, trace, None, None)
        assert not findings, "\n".join(str(finding) for finding in findings)


__all__ = ["NEXT", "OLD", "UpgradedBox"]
