"""A started booth with which test after test goes on: a start costs a second of computing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

import pytest

from tests.box.booth import Booth


class KeptBooth(Booth):
    """A booth in which each test counts from nought."""

    def begin(self) -> None:
        """Have every locker in service and a unit more of each prize, and count from now on."""
        for shown in self.snapshot()["lockers"]:
            if shown["state"] == "out_of_service":
                path = f"/api/v1/lockers/{shown['id']}/in-service"
                self.ask_socket("POST", path, {"actor": "maintainer"})
        names = {"mug": "Mug", "t-shirt": "T-shirt"}
        prizes = [{"sku": sku, "name": names[sku], "units": 1, "weight": 1} for sku in names]
        self.ask_socket("POST", "/api/v1/prizes/import", {"prizes": prizes, "actor": "test"})
        front = self.front()["lockers"]
        self._pulsed_before = {int(locker): int(of["pulses"]) for locker, of in front.items()}
        self._dispensed_before = self._dispensed_ever()

    def pulses(self, locker: int) -> int:
        """How often a locker's latch was pulsed in this test."""
        return super().pulses(locker) - self._pulsed_before[locker]

    def dispensed(self) -> int:
        """How many prizes were dispensed in this test."""
        return self._dispensed_ever() - self._dispensed_before

    def _dispensed_ever(self) -> int:
        return sum(int(prize["dispensed"]) for prize in self.snapshot()["stock"])


B = TypeVar("B", bound=KeptBooth)


class Kept(Generic[B]):
    """Makes and starts a booth when it is asked for one and has none."""

    def __init__(self, make: Callable[[Path], B], folder: Path) -> None:
        self._make = make
        self._folder = folder
        self._count = 0
        self._booth: B | None = None

    def booth(self) -> B:
        """The booth, started, with nothing counted yet."""
        if self._booth is None:
            self._count += 1
            self._booth = self._make(self._folder / str(self._count))
            self._booth.start()
        self._booth.begin()
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
    try:
        booth = kept.booth()
    except BaseException:
        kept.close()
        raise
    yield booth
    if request.session.testsfailed > failed:
        kept.close()
