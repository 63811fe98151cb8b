"""One exchange with a real peer over TCP and TLS, well and badly behaved."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from boxd.upstream.exchange import Peer as UpstreamPeer
from boxd.upstream.exchange import Request, Unreachable, Untrusted, exchange
from boxd.upstream.signature import Secret, signed_headers
from tests.upstream.peer import KEY, Peer, make_certificate

BODY = b'{"type":"boxd.events","box":"box-1","events":[]}'


def post() -> Request:
    signed = signed_headers(Secret(KEY), "msg_1", int(time.time()), BODY)
    more = {"content-type": "application/json", "idempotency-key": "msg_1"}
    return Request("POST", signed | more, BODY)


def to(peer: Peer, **changes: object) -> UpstreamPeer:
    values = {"connect_timeout_s": 1.0, "timeout_s": 1.0, "ca_file": None} | changes
    return UpstreamPeer(peer.url, **values)  # type: ignore[arg-type]


async def test_an_answer_comes_whole(peer: Peer) -> None:
    answer = await exchange(to(peer), post())

    assert (answer.status, answer.content_type) == (200, "application/json")
    assert answer.body == b'{"received": []}'


async def test_tls_with_an_authority_of_one_s_own(tmp_path: Path) -> None:
    peer = Peer(tmp_path, tls=True)
    peer.start()
    try:
        answer = await exchange(to(peer, ca_file=peer.ca_file), post())
        assert answer.status == 200
        with pytest.raises(Untrusted, match="certificate is not to be trusted"):
            await exchange(to(peer), post())
    finally:
        peer.close()


async def test_a_renewed_authority_counts_at_once(tmp_path: Path) -> None:
    peer = Peer(tmp_path, tls=True)
    peer.start()
    mine = tmp_path / "mine.pem"
    make_certificate(mine, tmp_path / "mine.key")
    try:
        with pytest.raises(Untrusted):
            await exchange(to(peer, ca_file=mine), post())
        mine.write_bytes(peer.ca_file.read_bytes())
        assert (await exchange(to(peer, ca_file=mine), post())).status == 200
    finally:
        peer.close()


async def test_a_certificate_for_another_name_is_not_trusted(tmp_path: Path) -> None:
    peer = Peer(tmp_path, tls=True)
    make_certificate(peer.ca_file, peer.ca_file.with_suffix(".key"), "elsewhere.example")
    peer.start()
    try:
        with pytest.raises(Untrusted, match="localhost"):
            await exchange(to(peer, ca_file=peer.ca_file), post())
    finally:
        peer.close()


async def test_an_authority_s_file_that_is_not_there(peer: Peer, tmp_path: Path) -> None:
    elsewhere = UpstreamPeer("https://localhost:1/", 1, 1, tmp_path / "none.pem")
    with pytest.raises(Untrusted, match=r"ca_file .*none.pem can't be used"):
        await exchange(elsewhere, post())


@pytest.mark.parametrize(
    ("mood", "why"),
    [
        ("silent", "no whole answer within 1 s"),
        ("dripping", "no whole answer within 1 s"),
        ("resetting", "Connection reset by peer"),
        ("resetting after it took them", "Connection reset by peer"),
        ("half", "broke off"),
        ("endless", "longer than 1048576 bytes"),
    ],
)
async def test_what_is_no_whole_answer_is_none(peer: Peer, mood: str, why: str) -> None:
    peer.mood = mood
    with pytest.raises(Unreachable, match=why):
        await exchange(to(peer), post())


async def test_nobody_listens(peer: Peer) -> None:
    peer.stop()
    with pytest.raises(Unreachable, match=r"refused|failed"):
        await exchange(to(peer), post())


async def test_somebody_who_speaks_no_http() -> None:
    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(BODY)
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(shout, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Unreachable, match="no HTTP"):
            await exchange(UpstreamPeer(f"http://127.0.0.1:{port}/", 1, 1), post())


async def test_a_redirect_is_not_followed(peer: Peer) -> None:
    peer.mood = "redirecting"
    answer = await exchange(to(peer), post())
    assert (answer.status, answer.headers["location"]) == (302, "http://10.0.0.1/login?u=1")
    assert peer.backend.requests == 1


async def test_a_name_that_nobody_knows() -> None:
    with pytest.raises(Unreachable):
        await exchange(UpstreamPeer("http://nobody.invalid/", 5, 5), post())


async def test_the_event_loop_goes_on_while_a_peer_is_silent(peer: Peer) -> None:
    peer.mood = "silent"
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    turning = asyncio.create_task(turn())
    with pytest.raises(Unreachable):
        await exchange(to(peer), post())
    turning.cancel()
    assert turns > 1000
