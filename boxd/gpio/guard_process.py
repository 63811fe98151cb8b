"""One running guard from boxd's side: starting it, sending beats and orders, ending it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from boxd.errors import DeliveryUnknown, DeviceUnreachable
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
from boxd.gpio.outputs import OutputPin
from boxd.words import N_

BEAT_S = 0.2  # the guard drops everything after 0.8 s of silence
ANSWER_S = 0.3  # the guard answers within milliseconds, and refuses orders older than 0.25 s
HUNG_S = 1.0  # the guard beats every 0.1 s
START_S = 15.0  # until its first beat: a cold start from a slow SD card
HUNG_END_S = 0.2  # a running partner notices the end of the other half within microseconds
END_S = 1.5  # its partner tries for a second to get the lines of a dead pulser

DIED = N_("the guard of the latches died; it is being restarted, and boxd's log says more")
HUNG = N_("the guard of the latches hung; it is being restarted")


class GuardProcess:
    """A guard and the socket to it. Both end together, whichever ends first."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        end: socket.socket,
        on_ready: Callable[[], None],
    ) -> None:
        end.setblocking(False)
        self._process = process
        self._socket = end
        self._on_ready = on_ready
        self._pulser: int | None = None
        self._heard_by = time.monotonic() + START_S
        self._gone = asyncio.Event()
        self._why = DIED
        self._numbers = itertools.count(1)
        self._open_orders: dict[int, asyncio.Future[str]] = {}

    @classmethod
    async def spawn(
        cls, pins: Sequence[OutputPin], memory_dir: Path | None, on_ready: Callable[[], None]
    ) -> GuardProcess:
        """Start a guard. Raises OSError. It ends by itself when this program does."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "boxd.gpio.guard",
                str(theirs.fileno()),
                _where(memory_dir),
                *map(str, pins),
                cwd="/",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C in a terminal is for boxd
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return cls(process, ours, on_ready)

    async def live(self) -> str:
        """Send beats until the guard is gone, with its pins off. Returns why it went."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._socket, self._hear)
        try:
            while not self._gone.is_set():
                self._beat()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._gone.wait(), BEAT_S)
        finally:
            loop.remove_reader(self._socket)
            self._socket.close()
            for answer in self._open_orders.values():
                answer.cancel()
            await self._end()
        return self._why

    async def pulse(self, latch: int, ms: int) -> None:
        """Order a pulse of the latch with this number; returns when it is energised.

        Raises DeviceUnreachable if nothing was or will be moved, otherwise DeliveryUnknown.
        """
        order = next(self._numbers)
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        try:
            self._socket.send(to_bytes(GuardPulse(order, latch, ms, time.monotonic())))
        except OSError as error:  # a packet is sent whole or not at all
            raise DeviceUnreachable(
                f"the guard of the latches takes no orders ({error}); nothing was sent"
            ) from error
        self._open_orders[order] = answer
        try:
            await asyncio.wait({answer}, timeout=ANSWER_S)
        finally:
            del self._open_orders[order]
        if not answer.done() or answer.cancelled():
            how = "did not answer in time" if not answer.done() else "died"
            raise DeliveryUnknown(
                f"the guard of the latches {how} after the order; look whether the locker is open"
            )
        if refusal := answer.result():
            raise DeviceUnreachable(f"{refusal}; nothing was moved")

    def _hear(self) -> None:
        while not self._gone.is_set():
            try:
                packet = self._socket.recv(LONGEST_BYTES)
            except BlockingIOError:
                return
            except ConnectionResetError:
                continue  # it ended with a beat of ours unread; its last words come after this
            except OSError:
                packet = b""
            if not packet:
                self._gone.set()
                return
            self._take(from_bytes(packet))

    def _take(self, message: Message) -> None:
        match message:
            case Ready():
                self._pulser = message.pulser
                self._on_ready()
            case Failed():
                self._why = message.why
            case Begun():
                self._answer(message.order, "")
            case GuardRefused():
                self._answer(message.order, message.why)
            case Beat():
                pass
        self._heard_by = time.monotonic() + (HUNG_S if self._pulser else START_S)

    def _answer(self, order: int, refusal: str) -> None:
        answer = self._open_orders.get(order)
        if answer is not None and not answer.done():
            answer.set_result(refusal)

    def _beat(self) -> None:
        with contextlib.suppress(OSError):  # full or gone: heard of in a moment
            self._socket.send(to_bytes(Beat()))
        if time.monotonic() > self._heard_by:
            self._why = HUNG
            self._gone.set()

    async def _end(self) -> None:
        """Wait until both its processes have ended, as they do without a client; else kill them."""
        if self._why == HUNG:
            # Its partner should have ended it before: while neither runs, a latch may be energised.
            # If one of them still can, it drives everything off now; else the next guard.
            _kill(self._pulser)
        try:
            async with asyncio.timeout(HUNG_END_S if self._why == HUNG else END_S):
                await asyncio.shield(self._process.wait())
        except TimeoutError:
            _kill(self._pulser)
            _kill(self._process.pid)
            await self._process.wait()


def _kill(process: int | None) -> None:
    if process is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _where(memory_dir: Path | None) -> str:
    return str(memory_dir.absolute()) if memory_dir else "-"
