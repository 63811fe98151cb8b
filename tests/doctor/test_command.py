"""`boxd doctor` as a maintainer types it."""

from __future__ import annotations

import pytest

from boxd.doctor import checks
from boxd.doctor.check import Check
from boxd.doctor.finding import Finding, failed, passed, warned
from tests.box.booth import Booth, wait_until
from tests.doctor.conftest import RestingBox


@pytest.mark.parametrize(
    ("finding", "strict", "code"),
    [
        (passed("well"), True, 0),
        (warned("hm", "look"), False, 0),
        (warned("hm", "look"), True, 1),
        (failed("oh", "mend"), False, 1),
    ],
)
def test_exit_codes(
    resting: RestingBox,
    monkeypatch: pytest.MonkeyPatch,
    finding: Finding,
    strict: bool,
    code: int,
) -> None:
    from boxd.cli.program import code_of

    monkeypatch.setattr(checks, "CHECKS", (Check("One", "one", lambda _: [finding], "it"),))
    words = ["doctor", "--config", str(resting.config), *(["--strict"] if strict else [])]
    assert code_of(words) == code


def test_a_box_that_runs_and_one_that_does_not(running: Booth) -> None:
    wait_until("ready", lambda: running.snapshot()["health"]["state"] == "ready")
    running.command("backup", "create")
    done = running.command("doctor")
    assert done.returncode == 0, done.stdout
    assert "runs, and takes codes" in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stderr == ""
    running.kill()
    done = running.command("doctor")
    assert done.returncode == 1
    assert "> boxd --config" in done.stdout, "a clone has no units"
    assert "systemctl" not in done.stdout
    assert "failed" in done.stdout.splitlines()[-1]


def test_used_wrongly(running: Booth) -> None:
    assert running.command("doctor", "--no-such-option").returncode == 2
