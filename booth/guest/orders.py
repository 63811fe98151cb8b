"""The host's orders to the booth's devices: one JSON object a line, and one line in reply.

`{"id": 7, "do": "type", "device": "board-0", "keys": ["4", "2", "Enter"]}` is answered by
`{"id": 7, "error": null}`.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from booth.guest.hardware import Hardware

PORT = Path("/dev/virtio-ports/booth.orders")
VERBS = ("type", "plug", "unplug", "shut")
_READ_BYTES = 4096
_LOOK_EVERY_S = 0.2  # whether the host listens; it does from before the machine's start


class Orders:
    """Reads orders on a thread of its own and has them carried out on the event loop, in order."""

    def __init__(self, hardware: Hardware) -> None:
        self._hardware = hardware
        self._loop = asyncio.get_running_loop()
        self._port = os.open(PORT, os.O_RDWR | os.O_CLOEXEC)

    def listen(self) -> None:
        """Take orders from now on."""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        begun = b""
        while True:
            data = os.read(self._port, _READ_BYTES)
            if not data:
                time.sleep(_LOOK_EVERY_S)
            *lines, begun = (begun + data).split(b"\n")
            for line in lines:
                obeying = asyncio.run_coroutine_threadsafe(self._obey(line), self._loop)
                os.write(self._port, obeying.result() + b"\n")

    async def _obey(self, line: bytes) -> bytes:
        order = json.loads(line)
        reply = {"id": order.pop("id"), "error": None}
        try:
            await self._do(order.pop("do"), order)
        except (OSError, ValueError, KeyError, TypeError) as error:
            reply["error"] = repr(error)
        return json.dumps(reply).encode()

    async def _do(self, verb: str, order: dict[str, Any]) -> None:
        if verb not in VERBS:
            raise ValueError(f"'{verb}' is none of {', '.join(VERBS)}")
        done = getattr(self._hardware, verb)(**order)
        if inspect.isawaitable(done):
            await done
