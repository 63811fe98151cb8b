"""Two whole boxes of one event, with a Temporal service of the event between them."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from checker.fleet import findings
from tests.box.booth import ROOT, Booth, wait_until
from tests.box.going_on import go_on_to_the_end


@pytest.fixture
def service(new_booth: Callable[..., Booth]) -> Iterator[Booth]:
    """The event's Temporal service: the server of a booth that is not started itself."""
    booth = new_booth()
    booth.state.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "boxd", "--config", str(booth.config), "temporal-server"], cwd=ROOT
    )
    yield booth
    process.terminate()
    assert process.wait(20) == 0


def bring(booth: Booth, code: str) -> None:
    """Type the code, again if its home took too long: this machine may be busy."""

    def is_accepted() -> bool:
        before = len(decided(booth))
        booth.enter("bay-1", code)
        wait_until("a verdict", lambda: len(decided(booth)) > before, 30)
        return decided(booth)[-1] != "refused"

    wait_until("an accepted code", is_accepted, 120)
    booth.prompt("load")


def decided(booth: Booth) -> list[str]:
    """The stage of each redemption, in the order in which they were begun."""
    file = booth.state / "ledger.db"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT stage FROM redemptions ORDER BY id").fetchall()
    return [str(stage) for (stage,) in rows]


def steps_of_moves(booth: Booth) -> list[str]:
    """What the box has decided about codes that move."""
    file = booth.state / "ledger.db"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        return [str(step) for (step,) in connection.execute("SELECT step FROM moves")]


def test_an_event_of_one_box_grows_to_two_and_shrinks_again(
    service: Booth, new_booth: Callable[..., Booth]
) -> None:
    home, other = new_booth(), new_booth((r'id = "box-1"', 'id = "box-2"'))
    home.start()
    printed = home.issue_code()  # before anybody thought of a second box
    assert home.stop() == 0
    begun = home.command("fleet", "begin", "fair", f"127.0.0.1:{service.temporal_port}", "--json")
    assert json.loads(begun.stdout) == {"event": "fair", "number": 1}, begun.stderr
    word = json.loads(home.command("fleet", "invite", "--json").stdout)["token"]
    joined = other.command("fleet", "join", word)
    assert "This is box 2 of fair" in joined.stdout, joined.stderr
    for booth in (home, other):
        booth.start()
        wait_until("its link", lambda booth=booth: "fleet.connected" in booth.log())

    bring(other, printed)
    go_on_to_the_end(other)

    assert other.stock("mug")["dispensed"] == 1
    assert home.stock("mug")["dispensed"] == 0
    # The units held say nothing: the demo's own code may be for a mug as well.
    wait_until("its home knows", lambda: "settled" in steps_of_moves(home))
    ledgers = {1: home.state / "ledger.db", 2: other.state / "ledger.db"}
    assert findings(ledgers, at_rest=True) == []
    assert "connected since" in other.command("fleet", "status").stdout
    for booth in (home, other):
        booth.check_invariants()

    assert "serves this box already" in other.command("fleet", "leave").stderr
    assert other.stop() == 0
    left = other.command("fleet", "leave", "--keep-codes")
    # Its demo code is at home there.
    assert "It stays box 2, for its codes" in left.stdout, left.stderr
    assert "belongs to no event" in other.command("fleet", "invite").stderr
