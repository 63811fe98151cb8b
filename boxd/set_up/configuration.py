"""The configuration file that the answers make. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Iterator

from boxd.set_up.choices import Choices, PhonesWay
from boxd.set_up.found import BoardLayout, FoundDevices, layout_of

PORT = 4322
# NetworkManager gives itself this address on a network of its own.
OWN_ADDRESS = "10.42.0.1"
_SIMULATED = (0, 1, 2, 3)
_BAYS = ("Left", "Right")
_HEAD = """\
# boxd's configuration, made by the set-up page of this card.
#
# A key that is not here has its default; the manual of all keys is {manual}.
# After a change: boxd config check && systemctl restart boxd.service
"""


def public_url(choices: Choices, box_id: str) -> str:
    """What phones reach the box by: an address on its own network, else its name."""
    host = OWN_ADDRESS if choices.way is PhonesWay.OWN else f"{box_id}.local"
    return f"http://{host}:{PORT}"


def configured(choices: Choices, found: FoundDevices, box_id: str, manual: str) -> str:
    """The whole file."""
    boards = _SIMULATED if choices.simulated else found.boards
    parts = (
        _HEAD.format(manual=manual),
        *_sections(choices, box_id),
        *_wired(layout_of(boards), boards),
        *_others(found),
    )
    return "\n".join(parts)


def _sections(choices: Choices, box_id: str) -> Iterator[str]:
    backend = "simulation" if choices.simulated else "alsa"
    yield _section(
        "[box]", id=box_id, name=choices.name, language=choices.language, state_dir="/var/lib/boxd"
    )
    yield _section("[temporal]", own_unit=True)
    yield _section("[web]", socket="/run/boxd/boxd.sock")
    yield _section("[phones]", enabled=True, port=PORT, public_url=public_url(choices, box_id))
    yield _section("[schedules]", time_zone=choices.zone)
    yield _section("[midi]", backend=backend)
    yield _section("[simulation]", enabled=choices.simulated)


def _wired(layout: BoardLayout, boards: tuple[int, ...]) -> Iterator[str]:
    for board in boards:
        yield _section(
            "[[devices]]", kind="codetv", name=f"board-{board}", port=f"CodeTV Board {board}"
        )
    for number, (board, name) in enumerate(zip(layout.bays, _BAYS, strict=False), 1):
        device = f"board-{board}"
        yield _section(
            "[[bays]]", id=f"bay-{number}", name=name, keypad=device, lamps=device, buzzer=device
        )
    for number, (bay, board) in enumerate(layout.lockers, 1):
        yield _section("[[lockers]]", id=number, bay=f"bay-{bay + 1}", latch=f"board-{board}")
    if layout.operator is not None:
        operator = f"board-{layout.operator}"
        yield _section("[operator]", keypad=operator, buzzer=operator)


def _others(found: FoundDevices) -> Iterator[str]:
    """What was plugged in besides the boards, to be wired in by somebody who knows what it is."""
    for each in found.others:
        text = f"Also plugged in: {each.port}\n\n{each.section}"
        yield "\n".join(f"# {line}".rstrip() for line in text.splitlines()) + "\n"


def _section(head: str, **keys: str | int | bool) -> str:
    lines = (f"{key} = {_value(value)}" for key, value in keys.items())
    return "\n".join((head, *lines, ""))


def _value(value: str | int | bool) -> str:
    """A TOML value; JSON's strings are TOML's, but for one character, which no name has."""
    return json.dumps(value, ensure_ascii=False)
