"""A receiver as the Standard Webhooks library has it: it answers 400 to a signature that fails."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from boxd.clock import TimeBase
from boxd.machine_clock import boot_id, boot_s, box_clock, utc_now
from tests.upstream.conftest import Sender, sender
from tests.upstream.peer import SECRET

OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret of the backend's!").decode()


@dataclass
class Receiver:
    """Verifies with the library, then keeps each event once, in the order it came."""

    url: str = ""
    webhook: Webhook = field(default_factory=lambda: Webhook(SECRET))
    kept: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0

    def status(self, body: bytes, headers: dict[str, str]) -> int:
        try:
            message = self.webhook.verify(body, headers)
        except WebhookVerificationError:
            self.refused += 1
            return 400
        ids = {event["id"] for event in self.kept}
        self.kept += [event for event in message["events"] if event["id"] not in ids]
        return 200

    @property
    def numbers(self) -> list[int]:
        return [event["data"]["number"] for event in self.kept if "number" in event["data"]]


@contextmanager
def listening(receiver: Receiver) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = receiver.status(body, dict(self.headers.items()))
            ids = [event["id"] for event in json.loads(body)["events"]]
            reply = json.dumps({"received": ids} if status == 200 else {}).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            """The test's output is not the place for it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hooks"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    with listening(made):
        yield made


@pytest.fixture
def box(tmp_path: Path, receiver: Receiver) -> Iterator[Sender]:
    made = sender(tmp_path, receiver.url)
    yield made
    made.ledger.close()


async def rounds(box: Sender, most: int = 100) -> None:
    for _ in range(most):
        if (await box.sender.round()).is_done:
            return
    raise AssertionError("the sender is never done")


async def some_rounds_refused(box: Sender, receiver: Receiver) -> None:
    for _ in range(5):
        assert "400" in (await box.sender.round()).why
    assert receiver.refused > 0
    assert receiver.kept == []
    assert await box.dead() == []
    assert await box.alarms() == ["upstream"]


@pytest.mark.parametrize("off", [timedelta(hours=-2), timedelta(days=400)])
async def test_a_wrong_clock_of_the_box_loses_nothing(
    off: timedelta, box: Sender, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await box.note(20)
    wrong = utc_now() + off
    zero = wrong - timedelta(seconds=boot_s())
    with monkeypatch.context() as clock:
        clock.setattr(box_clock, "standing", TimeBase(boot_id(), zero, wrong, is_sure=False))
        await some_rounds_refused(box, receiver)

    await rounds(box)

    assert receiver.numbers == list(range(20))
    assert await box.dead() == []
    assert await box.alarms() == []


async def test_a_wrong_secret_loses_nothing(box: Sender, receiver: Receiver) -> None:
    receiver.webhook = Webhook(OTHER_SECRET)
    await box.note(20)
    await some_rounds_refused(box, receiver)
    receiver.webhook = Webhook(SECRET)

    await rounds(box)

    assert receiver.numbers == list(range(20))
    assert await box.dead() == []
    assert await box.alarms() == []
