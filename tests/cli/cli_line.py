"""A command line as the tests run it: the configuration it finds, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

CONFIGURATION = """\
[box]
id = "box-1"
state_dir = "{state_dir}"

[simulation]
enabled = true

[midi]
backend = "simulation"

[[devices]]
kind = "codetv"
name = "board-0"
port = "CodeTV Board 0"

[[bays]]
id = "bay-1"
keypad = "board-0"
lamps = "board-0"

[[lockers]]
id = 1
bay = "bay-1"
latch = "board-0"
"""


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


Boxd = Callable[..., Said]
