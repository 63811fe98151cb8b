"""A whole box and its upstream over TLS: told of everything, whatever dies in between."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.box.booth import Booth, wait_until
from tests.box.going_on import go_on_to_the_end
from tests.upstream.conftest import secret_in
from tests.upstream.peer import Peer


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    made = Peer(tmp_path, tls=True)
    made.start()
    yield made
    made.close()


def settings(peer: Peer, folder: Path) -> tuple[tuple[str, str], ...]:
    """The lines that point a booth at its upstream."""
    return (
        (r"# url = .*", f'url = "{peer.url}"'),
        (r"# secret_file = .*", f'secret_file = "{secret_in(folder)}"'),
        (r"# ca_file = .*", f'ca_file = "{peer.ca_file}"'),
        (r"# retry_first_s = .*", "retry_first_s = 1"),
        (r"# retry_longest_s = .*", "retry_longest_s = 2"),
        (r"# pull = .*", "pull = true"),
        (r"# pull_every_s = .*", "pull_every_s = 1"),
    )


@pytest.fixture
def booth(new_booth: Callable[..., Booth], peer: Peer, tmp_path: Path) -> Booth:
    made = new_booth(*settings(peer, tmp_path))
    made.start()
    return made


def told(peer: Peer) -> list[str]:
    return [event["type"] for event in peer.backend.applied]


def all_told(booth: Booth) -> dict[str, Any]:
    """Wait until nothing waits any more; returns how delivery stands."""

    def is_empty() -> dict[str, Any] | None:
        upstream: dict[str, Any] = booth.ask_socket("GET", "/api/v1/outbox")["upstream"]
        return None if upstream["waiting"] else upstream

    found: dict[str, Any] = wait_until("nothing waits", is_empty, 40)
    return found


def redeem(booth: Booth) -> None:
    booth.enter("bay-1", booth.issue_code())
    booth.prompt("load")
    go_on_to_the_end(booth)


def test_a_redemption_is_told_and_the_outbox_is_empty(booth: Booth, peer: Peer) -> None:
    redeem(booth)
    wait_until("it is told", lambda: told(peer)[-1:] == ["code.redeemed"])
    standing = all_told(booth)

    assert [each for each in told(peer) if each != "stock.low"][-2:] == [
        "code.issued",
        "code.redeemed",
    ]
    redeemed = peer.backend.applied[-1]
    assert redeemed["data"]["attendee"]["reference"] == "attendee"
    assert (standing["waiting"], standing["failures"]) == (0, 0)
    wait_until(
        "the HUD shows it",
        lambda: booth.snapshot()["upstream"]["delivered"] == len(told(peer)),
    )
    booth.check_invariants()


def test_an_outage_with_kills_of_daemon_and_server_loses_nothing(booth: Booth, peer: Peer) -> None:
    peer.stop()
    for step in (booth.kill, booth.kill_server, booth.kill):
        redeem(booth)
        step()
        if step == booth.kill:
            booth.start()
        else:
            wait_until("ready again", booth.is_ready, 30)
    redeem(booth)
    shown = booth.command("outbox", "list")
    assert re.search(r"\d+ wait, the oldest since", shown.stdout)
    peer.start()
    all_told(booth)

    assert told(peer).count("code.redeemed") == 4
    places = [event["sequence"] for event in peer.backend.applied]
    assert places == sorted(set(places))
    assert len({event["id"] for event in peer.backend.applied}) == len(places)
    booth.check_invariants()


def test_the_loss_of_temporal_s_file_loses_no_event(booth: Booth, peer: Peer) -> None:
    peer.stop()
    redeem(booth)
    booth.kill()
    booth.delete_temporal_database()
    peer.start()
    booth.start()
    all_told(booth)
    assert told(peer).count("code.redeemed") == 1


def test_what_upstream_refuses_is_shown_and_sent_again(booth: Booth, peer: Peer) -> None:
    peer.backend.refuses = lambda event: event["type"] == "code.issued"
    booth.issue_code()
    booth.issue_code()

    def refused() -> list[dict[str, Any]]:
        listed = booth.command("outbox", "list", "--dead", "--json")
        found: list[dict[str, Any]] = json.loads(listed.stdout)["events"]
        return [each for each in found if each["type"] == "code.issued"]

    wait_until("two dead letters", lambda: len(refused()) >= 2)
    assert "no such prize" in refused()[0]["why"]
    assert any(alarm["kind"] == "dead_letters" for alarm in booth.snapshot()["alarms"])
    peer.backend.refuses = lambda _: False
    assert booth.command("outbox", "resend", refused()[0]["id"]).returncode == 0
    wait_until("one is told", lambda: told(peer).count("code.issued") == 1)
    assert booth.command("outbox", "resend").returncode == 0
    all_told(booth)
    assert not refused()


def test_a_login_page_is_no_upstream_and_says_so_to_people(booth: Booth, peer: Peer) -> None:
    peer.mood = "portal"
    booth.issue_code()
    alarm = wait_until(
        "an alarm",
        lambda: next((a for a in booth.snapshot()["alarms"] if a["kind"] == "upstream"), None),
    )
    assert "text/html instead of a receipt" in alarm["text"] or "text/html" in alarm["text"]
    assert "text/html" in booth.command("status").stdout
    peer.mood = "well"
    all_told(booth)
    wait_until("no alarm", lambda: not booth.snapshot()["alarms"])


def test_orders_are_fetched_by_their_schedule(booth: Booth, peer: Peer) -> None:
    peer.backend.orders[""] = {
        "orders": [
            {"id": "o-1", "type": "prize", "sku": "pen", "name": "Pen", "units": 7},
            {"id": "o-2", "type": "task", "kind": "demo", "attendee": "badge-1"},
            {"id": "o-3", "type": "code", "attendee": "badge-2", "prizes": ["pen"]},
        ],
        "cursor": "c-1",
    }
    wait_until("a code for a pen", lambda: _held(booth, "pen") == 1, 30)
    assert booth.stock("pen")["received"] == 7
    shown = booth.ask_socket("GET", "/api/v1/tasks")["tasks"]
    assert [task["kind"] for task in shown] == ["demo"]
    assert "pull" in booth.command("schedules", "list").stdout


def _held(booth: Booth, sku: str) -> int:
    return next((each["held"] for each in booth.snapshot()["stock"] if each["sku"] == sku), -1)


def test_metrics_tell_how_delivery_stands(booth: Booth, peer: Peer) -> None:
    peer.stop()
    booth.issue_code()
    wait_until("a failure", lambda: booth.snapshot()["upstream"]["failures"])
    text = booth.http.get("/metrics").text
    assert re.search(r"^boxd_outbox_waiting [1-9]", text, re.MULTILINE)
    assert re.search(r"^boxd_upstream_failures [1-9]", text, re.MULTILINE)


def test_without_upstream_there_is_no_outbox(new_booth: Callable[..., Booth]) -> None:
    booth = new_booth()
    booth.start()
    booth.issue_code()
    assert booth.snapshot()["upstream"] is None
    assert "no upstream" in booth.command("outbox", "list").stdout
    refused = booth.command("outbox", "resend")
    assert refused.returncode == 1
    assert "[upstream] url" in refused.stderr


def test_upstream_can_be_taken_away_and_given_back(
    booth: Booth, peer: Peer, new_booth: Callable[..., Booth]
) -> None:
    booth.issue_code()
    all_told(booth)
    with_it = booth.config.read_text()
    booth.stop()
    without = re.sub(r"(?m)^(url|secret_file|ca_file|pull) = .*", r"# \g<0>", with_it)
    booth.config.write_text(without)
    booth.start()
    booth.issue_code()
    assert "pull" not in booth.command("schedules", "list").stdout
    booth.stop()
    booth.config.write_text(with_it)
    booth.start()
    booth.issue_code()
    all_told(booth)
    issued = [event for event in peer.backend.applied if event["type"] == "code.issued"]
    assert len([each for each in issued if _is_for(each, "attendee")]) == 2


def _is_for(event: dict[str, Any], reference: str) -> bool:
    return bool(event["data"]["attendee"]["reference"] == reference)
