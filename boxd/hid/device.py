"""One configured number pad, keyboard or scanner: found, grabbed, read, and found again."""

from __future__ import annotations

import asyncio
import fcntl
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from boxd.device_line import DeviceLine, LineFault
from boxd.device_parts import ReportedKeypad, ReportedReader
from boxd.device_state import StatusTracker
from boxd.devices import DeviceState, DeviceStatus, Door, KeyTouch, Lamp, LampName, Latch
from boxd.fresh_keys import FreshKeys
from boxd.hid.events import EV_KEY, EV_SYN, PRESSED, RELEASED, SYN_DROPPED, EventStream, InputEvent
from boxd.hid.input_port import Control, InputPort, explain
from boxd.hid.scans import ScanCollector
from boxd.plugged_instead import plugged_instead

if TYPE_CHECKING:
    from boxd.hid.sections import HidDevice

LOOK_EVERY_S = 0.5  # people expect to see a device come and go within two seconds


class HidInput:
    """An input device and its connection.

    Keys are reported as they are pressed and let go, whatever is held; what the kernel repeats
    while one is held is not. Keys of the moment after each opening are dropped, and so is a key
    that was down before it. `path_of` returns the path of a configured port, `unconfigured` the
    lasting paths that no configuration names. `tried` is set after the first attempt.
    """

    buzzer = None
    restart_sensor = None

    def __init__(
        self,
        device: HidDevice,
        on_change: Callable[[], None],
        path_of: Callable[[str], str],
        unconfigured: Callable[[], Sequence[str]],
        control: Control = fcntl.ioctl,
    ) -> None:
        self.name = device.name
        self.tried = asyncio.Event()
        self.line = DeviceLine()
        self.keypad = ReportedKeypad()
        self.reader = ReportedReader()
        self.lamps: dict[LampName, Lamp] = {}
        self.latches: dict[str, Latch] = {}
        self.doors: dict[str, Door] = {}
        self._port_name = device.port
        self._key_of = device.key_of_code
        self._path_of = path_of
        self._unconfigured = unconfigured
        self._control = control
        self._standing = StatusTracker(
            device.name, device.kind, device.port, on_change, enabled=device.enabled
        )
        self._port: InputPort | None = None
        self._is_over = asyncio.Event()
        self._stream = EventStream()
        self._scans = ScanCollector()
        self._fresh = FreshKeys(0.0)
        self._held: set[int] = set()

    @property
    def status(self) -> DeviceStatus:
        """The device's state, since when, and why."""
        return self._standing.status

    async def keep_connected(self) -> None:
        """Open it, and again whenever it was gone; returns at once if it is disabled."""
        while self._standing.is_enabled:
            self._is_over.clear()
            await self._connect()
            self.tried.set()
            if self._port is not None:
                await self._is_over.wait()
            await asyncio.sleep(LOOK_EVERY_S)

    def close(self) -> None:
        """Let it go."""
        if self._port is not None:
            self._port.close()
            self._port = None

    def give_up(self, why: str) -> None:
        """Be unreachable for good."""
        self._standing.become(DeviceState.UNREACHABLE, why)

    async def _connect(self) -> None:
        try:
            path = self._path_of(self._port_name)
            self._port = InputPort(path, self._feed, self._lose, self._control)
        except OSError as error:
            self._standing.become(DeviceState.UNREACHABLE, await self._why_not_open(error))
            return
        self._stream, self._fresh = EventStream(), FreshKeys(time.monotonic())
        self._held.clear()
        self._scans.forget()
        self._standing.become(DeviceState.READY)

    async def _why_not_open(self, error: OSError) -> str:
        if not isinstance(error, FileNotFoundError):
            return explain(error)
        # In a thread: a folder of devices that are being unplugged may be slow.
        others = await asyncio.to_thread(self._unconfigured)
        lines = {port: (f'port = "{port}"',) for port in others}
        return plugged_instead(explain(error), self._port_name, lines)

    def _lose(self, error: OSError) -> None:
        self._port = None
        self._standing.become(DeviceState.UNREACHABLE, explain(error))
        self._is_over.set()

    def _feed(self, data: bytes) -> None:
        for event in self._stream.feed(data):
            if (event.kind, event.code) == (EV_SYN, SYN_DROPPED):
                self.line.note(LineFault.DROPPED)
                self._scans.forget()
                self._release_all(event.at)
            elif event.kind == EV_KEY:
                self._hear(event)

    def _hear(self, event: InputEvent) -> None:
        if event.value == PRESSED:
            self._press(event)
        elif event.value == RELEASED and event.code in self._held:
            self._held.discard(event.code)
            self._touch(event.code, False, event.at)

    def _press(self, event: InputEvent) -> None:
        if not self._fresh.is_new(time.monotonic()):
            self.line.ignore("a key", "it was pressed before the device was opened")
            return
        self._held.add(event.code)
        self._touch(event.code, True, event.at)
        text = self._scans.press(event.code, event.at)
        if text is not None:
            self.reader.read(text)

    def _touch(self, code: int, touched: bool, at: float) -> None:
        key = self._key_of.get(code)
        if key is not None:
            self.keypad.touch(KeyTouch(key, touched, at))
        elif touched and not self.reader.is_used:
            self.line.ignore(f"the key with code {code}", "no key of the box has this code")

    def _release_all(self, at: float) -> None:
        held, self._held = self._held, set()
        for code in held:
            self._touch(code, False, at)
