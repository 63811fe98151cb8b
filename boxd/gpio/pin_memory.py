"""The memory of simulated pins: levels that no process's death changes, as on a real Pi.

It stands below gpiozero. A folder holds one file that every process maps; an output keeps its last
level when the process that drove it dies, inputs are driven from outside, and every edge is kept
with its CLOCK_MONOTONIC time in a ring that listeners in any process read.

The file `levels`, in bytes; all numbers are in the machine's own order:

    at     length      what
    0      8           the shape's name, `boxd-cu1`: another layout gets another name
    8      16          the boot's id: levels of an earlier boot are wiped
    24     8           number of edges written so far; the next one's number
    64     32 x 4      a pin: is the Pi's output, output's level, pull (MemoryPull),
                       driven from outside (0 not at all, 1 low, 2 high)
    192    32          a pin: its level now, settled from the above and the contacts
    256    128 x 2     a closed contact: the two pins it joins; 0 0 ends the list
    1024   4096 x 16   the ring, edge N at place N modulo 4096: time in ns (8), pin, level,
                       was it the Pi's output, unused, the low 32 bits of N (4)

What is between these parts is unused. Whoever writes holds the lock of the file (`_alone`).
`lines` beside it is empty: byte N of it is locked by whoever claims pin N. `listeners` holds a
named pipe for each listener.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import mmap
import os
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

PINS = 32
EDGES_KEPT = 4096
LOCK_WAIT_S = 0.05  # a process that stops while it holds the lock must not stop the others

_SHAPE = b"boxd-cu1"
_HEAD = struct.Struct("=Q")
_HEAD_AT, _PINS_AT, _LEVELS_AT, _CONTACTS_AT, _RING_AT = 24, 64, 192, 256, 1024
_CONTACTS = 128
_EDGE = struct.Struct("=QBBBxI")
_SIZE = _RING_AT + EDGES_KEPT * _EDGE.size
_numbers = itertools.count(1)


class MemoryPull(IntEnum):
    """The resistor that holds an input that nothing drives."""

    NONE = 0
    UP = 1
    DOWN = 2


@dataclass(frozen=True)
class PinEdge:
    """A pin's level changed at `at` seconds; `driven`: the Pi's own output did it."""

    at: float
    pin: int
    level: bool
    driven: bool


class PinMemory:
    """The pins in `folder`, by BCM number. Safe for several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._listeners = folder / "listeners"
        self._listeners.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._file = os.open(folder / "levels", flags, 0o660)
        self._lines = os.open(folder / "lines", flags, 0o660)
        self._thread = threading.Lock()
        with self._alone():
            if os.fstat(self._file).st_size != _SIZE:
                os.ftruncate(self._file, 0)
                os.ftruncate(self._file, _SIZE)
            self._map = mmap.mmap(self._file, _SIZE)
            self._begin_anew_after_boot()

    def close(self) -> None:
        """Release the claimed lines; the levels stay."""
        self._map.close()
        os.close(self._file)
        os.close(self._lines)

    def claim(self, pin: int) -> None:
        """Hold the line of `pin` until close() or this process's end, as the kernel would.

        Raises BlockingIOError while another process holds it.
        """
        fcntl.fcntl(self._lines, fcntl.F_OFD_SETLK, _whole_line(fcntl.F_WRLCK, pin))

    def level(self, pin: int) -> bool:
        """The level at the pin now."""
        return bool(self._map[_LEVELS_AT + pin])

    def is_output(self, pin: int) -> bool:
        """Whether the Pi drives the pin."""
        return bool(self._map[_PINS_AT + 4 * pin])

    def make_input(self, pin: int, pull: MemoryPull) -> None:
        """Let the Pi release the pin, with or without a resistor."""
        with self._alone():
            at = _PINS_AT + 4 * pin
            self._map[at], self._map[at + 2] = 0, pull
            self._settle(pin)

    def make_output(self, pin: int, level: bool) -> None:
        """Let the Pi drive the pin to a level."""
        with self._alone():
            at = _PINS_AT + 4 * pin
            self._map[at : at + 2] = bytes((1, level))
            self._settle(pin)

    def drive(self, pin: int, level: bool | None) -> None:
        """Drive the pin from outside, or (None) release it."""
        with self._alone():
            self._map[_PINS_AT + 4 * pin + 3] = 0 if level is None else 1 + level
            self._settle(pin)

    def connect(self, one: int, other: int) -> None:
        """Close a contact between two pins, like a key of a matrix."""
        with self._alone():
            pairs = self._contacts()
            if (one, other) not in pairs:
                self._write_contacts([*pairs, (one, other)])
            self._settle(one)

    def disconnect(self, one: int, other: int) -> None:
        """Open the contact between two pins."""
        with self._alone():
            self._write_contacts([pair for pair in self._contacts() if pair != (one, other)])
            self._settle(one)
            self._settle(other)

    def edges(self, since: int = 0) -> tuple[list[PinEdge], int]:
        """The edges from number `since` on that are still kept, and the number of the next one."""
        with self._alone():
            (head,) = _HEAD.unpack_from(self._map, _HEAD_AT)
            first = max(since, head - EDGES_KEPT)
            return [self._edge(number) for number in range(first, head)], head

    def listen(self) -> PinListener:
        """Begin to listen to every later edge."""
        return PinListener(self, self._listeners)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with self._thread:
            give_up = time.monotonic() + LOCK_WAIT_S
            while not _try_lock(self._file) and time.monotonic() < give_up:
                time.sleep(0.0001)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def _begin_anew_after_boot(self) -> None:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip().replace("-", "")
        mark = _SHAPE + bytes.fromhex(boot)
        if self._map[: len(mark)] != mark:
            self._map[:] = mark + bytes(_SIZE - len(mark))

    def _settle(self, pin: int) -> None:
        """Compute the level of everything connected to `pin`, and record what changed."""
        net = self._net(pin)
        level = self._level_of(net)
        now = time.monotonic_ns()
        changed = [each for each in net if self._map[_LEVELS_AT + each] != level]
        for each in changed:
            (head,) = _HEAD.unpack_from(self._map, _HEAD_AT)
            self._map[_LEVELS_AT + each] = level
            place = _RING_AT + head % EDGES_KEPT * _EDGE.size
            driven = self._map[_PINS_AT + 4 * each]
            _EDGE.pack_into(self._map, place, now, each, level, driven, head & 0xFFFFFFFF)
            _HEAD.pack_into(self._map, _HEAD_AT, head + 1)
        if changed:
            self._wake_listeners()

    def _net(self, pin: int) -> list[int]:
        net, contacts = [pin], self._contacts()
        for each in net:
            for pair in contacts:
                if each in pair:
                    net += [end for end in pair if end not in net]
        return net

    def _level_of(self, net: list[int]) -> bool:
        """Outputs and outside drivers decide first, low wins; then the resistors."""
        pins = [self._map[at : at + 4] for at in (_PINS_AT + 4 * pin for pin in net)]
        strong = [pin[1] for pin in pins if pin[0]] + [pin[3] - 1 for pin in pins if pin[3]]
        weak = [pin[2] == MemoryPull.UP for pin in pins if pin[2] and not pin[0]]
        if strong:
            return all(strong)
        return any(weak) if weak else self.level(net[0])

    def _contacts(self) -> list[tuple[int, int]]:
        raw = self._map[_CONTACTS_AT : _CONTACTS_AT + 2 * _CONTACTS].rstrip(b"\0")
        return list(zip(raw[::2], raw[1::2], strict=True))

    def _write_contacts(self, pairs: list[tuple[int, int]]) -> None:
        raw = bytes(end for pair in pairs for end in pair).ljust(2 * _CONTACTS, b"\0")
        self._map[_CONTACTS_AT : _CONTACTS_AT + 2 * _CONTACTS] = raw

    def _edge(self, number: int) -> PinEdge:
        place = _RING_AT + number % EDGES_KEPT * _EDGE.size
        at_ns, pin, level, driven, _ = _EDGE.unpack_from(self._map, place)
        return PinEdge(at_ns / 1e9, pin, bool(level), bool(driven))

    def _wake_listeners(self) -> None:
        with os.scandir(self._listeners) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    _wake(entry.path)


class PinListener:
    """Edges as they happen: wait until `fileno()` is readable, then `read()`."""

    def __init__(self, memory: PinMemory, folder: Path) -> None:
        self._memory = memory
        name = f"{os.getpid()}-{next(_numbers)}"
        self._path, draft = folder / name, folder / f".{name}"
        os.mkfifo(draft, 0o660)
        # Read and write: with a writer of its own the pipe never reports an end.
        self._pipe = os.open(draft, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        draft.rename(self._path)  # only now: writers remove a pipe without a reader
        self._next = memory.edges()[1]

    def fileno(self) -> int:
        """The descriptor to wait for."""
        return self._pipe

    def read(self) -> list[PinEdge]:
        """The edges since the last call."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._pipe, 4096):
                pass
        edges, self._next = self._memory.edges(self._next)
        return edges

    def wake(self) -> None:
        """Make `fileno()` readable, from any thread."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._pipe, b"!")

    def close(self) -> None:
        """Stop listening."""
        self._path.unlink(missing_ok=True)
        os.close(self._pipe)


def _wake(path: str) -> None:
    try:
        pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ENXIO:  # its listener died
            with contextlib.suppress(FileNotFoundError):
                Path(path).unlink()
        return
    with contextlib.suppress(BlockingIOError):  # full: it has been woken often enough
        os.write(pipe, b"!")
    os.close(pipe)


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _whole_line(kind: int, pin: int) -> bytes:
    """The kernel's struct flock for the one byte that represents a pin."""
    return struct.pack("hhqqi4x", kind, os.SEEK_SET, pin, 1, 0)
