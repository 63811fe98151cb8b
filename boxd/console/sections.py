"""The sections of the console, in the order of its menu."""

from __future__ import annotations

from boxd.console import home, inbox, people, prizes
from boxd.console.section import ConsoleSection

SECTIONS: tuple[ConsoleSection, ...] = (home.SECTION, inbox.SECTION, prizes.SECTION, people.SECTION)
