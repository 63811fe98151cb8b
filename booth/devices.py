"""The booth's devices as somebody in front of them moves them: orders to the agent in the guest."""

from __future__ import annotations

import json
import socket
from itertools import count
from pathlib import Path
from typing import Any

CARRIED_OUT_WITHIN_S = 600.0  # typing takes its time, more so on an emulated processor


class DeviceError(Exception):
    """The agent could not carry out an order, or says nothing."""


class Devices:
    """The other end of booth/guest/orders.py. `orders` is the machine's socket."""

    def __init__(self, orders: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(CARRIED_OUT_WITHIN_S)
        self._socket.connect(str(orders))
        self._replies = self._socket.makefile("rb")
        self._numbers = count(1)

    def close(self) -> None:
        """Leave them alone."""
        self._replies.close()
        self._socket.close()

    def type(self, device: str, *keys: str) -> None:
        """Touch keys of a board, one after the other."""
        self._order("type", device=device, keys=keys)

    def plug(self, device: str) -> None:
        """Put a device's plug in."""
        self._order("plug", device=device)

    def unplug(self, device: str) -> None:
        """Pull a device's plug."""
        self._order("unplug", device=device)

    def shut(self, locker: int) -> None:
        """Shut a locker's door."""
        self._order("shut", locker=locker)

    def _order(self, verb: str, **what: Any) -> None:
        order = {"id": next(self._numbers), "do": verb, **what}
        self._socket.sendall(json.dumps(order).encode() + b"\n")
        try:
            reply = json.loads(self._replies.readline())
        except (TimeoutError, ValueError) as silence:
            raise DeviceError(f"the booth's devices did not answer to {order}") from silence
        if reply["id"] != order["id"] or reply["error"]:
            raise DeviceError(f"the booth's devices answered {reply} to {order}")
