"""What happens at the devices as an event stream, for whoever watches or tests them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from boxd.bays.device_events import DeviceEvent
from boxd.bays.device_tests import DeviceTest, DeviceTests
from boxd.web.stream import TailEnded

Json = dict[str, Any]

MOST_WAITING = 2000  # events that a slow listener may be behind; older ones are left out then


class DeviceTail:
    """The devices' events from now on; `only` names the one device to tell of.

    The digits of a bay's keypad are told if `shows_digits` of its device.
    """

    def __init__(
        self, tests: DeviceTests, shows_digits: Callable[[str], bool], only: str = ""
    ) -> None:
        self._only = only
        self._waiting: asyncio.Queue[tuple[str, Json | DeviceEvent]] = asyncio.Queue()
        self._left_out = 0
        self._unsubscribe: Callable[[], None] = tests.watch(self._hear, shows_digits)

    async def take(self, timeout_s: float) -> tuple[str, str] | None:
        """The next event; None when none came in time."""
        if self._left_out:
            left_out, self._left_out = self._left_out, 0
            return "left_out", json.dumps({"events": left_out})
        try:
            async with asyncio.timeout(timeout_s):
                name, what = await self._waiting.get()
        except TimeoutError:
            return None
        shown = what.as_json() if isinstance(what, DeviceEvent) else what
        return name, json.dumps(shown, ensure_ascii=False)

    def tell(self, name: str, what: Json) -> None:
        """Tell something besides what happens."""
        self._waiting.put_nowait((name, what))

    def close(self) -> None:
        """Listen no longer."""
        self._unsubscribe()

    def _hear(self, event: DeviceEvent) -> None:
        if self._only in ("", event.device):
            if self._waiting.qsize() >= MOST_WAITING:
                self._waiting.get_nowait()
                self._left_out += 1
            # Encoded when it is taken: a key's lamp must not wait for a watcher.
            self._waiting.put_nowait(("device", event))


class Lease:
    """The stream that a device test lives by: its end, however it comes, ends the test."""

    def __init__(self, tests: DeviceTests, actor: str) -> None:
        self._test: DeviceTest = tests.begin(actor)
        self._tail = DeviceTail(tests, self._has_borrowed)
        self._tail.tell("test", {"id": self._test.id})

    async def take(self, timeout_s: float) -> tuple[str, str] | None:
        """The next event; TailEnded once the test is over."""
        ended = asyncio.ensure_future(self._test.has_ended.wait())
        taking = asyncio.ensure_future(self._tail.take(timeout_s))
        try:
            await asyncio.wait({ended, taking}, return_when=asyncio.FIRST_COMPLETED)
            if not taking.done():
                raise TailEnded
            return taking.result()
        finally:
            ended.cancel()
            taking.cancel()

    def close(self) -> None:
        """Put everything back."""
        self._tail.close()
        self._test.end()

    def _has_borrowed(self, device: str) -> bool:
        """Whether the device's keys are the test's: then they type no code."""
        return self._test.device is not None and self._test.device.name == device
