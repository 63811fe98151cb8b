"""A whole box that tells phones by a webhook: a code is ready, a prize ran out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from boxd.workflows.heartbeats import HEARTBEAT_TIMEOUT
from tests.box.booth import Booth, wait_until
from tests.notices.receivers import Posts, http_server
from tests.upstream.conftest import secret_in


@pytest.fixture
def posts() -> Iterator[Posts]:
    made = Posts()
    with http_server(made):
        yield made


def tries(ledger: Path) -> list[int]:
    """How often each notice that waits was tried."""
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as connection:
        return [row[0] for row in connection.execute("SELECT min(tries, 1) FROM notices")]


def test_people_are_told_once_past_a_restart(
    new_booth: Callable[..., Booth], posts: Posts, tmp_path: Path
) -> None:
    posts.status = 503
    booth = new_booth(
        (r"# webhook_url = .*", f'webhook_url = "{posts.url}hook"'),
        (r"# webhook_secret_file = .*", f'webhook_secret_file = "{secret_in(tmp_path)}"'),
    )
    booth.start()
    assert booth.command("prizes", "add", "gem", "--name", "Gem", "--units", "1").returncode == 0
    for attendee in ("badge-1", "badge-2"):
        asked = {"attendee": attendee, "prizes": ["gem"], "actor": "tester"}
        booth.ask_socket("POST", "/api/v1/issues", asked)
    wait_until("both were tried", lambda: tries(booth.state / "ledger.db") == [1, 1])
    booth.kill()
    posts.status = 200
    tried = len(posts.taken)
    booth.start()

    def told() -> list[str]:
        return [each.json["type"] for each in posts.taken[tried:]]

    # A round in whose middle the kill fell is tried again when its heartbeats are missed.
    wait_until("both are told", lambda: len(told()) >= 2, HEARTBEAT_TIMEOUT.total_seconds() + 60)
    assert sorted(told()) == ["notice.code_ready", "notice.sold_out"]
    [ready] = [each.json for each in posts.taken[tried:] if "code_ready" in each.json["type"]]
    assert ready["attendee"]["reference"] == "badge-1"
