"""The sections of the console, in the order of its menu."""

from __future__ import annotations

from boxd.console import home, people, prizes
from boxd.console.section import ConsoleSection

SECTIONS: tuple[ConsoleSection, ...] = (home.SECTION, prizes.SECTION, people.SECTION)
