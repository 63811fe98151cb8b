"""How long a plain Temporal server takes until its port opens: `bare_server.py TEMPORAL`.

Prints the seconds of its first start, on no file, and of the next, on its file. It runs in the
guest and on the host, to be set beside each other, and needs nothing but Python.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ADDRESS = "127.0.0.1"
LOOK_EVERY_S = 0.02


def start_once(program: str, database: Path) -> float:
    """Start it and end it again."""
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        port = probe.getsockname()[1]
    command = [program, "server", "start-dev", "--headless", "--port", str(port)]
    begun = time.monotonic()
    server = subprocess.Popen(
        [*command, "--db-filename", str(database)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _is_open(port):
            if server.poll() is not None:
                raise SystemExit(f"{program} ended with {server.returncode}")
            time.sleep(LOOK_EVERY_S)
        return time.monotonic() - begun
    finally:
        server.terminate()
        server.wait()


def _is_open(port: int) -> bool:
    with socket.socket() as trying:
        return trying.connect_ex((ADDRESS, port)) == 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        took = [start_once(sys.argv[1], Path(folder) / "temporal.db") for _ in range(2)]
    print(", ".join(f"{seconds:.2f} s" for seconds in took))
