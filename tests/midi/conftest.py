"""Real JACK servers for the tests that need one."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest

from boxd.midi.jack import JackServer

# Without -S messages are lost under load; with it a killed client's ports are kept for seconds.
_OPTIONS = ("-r", "-S", "-d", "dummy", "-r", "48000", "-p", "128")


@pytest.fixture
def jack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A JACK server of the test's own; its name."""
    import_module("rtmidi")  # it brings the libjack that JackServer looks for
    log = tmp_path / "jackd.log"
    name = f"boxd-test-{uuid4().hex[:8]}"
    monkeypatch.setenv("JACK_DEFAULT_SERVER", name)
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    with log.open("wb") as output:
        server = subprocess.Popen(
            ["jackd", "-n", name, *_OPTIONS],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ.copy(),
        )
    try:
        _await(server, log)
        yield name
    finally:
        server.terminate()
        server.wait(10)


def _await(server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            JackServer().close()
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"jackd did not start: {log.read_text()}")
            time.sleep(0.02)
        else:
            return
