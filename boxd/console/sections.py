"""The sections of the console, in the order of its menu."""

from __future__ import annotations

from boxd.console import (
    access,
    close,
    home,
    inbox,
    lights,
    look_back,
    people,
    phones,
    printing,
    prizes,
    recovery,
    rehearsal,
    report,
    tasks,
    trail,
    upkeep,
    wall,
)
from boxd.console.section import ConsoleSection

SECTIONS: tuple[ConsoleSection, ...] = (
    home.SECTION,
    inbox.SECTION,
    prizes.SECTION,
    tasks.SECTION,
    people.SECTION,
    phones.SECTION,
    printing.SECTION,
    rehearsal.SECTION,
    report.SECTION,
    wall.SECTION,
    lights.SECTION,
    access.SECTION,
    close.SECTION,
    recovery.SECTION,
    look_back.SECTION,
    upkeep.SECTION,
    trail.SECTION,
)
