"""Who asks: only a trusted proxy is believed, and nobody's word for the daemon passes."""

from __future__ import annotations

import pytest

from boxd.gateway.origin import Origin, origin_of
from boxd.gateway.request import ClientRequest

PROXY = "10.0.0.9"


def asked(**headers: str) -> ClientRequest:
    pairs = [(n.replace("_", "-").encode(), v.encode()) for n, v in headers.items()]
    return ClientRequest(b"GET", b"/", pairs, b"")


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("10.0.0.1", "10.0.0.2", "10.0.0.1"),
        (PROXY, "10.0.0.2", "10.0.0.2"),
        (PROXY, "made-up, 10.0.0.2", "10.0.0.2"),
        (PROXY, f"10.0.0.2, {PROXY}", "10.0.0.2"),
        (PROXY, "", PROXY),
        (PROXY, PROXY, PROXY),
    ],
)
def test_the_client_is_the_last_that_is_no_proxy(peer: str, forwarded: str, address: str) -> None:
    request = asked(x_forwarded_for=forwarded)
    assert origin_of(request, peer, True, {PROXY}) == Origin(address, is_secure=True)


def test_a_trusted_proxy_says_whether_the_phone_speaks_tls() -> None:
    request = asked(x_forwarded_for="10.0.0.2", x_forwarded_proto="https")
    assert origin_of(request, PROXY, False, {PROXY}).is_secure
    assert not origin_of(request, "10.0.0.3", False, {PROXY}).is_secure


def test_what_only_the_gateway_may_say_is_not_passed_on() -> None:
    said = asked(
        boxd_client="10.0.0.2",
        boxd_scheme="https",
        x_forwarded_for="10.0.0.2",
        forwarded="for=x",
        connection="close",
        transfer_encoding="chunked",
        authorization="Bearer x",
    )
    assert said.passed_on() == [(b"authorization", b"Bearer x")]
