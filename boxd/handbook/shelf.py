"""Where the documents lie, which there are, and for which reader."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import boxd
from boxd.words import N_

DECISIONS = "adr"
READERS: Mapping[str, tuple[str, ...]] = {
    N_("For people at an event"): ("organisers", "operators", "recovery", "phones"),
    N_("For whoever looks after a box"): (
        "card",
        "maintainers",
        "doctor",
        "time-machine",
        "hardware",
        "fleet",
        "security",
        "upstream",
        "notices",
        "reliability",
        "checker",
    ),
    N_("For developers"): (
        "architecture",
        "api",
        "api-operations",
        "arduino-protocol",
        "device-kinds",
        "benchmarks",
        "translating",
    ),
}
_NAME = re.compile(r"(adr/)?[a-z0-9-]+")
_TITLE = re.compile(r"^# +(.+)$", re.M)


@dataclass(frozen=True)
class Document:
    """One document: `name` as in its address, without the ending."""

    name: str
    path: Path

    @cached_property
    def text(self) -> str:
        """Its Markdown."""
        return self.path.read_text(encoding="utf-8")

    @property
    def title(self) -> str:
        """Its first heading, without marks."""
        found = _TITLE.search(self.text)
        return found[1].replace("`", "") if found else self.name


@dataclass(frozen=True)
class Shelf:
    """The folder of the documents."""

    folder: Path

    def find(self, name: str) -> Document | None:
        """The document of this name; None if there is none."""
        path = self.folder / f"{name}.md"
        return Document(name, path) if _NAME.fullmatch(name) and path.is_file() else None

    def by_reader(self) -> dict[str, list[Document]]:
        """The documents that are here, each under its reader."""
        return {
            reader: [document for name in names if (document := self.find(name))]
            for reader, names in READERS.items()
        }

    def decisions(self) -> list[Document]:
        """The decisions, in their order."""
        return [
            Document(f"{DECISIONS}/{path.stem}", path)
            for path in sorted((self.folder / DECISIONS).glob("*.md"))
        ]

    def all(self) -> Iterator[Document]:
        """Every document, the decisions last."""
        for documents in self.by_reader().values():
            yield from documents
        yield from self.decisions()

    def picture(self, name: str) -> Path | None:
        """A picture that documents show, by its name below `images`; None if there is none."""
        images = (self.folder / "images").resolve()
        path = (images / name).resolve()
        return path if path.is_relative_to(images) and path.is_file() else None


def find_shelf() -> Shelf | None:
    """The documents of this release, or of this clone; None where they were left out."""
    code = Path(boxd.__file__).resolve().parents[1]
    places = (code / "docs", *(above / "share" / "doc" for above in code.parents))
    return next((Shelf(place) for place in places if (place / "maintainers.md").is_file()), None)
