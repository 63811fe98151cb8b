"""A started booth with which test after test goes on: a start costs a second of computing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

import pytest

from tests.box.booth import Booth

B = TypeVar("B", bound=Booth)


class Kept(Generic[B]):
    """Makes and starts a booth when it is asked for one and has none."""

    def __init__(self, make: Callable[[Path], B], folder: Path) -> None:
        self._make = make
        self._folder = folder
        self._count = 0
        self._booth: B | None = None

    def booth(self) -> B:
        """The booth, started."""
        if self._booth is None:
            self._count += 1
            self._booth = self._make(self._folder / str(self._count))
            try:
                self._booth.start()
            except BaseException:
                self.close()
                raise
        return self._booth

    def close(self) -> None:
        """End the booth, if there is one; the next test gets a fresh one."""
        if self._booth is not None:
            self._booth.close()
            shutil.rmtree(self._booth.state, ignore_errors=True)
            self._booth = None


def going_on_with(kept: Kept[B], request: pytest.FixtureRequest) -> Iterator[B]:
    """A fixture's booth; nothing goes on with what a failed test has left."""
    failed = request.session.testsfailed
    yield kept.booth()
    if request.session.testsfailed > failed:
        kept.close()
