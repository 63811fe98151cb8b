"""Boxes that must fail: if the checker finds nothing there, the power cuts prove nothing."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from booth.power.rounds import Fallen, Socket
from booth.power.steps import Aim, Kind, Step

LAST_STEP = Step(Kind.REDEMPTION, "redeemed", 1)
CAREFUL, CARELESS = "PRAGMA synchronous = FULL", "PRAGMA synchronous = OFF"


def without_barriers(system: Sequence[Path], folder: Path) -> Fallen:
    """A card whose file system has nothing flushed, cut off after a redemption."""
    return _play(Socket(system, folder / "control", options="nobarrier"))


def without_waiting(system: Sequence[Path], folder: Path) -> Fallen:
    """A boxd whose ledger does not wait for the disk, cut off after a redemption."""
    careless = folder / "control/careless"
    shutil.rmtree(careless, ignore_errors=True)
    for source in _ledgers(system):
        copy = careless / source.relative_to(_layer_of(source, system))
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text(encoding="utf-8")
        if CAREFUL not in text:
            raise ValueError(f"{source} does not say '{CAREFUL}' any more")
        copy.write_text(text.replace(CAREFUL, CARELESS), encoding="utf-8")
    return _play(Socket([careless, *system], folder / "control"))


def _play(socket: Socket) -> Fallen:
    try:
        return socket.play(Aim(LAST_STEP, 0.0))
    finally:
        socket.close()


def _ledgers(system: Sequence[Path]) -> list[Path]:
    found = [
        file
        for layer in system[:-1]
        for file in (layer / "opt/boxd").rglob("boxd/ledger/database.py")
    ]
    if not found:
        raise ValueError("the system has no boxd/ledger/database.py")
    return found


def _layer_of(file: Path, system: Sequence[Path]) -> Path:
    return next(layer for layer in system if file.is_relative_to(layer))
