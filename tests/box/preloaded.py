"""boxd's programs as processes of their own that need not import everything again.

A process that has imported boxd and no more is forked for each; from there on it is
`python -m boxd` with arguments, environment, folder and files of its own. What a start imports
took two thirds of its computing time, and these tests start boxd some hundred times.

python -m tests.box.preloaded SOCKET (a descriptor; `Preloaded` starts it)
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile

ROOT = Path(__file__).parents[2]
MOST_BYTES = 100_000  # of one request: its environment is the most of it
# What a started box and the commands import. They start no thread and open nothing.
IMPORTED = (
    "boxd.cli.run",
    "boxd.daemon.startup",
    "boxd.daemon.people",
    "boxd.daemon.driving",
    "boxd.cli.daemon",
)


class Program:
    """A started program, as `subprocess.Popen` would show it."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self.returncode: int | None = None
        said = end.recv(MOST_BYTES)
        assert said, "the preloaded process has ended"
        self.pid = int(said)

    def poll(self) -> int | None:
        """Its exit code, or minus the signal that ended it; None while it runs."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """The same once it has ended. Raises TimeoutExpired."""
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Signal it, if it has not ended: its process id may be somebody else's later."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _look(self, within_s: float | None) -> int | None:
        if self.returncode is None and select.select([self._end], [], [], within_s)[0]:
            said = self._end.recv(MOST_BYTES)
            assert said, "the preloaded process has ended"
            self.returncode = int(said)
            self._end.close()
        return self.returncode


class Preloaded:
    """The process that is forked. It ends with this one."""

    def __init__(self) -> None:
        self._socket, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(there.fileno())],
            cwd=ROOT,
            pass_fds=[there.fileno()],
        )
        there.close()

    def start(
        self, words: Sequence[str], environment: Mapping[str, str], files: Sequence[int]
    ) -> Program:
        """`python -m WORDS`, with `files` as its input, output and complaints."""
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        request = json.dumps({"words": [*words], "environment": {**environment}})
        with there:
            socket.send_fds(self._socket, [request.encode()], [there.fileno(), *files])
        return Program(here)

    def run(self, words: Sequence[str], within_s: float) -> subprocess.CompletedProcess[str]:
        """The same as a command that nobody types to: what it said, once it has ended."""
        with ExitStack() as closing:
            nothing = closing.enter_context(Path(os.devnull).open("rb"))
            said, complained = (closing.enter_context(TemporaryFile("w+")) for _ in range(2))
            files = [each.fileno() for each in (nothing, said, complained)]
            code = self.start(words, os.environ, files).wait(within_s)
            for each in (said, complained):
                each.seek(0)
            return subprocess.CompletedProcess([*words], code, said.read(), complained.read())


_here: list[Preloaded] = []


def preloaded() -> Preloaded:
    """The one of this process, started when it is first asked for."""
    if not _here:
        _here.append(Preloaded())
    return _here[0]


def _serve(requests: socket.socket) -> None:
    """Fork for each request, and tell each program's end, until nobody can ask any more."""
    ends: dict[int, socket.socket] = {}
    woken, wake = socket.socketpair()
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the tests, and they end it
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    while True:
        ready, _, _ = select.select([requests, woken], [], [])
        if woken in ready:
            woken.recv(1000)
            _tell_ends(ends)
        if requests in ready:
            said, files, _, _ = socket.recv_fds(requests, MOST_BYTES, 4)
            if not said:
                return
            end = socket.socket(fileno=files[0])
            pid = os.fork()
            if not pid:
                _become(json.loads(said), files[1:], [requests, woken, wake, end, *ends.values()])
            for file in files[1:]:
                os.close(file)
            ends[pid] = end
            end.send(str(pid).encode())


def _tell_ends(ends: dict[int, socket.socket]) -> None:
    while ends:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with ends.pop(pid) as end, suppress(OSError):  # nobody wants to know
            end.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(
    request: dict[str, object], files: Sequence[int], ours: Sequence[socket.socket]
) -> None:
    """Run a module as the program of this process; never returns."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for each in ours:
        each.close()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(request["environment"])  # type: ignore[call-overload]
    time.tzset()
    words: list[str] = request["words"]  # type: ignore[assignment]
    module, *sys.argv[1:] = words
    code = 1
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - as the interpreter does with what nobody caught
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv.pop(1))) as own:
        for name in IMPORTED:
            import_module(name)
        gc.freeze()  # what is shared stays shared
        assert len([*Path("/proc/self/task").iterdir()]) == 1, "a fork would lose threads"
        _serve(own)
