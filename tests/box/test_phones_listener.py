"""The booth's network beside a running box: trouble with it is an alarm, keys outlive a kill."""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from boxd.temporal.command import LOOPBACK
from tests.box.booth import Booth, wait_until
from tests.ports import free_ports
from tests.web.certificates import write_pair

PHONES = r"\[phones\]\n(#.*\n)*enabled = false"


@pytest.fixture
def port() -> int:
    return free_ports(1)[0]


@pytest.fixture
def phones(new_booth: Callable[..., Booth], port: int) -> Callable[..., Booth]:
    """Makes a booth whose second listener is open, with more settings if given."""

    def make(scheme: str = "http", more: str = "") -> Booth:
        section = (
            f'[phones]\nenabled = true\nhost = "{LOOPBACK}"\nport = {port}\n'
            f'public_url = "{scheme}://{LOOPBACK}:{port}"\n{more}'
        )
        return new_booth((PHONES, section))

    return make


@pytest.fixture
def phone(port: int) -> Iterator[httpx.Client]:
    # The phones' process listens a moment after the box is ready.
    patient = httpx.HTTPTransport(retries=6)
    address = f"http://{LOOPBACK}:{port}"
    with httpx.Client(base_url=address, timeout=20, transport=patient) as client:
        yield client


def alarms_of(booth: Booth) -> list[str]:
    found = booth.http.get("/api/v1/alarms").json()["alarms"]
    return [each["text"] for each in found if each["kind"] == "phones_listener"]


def token(booth: Booth, name: str, role: str) -> dict[str, str]:
    made = booth.command("tokens", "create", name, "--role", role)
    assert made.returncode == 0, made.stderr
    return {"Authorization": f"Bearer {made.stdout.strip()}"}


def test_a_port_that_is_taken_is_an_alarm_until_it_is_free(
    phones: Callable[..., Booth], port: int, phone: httpx.Client
) -> None:
    booth = phones()
    with socket.socket() as taken:
        taken.bind((LOOPBACK, port))
        taken.listen()
        booth.start()
        told = wait_until("an alarm", lambda: alarms_of(booth))
        assert "phones.port" in told[0]
    wait_until("no alarm", lambda: not alarms_of(booth))
    assert phone.get("/api/v1/status").status_code == 401


def test_a_limited_phone_reads_so_in_words_and_its_scan_is_not_lost(
    phones: Callable[..., Booth], phone: httpx.Client
) -> None:
    # Six at once, then one a second: of the address, and of the card that it shows.
    booth = phones(more="rate_per_address = 60\nrate_per_phone = 60\n")
    booth.start()
    made = booth.command("attendees", "link", "badge-1", "--json").stdout
    own = json.loads(made)["links"][0]["url"]
    made = booth.command("tasks", "qr", "workshop", "--json").stdout
    sign = json.loads(made)["links"][0]["url"]
    phone.get(own)
    answers = [phone.get(sign) for _ in range(8)]
    limited = next(each for each in answers if each.status_code == 429)
    assert limited.headers["content-type"].startswith("text/html")
    assert "tries again by itself" in limited.text
    assert f'http-equiv="refresh" content="{limited.headers["retry-after"]}"' in limited.text
    assert limited.headers["cache-control"] == "no-store"
    api = wait_until(
        "the API is limited, too",
        lambda: (answer := phone.get("/api/v1/status")).status_code == 429 and answer,
    )
    assert api.headers["content-type"] == "application/problem+json"
    wait_until("the scan is counted", lambda: "counted" in phone.get(sign).text)


def test_a_certificate_is_taken_anew_while_the_box_serves(
    phones: Callable[..., Booth], port: int, tmp_path: Path
) -> None:
    certificate, key = write_pair(tmp_path)
    more = f'tls_cert_file = "{certificate}"\ntls_key_file = "{key}"\n'
    booth = phones("https", more)
    booth.start()

    def shown() -> str:
        """The fingerprint of the certificate; empty while nobody listens."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            plain = socket.create_connection((LOOPBACK, port))
        except ConnectionRefusedError:
            return ""
        with plain, context.wrap_socket(plain) as secure:
            return hashlib.sha256(secure.getpeercert(binary_form=True) or b"").hexdigest()

    first = wait_until("a certificate", shown)
    certificate.write_text("half a file")
    wait_until("an alarm", lambda: alarms_of(booth))
    assert shown() == first
    write_pair(tmp_path)
    wait_until("another certificate", lambda: shown() not in ("", first))
    wait_until("no alarm", lambda: not alarms_of(booth))
    trusting = ssl.create_default_context(cafile=certificate)
    url = f"https://{LOOPBACK}:{port}/api/v1/openapi.json"
    assert httpx.get(url, verify=trusting).status_code == 200


def test_a_key_is_known_after_a_kill(phones: Callable[..., Booth], phone: httpx.Client) -> None:
    booth = phones()
    booth.start()
    headers = token(booth, "app", "organiser") | {"Idempotency-Key": "k-1"}
    asked = {"attendee": "badge-1", "sku": "mug"}
    wait_until("the printed code", lambda: "at the front" in booth.log())
    before = booth.stock("mug")["held"]  # which that code may be one of
    first = phone.post("/api/v1/codes", json=asked, headers=headers)
    booth.kill()
    booth.start()
    again = phone.post("/api/v1/codes", json=asked, headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert booth.stock("mug")["held"] == before + 1
    last = booth.command("tokens", "list", "--json")
    assert '"last_used_at": "20' in last.stdout
    booth.check_invariants()


def test_a_task_by_tokens_from_its_start_to_its_code(
    phones: Callable[..., Booth], phone: httpx.Client
) -> None:
    booth = phones()
    booth.start()
    app = token(booth, "event-app", "attendee_app")
    attendant = token(booth, "floor", "attendant")
    asked = {"kind": "first-workflow", "attendee": "badge-1"}
    started = phone.post("/api/v1/tasks", json=asked, headers=app)
    task = f"/api/v1/tasks/{started.json()['task']['id']}"
    scanned = phone.post(f"{task}/scans", json={"checkpoint": "workshop"}, headers=app)
    handed_in = phone.post(f"{task}/submission", json={"text": "example.org/mine"}, headers=app)
    verdict = {"approved": True, "actor": "anna"}
    assert phone.post(f"{task}/verdict", json=verdict, headers=app).status_code == 403
    judged = phone.post(f"{task}/verdict", json=verdict, headers=attendant)
    answers = (started, scanned, handed_in, judged)
    assert [each.status_code for each in answers] == [201, 200, 200, 200]
    wait_until("a code", lambda: phone.get(task, headers=app).json()["task"]["state"] == "rewarded")
    mine = phone.get("/api/v1/attendees/badge-1/codes?reveal=1", headers=app).json()["codes"]
    assert [each["state"] for each in mine] == ["ready"]
    booth.enter("bay-1", mine[0]["code"])
    booth.prompt("load")
    trail = booth.command("audit", "export").stdout
    assert "anna (token floor)" in trail
    assert "event-app (token)" in trail
