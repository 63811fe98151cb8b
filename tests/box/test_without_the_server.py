"""While the Temporal server is gone or hangs, codes are taken; their workflows follow."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.box.booth import Booth, wait_until
from tests.box.going_on import go_on_to_the_end


def running(booth: Booth) -> list[str]:
    """The workflows of redemptions that run."""
    words = ("temporal", "workflow", "list", "--query", "ExecutionStatus='Running'", "-o", "json")
    listed = json.loads(booth.command(*words).stdout or "[]")
    names = [each["execution"]["workflowId"] for each in listed]
    return [name for name in names if name.startswith("redemption-")]


@pytest.mark.parametrize("fault", ["hangs", "is killed"])
def test_a_code_is_taken_while_the_server_is_away(booth: Booth, fault: str) -> None:
    code, wrong = booth.issue_code(), "00000000"
    mend: Callable[[], None] = booth.hang_server() if fault == "hangs" else lambda: None
    if fault == "hangs":
        wait_until("the HUD says it", lambda: booth.snapshot()["health"]["state"] == "answers_wait")
        assert "codes are accepted" in booth.snapshot()["health"]["why"]
    else:
        booth.kill_server()
    booth.enter("bay-2", wrong)
    wait_until("refused", lambda: "no such code" in str(booth.bay("bay-2")["last"]), 2)
    booth.enter("bay-1", code)
    load = booth.prompt("load")
    mend()
    wait_until("ready", booth.is_ready)
    wait_until("its workflow", lambda: running(booth) == [f"redemption-{load['redemption']}@box-1"])
    booth.say(load, "loaded")
    booth.prompt("take")
    go_on_to_the_end(booth)
    booth.check_invariants()


def test_a_code_is_taken_before_the_server_has_ever_answered(
    new_booth: Callable[..., Booth],
) -> None:
    booth = new_booth()
    booth.start()
    code = booth.issue_code()
    booth.kill()
    booth.start(until_ready=False)
    wait_until("the bay is open", lambda: _is_open(booth))
    booth.enter("bay-1", code)
    booth.prompt("load")
    wait_until("ready", booth.is_ready)
    go_on_to_the_end(booth)
    booth.check_invariants()


def _is_open(booth: Booth) -> bool:
    try:
        return bool(booth.bay("bay-1")["state"] == "ready")
    except Exception:  # noqa: BLE001 - not listening yet
        return False
