"""The bench's parts, in the order of the table; each stands alone and may fail alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from bench import (
    arduino,
    gpio,
    growing,
    hotplug,
    latencies,
    million,
    organised,
    pages,
    phones,
    starting,
    tasks,
    upstream,
)
from bench.attempting import attempt
from bench.card import others as on_card
from bench.card import redeeming as card
from bench.figures import Figure
from bench.peers import comparing as peers
from bench.size import Size

PULSES = 200

PARTS: dict[str, Callable[[Path, Size], Iterable[Figure]]] = {
    "starts": starting.figures,
    "latencies": latencies.figures,
    "card": card.figures,
    "card-kills": on_card.after_kills,
    "card-tasks": on_card.of_tasks,
    "peers": peers.figures,
    "growth": growing.figures,
    "claims": lambda folder, size: million.figures(folder, size.claims),
    "hotplug": lambda folder, size: hotplug.figures(folder, size.plugs),
    "gpio": lambda folder, size: gpio.figures(folder, PULSES),
    "arduino": lambda folder, size: arduino.figures(folder, PULSES),
    "tasks": lambda folder, size: tasks.figures(folder, size.tasks),
    "pages": lambda folder, size: pages.figures(folder, size.tasks),
    "phones": lambda folder, size: phones.figures(folder, size.beside_phones),
    "organised": lambda folder, size: organised.figures(folder, size.calm),
    "upstream": lambda folder, size: upstream.figures(folder, size.tasks),
}


def measure(folder: Path, size: Size, names: Sequence[str] = ()) -> Iterator[Figure]:
    """Every figure of these parts, of all when none is named, as soon as each is there."""
    for name in names or PARTS:
        yield from attempt(name, partial(PARTS[name], folder / name, size))
