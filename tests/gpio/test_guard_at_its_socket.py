"""The guard as its client sees it: packets in, packets out, and what the pins do meanwhile."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from boxd.gpio.guard.messages import (
    LONGEST_BYTES,
    Beat,
    Begun,
    Failed,
    GuardPulse,
    GuardRefused,
    Message,
    Ready,
    from_bytes,
    to_bytes,
)
from tests.gpio.guarding import DEADLINE_S, START_DEADLINE_S, has_ended, kill, pulses_ms, until
from tests.gpio.wiring import Wiring, open_wiring

COIL, STRIKE = 17, 27
LATE_S = 0.15  # how late a busy computer may be without anything being wrong
SILENCE_S = 0.8
Kind = TypeVar("Kind", bound=Message)


class Client:
    """A client that does just what a test says: nothing beats by itself."""

    def __init__(self, wiring: Wiring, *pins: str) -> None:
        self.end, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.end.settimeout(START_DEADLINE_S)
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "boxd.gpio.guard", str(theirs.fileno())),
                *(str(wiring.memory_dir or "-"), *pins),
            ],
            pass_fds=[theirs.fileno()],
            stderr=subprocess.PIPE,
            text=True,
        )
        theirs.close()
        self.beats = 0
        self._said: str | None = None

    def send(self, message: Message) -> None:
        self.end.send(to_bytes(message))

    def next(self, kind: type[Kind]) -> Kind:
        """The next message that is no beat; it has to be of this kind."""
        while isinstance(message := from_bytes(self.end.recv(LONGEST_BYTES)), Beat):
            self.beats += 1
        assert isinstance(message, kind), message
        return message

    def order(self, order: int, latch: int, ms: int, age_s: float = 0.0) -> None:
        self.send(GuardPulse(order, latch, ms, time.monotonic() - age_s))

    def beat_for(self, seconds: float) -> None:
        """Be alive for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.send(Beat())
            time.sleep(0.05)

    def both(self) -> list[int]:
        """The guard's two processes."""
        children = psutil.Process(self.process.pid).children()
        return [self.process.pid, *(child.pid for child in children)]

    def end_of(self) -> str:
        """Wait for the guard's end; what it said on its standard error."""
        if self._said is None:
            self._said = self.process.communicate(timeout=DEADLINE_S)[1]
        return self._said

    def close(self) -> None:
        self.end.close()
        if self.process.poll() is None:
            kill(*reversed(self.both()))
        self.end_of()


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wiring]:
    wiring = open_wiring(tmp_path / "pins")
    wiring.rest(COIL, False)
    wiring.rest(STRIKE, False)
    yield wiring
    wiring.close()


@pytest.fixture
def client(wiring: Wiring) -> Iterator[Client]:
    """A client of a guard for a solenoid, its latch 0, and a strike, its latch 1."""
    client = Client(wiring, f"{COIL}=high", f"{STRIKE}=high=held")
    yield client
    client.close()


def test_it_is_ready_once_and_names_the_process_that_holds_the_pins(client: Client) -> None:
    ready = client.next(Ready)
    assert [ready.pulser] == client.both()[1:]


def test_each_order_is_answered_under_its_own_number(client: Client, wiring: Wiring) -> None:
    client.next(Ready)
    client.order(7, latch=0, ms=300)
    assert client.next(Begun).order == 7
    client.order(8, latch=0, ms=100)
    assert (refused := client.next(GuardRefused)).order == 8
    assert "being pulsed" in refused.why
    client.order(9, latch=1, ms=100)
    assert client.next(Begun).order == 9
    client.beat_for(0.6)
    assert [len(wiring.changes(pin)) for pin in (COIL, STRIKE)] == [2, 2]


@pytest.mark.parametrize(
    ("latch", "ms", "age_s", "why"),
    [
        (2, 100, 0.0, "no latch number 2"),
        (255, 100, 0.0, "no latch number 255"),
        (0, 501, 0.0, "1 to 500 ms"),
        (0, 0, 0.0, "0 ms is not a pulse"),
        (1, 10_001, 0.0, "1 to 10000 ms"),
        (0, 100, 0.5, "the computer is too busy"),
        (0, 100, 3600.0, "the computer is too busy"),
        (0, 100, -5.0, "the computer is too busy"),
    ],
)
def test_what_is_refused_moves_nothing_and_the_next_order_is_taken(
    client: Client, wiring: Wiring, latch: int, ms: int, age_s: float, why: str
) -> None:
    client.next(Ready)
    client.order(1, latch, ms, age_s)
    assert why in client.next(GuardRefused).why
    assert wiring.changes(COIL) == wiring.changes(STRIKE) == []
    client.order(2, latch=0, ms=20)
    assert client.next(Begun).order == 2


def test_it_beats_while_it_has_nothing_to_do(client: Client) -> None:
    client.next(Ready)
    client.beat_for(1.0)
    client.order(1, latch=0, ms=10)
    client.next(Begun)
    assert 5 <= client.beats <= 12, "every 0.1 s"


def test_a_client_that_falls_silent_loses_what_it_holds(client: Client, wiring: Wiring) -> None:
    client.next(Ready)
    client.order(1, latch=1, ms=10_000)
    client.next(Begun)
    until(lambda: not wiring.level(STRIKE), SILENCE_S + 1)
    (held,) = pulses_ms(wiring.changes(STRIKE))
    assert SILENCE_S - 0.01 <= held / 1000 <= SILENCE_S + LATE_S

    client.order(2, latch=0, ms=20)  # it was silent, and is not gone
    assert client.next(Begun).order == 2
    client.end.close()
    assert "boxd was silent: every latch off" in client.end_of()


def test_a_client_that_beats_keeps_what_it_holds(client: Client, wiring: Wiring) -> None:
    client.next(Ready)
    client.order(1, latch=1, ms=1500)
    client.next(Begun)
    client.beat_for(1.7)
    (held,) = pulses_ms(wiring.changes(STRIKE))
    assert 1.49 <= held / 1000 <= 1.5 + LATE_S


def test_silence_without_a_pulse_costs_nothing(client: Client) -> None:
    client.next(Ready)
    time.sleep(SILENCE_S + 0.4)
    client.order(1, latch=0, ms=20)
    client.next(Begun)
    client.end.close()
    assert client.end_of() == ""


def test_pulses_end_each_in_its_own_time(client: Client, wiring: Wiring) -> None:
    client.next(Ready)
    client.order(1, latch=1, ms=400)
    client.order(2, latch=0, ms=100)
    client.beat_for(0.7)
    (short,), (long,) = pulses_ms(wiring.changes(COIL)), pulses_ms(wiring.changes(STRIKE))
    assert 99 <= short <= 100 + LATE_S * 1000
    assert 399 <= long <= 400 + LATE_S * 1000


@pytest.mark.parametrize("packet", [b"\xff", b"\x01\x00", b""], ids=["unknown", "short", "end"])
def test_whatever_ends_it_every_latch_is_off_and_both_processes_are_gone(
    client: Client, wiring: Wiring, packet: bytes
) -> None:
    client.next(Ready)
    client.order(1, latch=1, ms=10_000)
    client.next(Begun)
    both = client.both()
    if packet:
        client.end.send(packet)
    else:
        client.end.close()
    until(lambda: not wiring.level(STRIKE), 0.5)
    until(lambda: all(map(has_ended, both)))
    assert len(wiring.changes(STRIKE)) == 2


def test_a_guard_that_can_not_have_its_pins_says_which_and_ends(
    client: Client, wiring: Wiring
) -> None:
    client.next(Ready)
    second = Client(wiring, f"{STRIKE}=high=held")
    try:
        assert f"GPIO{STRIKE}" in second.next(Failed).why
        second.end_of()
    finally:
        second.close()
    assert wiring.changes(STRIKE) == []
