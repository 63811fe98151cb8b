"""A whole box that tells phones by a webhook: a code is ready, a prize ran out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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


def test_people_are_told_once_past_a_restart(
    new_booth: Callable[..., Booth], posts: Posts, tmp_path: Path
) -> None:
    posts.may_answer.clear()
    booth = new_booth(
        (r"# webhook_url = .*", f'webhook_url = "{posts.url}hook"'),
        (r"# webhook_secret_file = .*", f'webhook_secret_file = "{secret_in(tmp_path)}"'),
    )
    booth.start()
    assert booth.command("prizes", "add", "gem", "--name", "Gem", "--units", "1").returncode == 0
    for attendee in ("badge-1", "badge-2"):
        asked = {"attendee": attendee, "prizes": ["gem"], "actor": "tester"}
        booth.ask_socket("POST", "/api/v1/issues", asked)
    wait_until("a round is in its middle", lambda: posts.taken)
    booth.kill()
    tried = len(posts.taken)
    posts.may_answer.set()
    booth.start()

    def told() -> list[str]:
        return [each.json["type"] for each in posts.taken[tried:]]

    # Not as late as the server would miss the heartbeats of the round that was killed.
    wait_until("both are told", lambda: len(told()) >= 2, HEARTBEAT_TIMEOUT.total_seconds() / 4)
    assert sorted(told()) == ["notice.code_ready", "notice.sold_out"]
    [ready] = [each.json for each in posts.taken[tried:] if "code_ready" in each.json["type"]]
    assert ready["attendee"]["reference"] == "badge-1"
