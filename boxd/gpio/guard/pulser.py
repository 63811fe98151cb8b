"""The pulser: the only process that holds the latches' pins; begins pulses, ends them in time."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence

from boxd.gpio.guard.limits import (
    BEAT_S,
    LONGEST_MS,
    PARTNER_SILENCE_S,
    SILENCE_S,
    START_S,
)
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
from boxd.gpio.guard.pair import GuardLink
from boxd.gpio.guard.pulses import Pulses
from boxd.gpio.outputs import OutputPin, Outputs

HELD_ELSEWHERE_S = 0.3  # a guard that has just ended may still hold the lines for an instant


class Pulser:
    """Serves one client until it, or the partner, is gone; then everything is off."""

    def __init__(
        self, client: socket.socket, partner: GuardLink, outputs: Outputs, pins: Sequence[OutputPin]
    ) -> None:
        self._client = client
        self._partner = partner
        self._outputs = outputs
        self._pins = tuple(pins)
        held = frozenset(number for number, pin in enumerate(self._pins) if pin.may_be_held)
        self._pulses = Pulses(len(self._pins), held)
        self._heard = time.monotonic()
        self._next_beat = 0.0
        self._is_over = False

    def serve(self) -> None:
        """Claim the pins off and carry out orders; returns when this guard has to end."""
        signal.signal(signal.SIGTERM, _end)
        try:
            if self._begin():
                while not self._is_over:
                    self._turn()
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            self._drop_all()

    def _begin(self) -> bool:
        missing = self._outputs.drive_off(HELD_ELSEWHERE_S)
        if missing:
            self._say(Failed("; ".join(str(error) for error in missing.values())))
            return False
        self._partner.beat(None)
        if not self._partner.wait(START_S):
            self._say(Failed("its partner process did not start; see the lines before"))
            return False
        self._say(Ready(os.getpid()))
        return True

    def _turn(self) -> None:
        """Wait for the first event, and do what is due."""
        client, partner = self._client.fileno(), self._partner.fileno()
        readable, _, _ = select.select([client, partner], [], [], self._wait_s())
        self._end_due_pulses()
        if partner in readable and not self._partner.hear():
            self._give_up("its partner process died")
        if client in readable:
            self._hear_client()
        now = time.monotonic()
        if now - self._partner.heard > PARTNER_SILENCE_S:
            self._partner.kill()
            self._give_up("its partner process hung")
        if self._pulses.next_end is not None and now - self._heard > SILENCE_S:
            self._drop_all()
            _tell("boxd was silent: every latch off")
        if now >= self._next_beat:
            self._next_beat = now + BEAT_S
            self._partner.beat(self._pulses.next_end)
            self._say(Beat())

    def _wait_s(self) -> float:
        moments = [self._next_beat]
        if (next_end := self._pulses.next_end) is not None:
            moments += [next_end, self._heard + SILENCE_S]
        return max(0.0, min(moments) - time.monotonic())

    def _hear_client(self) -> None:
        while not self._is_over:
            try:
                packet = self._client.recv(LONGEST_BYTES, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            except OSError:  # the same as its end
                packet = b""
            if not packet:
                self._is_over = True  # boxd has ended, in whatever way
                return
            self._heard = time.monotonic()
            message = from_bytes(packet)
            if isinstance(message, GuardPulse):
                self._pulse(message)

    def _pulse(self, order: GuardPulse) -> None:
        now = time.monotonic()
        if why := self._pulses.why_refused(order, now):
            self._say(GuardRefused(order.order, why))
            return
        self._pulses.begin(order, now)
        # The partner first: from here on it ends the pulse if this process can't.
        self._partner.beat(self._pulses.next_end)
        self._outputs.switch_on(self._pins[order.latch])
        self._say(Begun(order.order))

    def _end_due_pulses(self) -> None:
        due = self._pulses.due(time.monotonic())
        for latch in due:
            self._outputs.switch_off(self._pins[latch])
            self._pulses.end(latch)
        if due:
            self._partner.beat(self._pulses.next_end)

    def _drop_all(self) -> None:
        missing = self._outputs.drive_off(0)
        for latch in range(len(self._pins)):
            self._pulses.end(latch)
        self._partner.beat(None)
        if missing:  # the partner tries next, with a handle of its own
            self._is_over = True

    def _give_up(self, why: str) -> None:
        self._is_over = True
        self._drop_all()  # before any message: the reader of the log may be slow
        _tell(f"{why}; every latch off, boxd starts another guard")

    def _say(self, message: Message) -> None:
        # Full or gone: a client that does not read counts as silent.
        with contextlib.suppress(OSError):
            self._client.send(to_bytes(message), socket.MSG_DONTWAIT)


def refuse(client: socket.socket, why: str) -> None:
    """Tell the client why there will be no guard."""
    with contextlib.suppress(OSError):
        client.send(to_bytes(Failed(why)), socket.MSG_DONTWAIT)


def _end(*_: object) -> None:
    raise SystemExit(0)


def _tell(what: str) -> None:
    with contextlib.suppress(OSError):
        print(f"boxd guard (pulses up to {LONGEST_MS} ms): {what}", file=sys.stderr, flush=True)
