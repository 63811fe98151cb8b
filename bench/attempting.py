"""A part of the bench that breaks off takes no other with it."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable, Iterator

from bench.figures import Figure


def attempt(part: str, figures: Callable[[], Iterable[Figure]]) -> Iterator[Figure]:
    """Each figure of a part as soon as it is there; where it breaks off, a row that says why."""
    try:
        yield from figures()
    except Exception as error:  # noqa: BLE001 whatever broke, hours of figures are still to come
        traceback.print_exc(file=sys.stderr)
        yield Figure(f"the rest of '{part}'", "", f"{type(error).__name__}: {error}", failed=True)
