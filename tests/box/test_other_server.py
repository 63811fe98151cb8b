"""A box whose Temporal server is not its child: separate unit, or a service elsewhere."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.box.booth import ROOT, Booth, wait_until
from tests.box.going_on import go_on_to_the_end


@pytest.fixture
def server(new_booth: Callable[..., Booth]) -> Iterator[Booth]:
    """`boxd temporal-server` alone, with the settings of a booth that is not started itself."""
    booth = new_booth()
    booth.state.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "boxd", "--config", str(booth.config), "temporal-server"], cwd=ROOT
    )
    yield booth
    process.terminate()
    assert process.wait(20) == 0


def test_a_box_works_with_a_server_that_is_not_its_child(
    server: Booth, new_booth: Callable[..., Booth]
) -> None:
    address = f'address = "127.0.0.1:{server.temporal_port}"'
    booth = new_booth((r"# address = .*", address))
    booth.start()
    expected = {"state": "external", "why": f"127.0.0.1:{server.temporal_port}"}
    wait_until(
        "the HUD names it",
        lambda: expected.items() <= booth.snapshot()["health"]["temporal"].items(),
    )
    booth.enter("bay-1", booth.issue_code())
    booth.prompt("load")
    booth.kill()
    booth.start()
    go_on_to_the_end(booth)
    assert booth.stock("mug")["dispensed"] == 1
    booth.check_invariants()


def test_a_twin_by_a_copied_configuration_serves_nobody_and_names_the_other(
    server: Booth, new_booth: Callable[..., Booth]
) -> None:
    address = (r"# address = .*", f'address = "127.0.0.1:{server.temporal_port}"')
    first, twin = new_booth(address), new_booth(address)
    first.start()

    twin.start(until_ready=False)
    wait_until("the twin's HUD", lambda: _health(twin)["state"] == "out_of_service")

    health = _health(twin)
    assert str(first.state) in health["why"]
    assert "place@box-1" in health["remedy"]
    assert not (twin.state / "ledger.db").exists()
    first.enter("bay-1", first.issue_code())
    first.prompt("load")
    assert first.is_ready()


def _health(booth: Booth) -> dict[str, str]:
    """Its health on the HUD; an empty state while nothing listens yet."""
    try:
        found = dict(booth.snapshot()["health"])
    except Exception:  # noqa: BLE001 - not listening yet
        return {"state": ""}
    return found


def test_a_box_without_its_server_says_so_and_takes_codes_all_the_same(
    new_booth: Callable[..., Booth],
) -> None:
    away = new_booth()
    booth = new_booth((r"# address = .*", f'address = "127.0.0.1:{away.temporal_port}"'))
    booth.start(until_ready=False)

    def why() -> str:
        try:
            return str(booth.snapshot()["health"]["why"])
        except Exception:  # noqa: BLE001 - not listening yet
            return ""

    wait_until("the HUD says why", lambda: "Temporal" in why())
    wait_until("it waits no longer", lambda: booth.snapshot()["health"]["state"] == "answers_wait")
    booth.enter("bay-1", booth.issue_code())
    load = booth.prompt("load")
    process = subprocess.Popen(
        [sys.executable, "-m", "boxd", "--config", str(away.config), "temporal-server"], cwd=ROOT
    )
    try:
        wait_until("ready", booth.is_ready, 20)
        assert booth.prompt("load")["id"] == load["id"]
        go_on_to_the_end(booth)
    finally:
        booth.kill()
        process.terminate()
        process.wait(20)
