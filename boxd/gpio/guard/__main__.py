"""The guard as a program: `python -m boxd.gpio.guard CLIENT MEMORY_DIR PIN...`; boxd starts it.

CLIENT is the number of an inherited socket, MEMORY_DIR the simulated pins' folder or `-` for real
ones, a PIN `17=high`, or `17=high=held` for a latch that may be on for seconds.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from boxd.errors import BoxdError
from boxd.gpio.guard.pair import GuardLink
from boxd.gpio.guard.partner import Partner
from boxd.gpio.guard.pulser import Pulser, refuse
from boxd.gpio.lines import open_lines
from boxd.gpio.outputs import OutputPin, Outputs

REAL_TIME_PRIORITY = 10  # above every ordinary process, below the kernel's own interrupt threads


def main(arguments: Sequence[str]) -> None:
    """Become two processes: this one the partner, its child the pulser."""
    client = socket.socket(fileno=int(arguments[0]))
    memory_dir = None if arguments[1] == "-" else Path(arguments[1])
    pins = [OutputPin.parse(text) for text in arguments[2:]]
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    _hurry()
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # The fork comes before the pins are opened: each process has its own handle, and lgpio a
    # thread.
    partner_id = os.getpid()
    pulser_id = os.fork()
    if pulser_id:
        client.close()
        ends[1].close()
        _watch(GuardLink(ends[0], pulser_id), pulser_id, memory_dir, pins)
    else:
        ends[0].close()
        _pulse(client, GuardLink(ends[1], partner_id), memory_dir, pins)


def _hurry() -> None:
    """Ask for real-time scheduling, and freeze the garbage collector."""
    with contextlib.suppress(OSError):  # not permitted: the ordinary scheduler is good to 1 ms
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(REAL_TIME_PRIORITY))
    gc.collect()
    gc.freeze()


def _watch(
    pulser: GuardLink, pulser_id: int, memory_dir: Path | None, pins: Sequence[OutputPin]
) -> None:
    try:
        outputs = Outputs(open_lines(memory_dir), pins)
    except BoxdError:
        return  # the pulser reports why: it can't open them either
    Partner(pulser, pulser_id, outputs).watch()


def _pulse(
    client: socket.socket, partner: GuardLink, memory_dir: Path | None, pins: Sequence[OutputPin]
) -> None:
    try:
        outputs = Outputs(open_lines(memory_dir), pins)
    except BoxdError as error:
        refuse(client, str(error))
        return
    Pulser(client, partner, outputs, pins).serve()


if __name__ == "__main__":
    status = 1
    try:
        main(sys.argv[1:])
        status = 0
    except Exception:  # noqa: BLE001 - any error is reported, and both processes end
        import traceback

        traceback.print_exc()
    except SystemExit:
        status = 0
    finally:
        # No shutdown of the interpreter: libraries would let driven pins float.
        os._exit(status)
