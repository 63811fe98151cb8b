"""Somebody at a terminal who runs a boxd command, reads what it says, types, and may leave."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import tempfile
import termios
import threading

from tests.box.booth import ROOT, Booth, wait_until

LOOK_EVERY_S = 0.05
MOST_PRINTED = 1_000_000


class Person:
    """One command on a terminal of its own; stdout goes elsewhere, as with `> file`."""

    def __init__(self, booth: Booth, *words: str) -> None:
        self._leader, follower = pty.openpty()
        without_echo = termios.tcgetattr(follower)
        without_echo[3] &= ~termios.ECHO
        termios.tcsetattr(follower, termios.TCSANOW, without_echo)
        self._printed = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - closed by close()
        self._shown = b""
        self._read_to = 0
        self._is_here = True
        self._process = subprocess.Popen(
            # A session with this terminal as its own: it ends with the terminal, and Ctrl-C works.
            [
                "setsid",
                "--ctty",
                sys.executable,
                "-m",
                "boxd",
                "--config",
                str(booth.config),
                *words,
            ],
            cwd=ROOT,
            stdin=follower,
            stdout=self._printed,
            stderr=follower,
        )
        os.close(follower)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def sees(self, text: str) -> None:
        """Wait until the terminal shows `text`, after what was waited for before."""
        found = wait_until(
            f"the terminal shows {text!r}",
            lambda: self._shown.find(text.encode(), self._read_to) + 1,
        )
        self._read_to = found + len(text.encode()) - 1

    def types(self, line: str) -> None:
        """Type a line and Enter."""
        os.write(self._leader, f"{line}\n".encode())

    def answers(self, question: str, line: str) -> None:
        """Wait for a question and answer it."""
        self.sees(question)
        self.types(line)

    def presses_ctrl_c(self) -> None:
        """Press Ctrl-C."""
        os.write(self._leader, b"\x03")

    def leaves(self) -> None:
        """Close the terminal."""
        self._close_terminal()
        self._process.wait(10)

    def is_killed(self) -> None:
        """Let the command end without a word."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    def ends(self) -> tuple[int, str]:
        """Wait for the end: the exit code, and what was printed to stdout."""
        return self._process.wait(30), self._all_printed()

    def prints(self, text: str) -> None:
        """Wait until the command has printed `text` to stdout."""
        wait_until(f"{text!r} is printed", lambda: text in self._all_printed())

    def _all_printed(self) -> str:
        return os.pread(self._printed.fileno(), MOST_PRINTED, 0).decode()

    def close(self) -> None:
        """Leave nothing running."""
        if self._process.poll() is None:
            self.is_killed()
        self._printed.close()
        if self._leader >= 0:
            self._close_terminal()

    def _close_terminal(self) -> None:
        """A terminal is not closed while somebody still reads from it."""
        self._is_here = False
        self._reader.join(5)
        os.close(self._leader)
        self._leader = -1

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # how Linux says that the other end is closed
            while self._is_here:
                if select.select([self._leader], [], [], LOOK_EVERY_S)[0]:
                    self._shown += os.read(self._leader, 4096)
