"""JACK servers for the tests, with the options that a busy machine needs."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest

from boxd.midi.jack import JackServer

# Without -S messages are lost under load. With it the server waits up to ten client timeouts (-t)
# for a client that is late, and what is sent to one that is later still is lost. It waits as long
# for a client that ends in the middle of a cycle, and takes no new one when that is longer than
# five seconds, as it is by default. Half a second is enough for what a busy machine holds up.
OPTIONS = ("-r", "-S", "-t", "50", "-d", "dummy", "-r", "48000", "-p", "128")
STARTS_WITHIN_S = 60.0


def start_jackd(name: str, log: Path) -> subprocess.Popen[bytes]:
    """The server of this name, which may not answer yet; it ends with this process.

    JACK has room for eight servers: one that outlives a worker that was killed takes a place.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "jackd", "-n", name, *OPTIONS],
            stdout=output,
            stderr=output,
            env={**os.environ, "JACK_DEFAULT_SERVER": name},
        )


@contextmanager
def jack_server(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A JACK server that this process, and what it starts meanwhile, finds by itself."""
    import_module("rtmidi")  # it brings the libjack that JackServer looks for
    name, log = f"boxd-test-{uuid4().hex[:8]}", folder / "jackd.log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JACK_DEFAULT_SERVER", name)
        patch.setenv("JACK_NO_START_SERVER", "1")
        server = start_jackd(name, log)
        try:
            _await(server, log)
            yield server
        finally:
            server.terminate()
            server.wait(10)


def _await(server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            JackServer().close()
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"jackd did not start: {log.read_text()}")
            time.sleep(0.02)
        else:
            return
