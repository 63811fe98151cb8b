"""Progress display for work of more than a second: on a terminal, on stderr."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_S = 1.0
_bar_is_shown = threading.Event()


@contextmanager
def waiting(text: str) -> Iterator[None]:
    """Show a spinner with `text` once the block has taken more than a second.

    There is one display at a time: while a bar is shown, nothing spins.
    """
    if not sys.stderr.isatty() or _bar_is_shown.is_set():
        yield
        return
    done = threading.Event()
    spinner = threading.Thread(target=_spin, args=(text, done), daemon=True)
    spinner.start()
    try:
        yield
    finally:
        done.set()
        spinner.join()


def _spin(text: str, done: threading.Event) -> None:
    if done.wait(PATIENCE_S):
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{text} ..."):
        done.wait()


@contextmanager
def progress(text: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar with `text` on a terminal; the caller reports how many are done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=total)
        _bar_is_shown.set()
        try:
            yield lambda done: bar.advance(task, done)
        finally:
            _bar_is_shown.clear()
