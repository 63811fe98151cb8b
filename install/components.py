"""What a release consists of besides boxd: Python packages, and what is compiled into them.

Read from the packages' own metadata, and from the modules that Go writes into its programs. Only
the standard library: it is run by whatever Python builds a package.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from pathlib import Path

_LICENCE_FILES = re.compile(r"licen[cs]e|copying|notice|authors", re.I)
_HOLDER = re.compile(r"\W*(Copyright|©|\(c\))", re.I)
_GO_MODULE = re.compile(rb"\n(?:mod|dep)\t([^\t\n]+)\t([^\t\n]+)")
# Words of packages' metadata that are no SPDX names.
_SPDX = {
    "unlicense.org": "Unlicense",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD": "BSD-3-Clause",
    "GNU LGPL v3+": "LGPL-3.0-or-later",
    "OSI Approved :: MIT License": "MIT",
    "OSI Approved :: BSD License": "BSD-3-Clause",
    "OSI Approved :: Apache Software License": "Apache-2.0",
}


@dataclass(frozen=True)
class Component:
    """One Python package. `texts` are its licence files, `holders` their lines of copyright."""

    name: str
    version: str
    licence: str
    texts: tuple[str, ...]
    holders: tuple[str, ...]
    metadata: Path

    @property
    def purl(self) -> str:
        """Its package URL."""
        return f"pkg:pypi/{self.name.lower().replace('_', '-')}@{self.version}"


def python_packages(release: Path) -> list[Component]:
    """The Python packages of a release, each once, by name."""
    found = {}
    for metadata in sorted(release.glob("lib/**/*.dist-info/METADATA")):
        component = _component(metadata)
        if not component.name.startswith("boxd"):
            found[component.name.lower(), component.version] = component
    return [found[key] for key in sorted(found)]


def compiled_in(component: Component) -> Iterator[dict[str, object]]:
    """What a package says to have compiled into it, as components of a CycloneDX document."""
    for file in sorted((component.metadata.parent / "sboms").glob("*.json")):
        for each in json.loads(file.read_text("utf-8")).get("components", []):
            if "purl" in each and "file://" not in each["purl"]:
                yield {key: each[key] for key in ("name", "version", "purl") if key in each}


def go_modules(program: Path) -> list[tuple[str, str]]:
    """Path and version of each module that a Go program was linked of."""
    found = set(_GO_MODULE.findall(program.read_bytes()))
    return sorted((path.decode(), version.decode()) for path, version in found)


def _component(metadata: Path) -> Component:
    told = message_from_string(metadata.read_text("utf-8"))
    texts = tuple(
        file.read_text("utf-8", errors="replace").strip()
        for file in sorted(metadata.parent.rglob("*"))
        if file.is_file() and _LICENCE_FILES.search(file.name)
    )
    return Component(
        str(told["Name"]),
        str(told["Version"]),
        _licence(told),
        texts,
        tuple(sorted({line for text in texts for line in _holders(text)})),
        metadata,
    )


def _licence(told: Message) -> str:
    """The SPDX expression, as far as the metadata tell."""
    if expression := told["License-Expression"]:
        return str(expression)
    words = [str(told["License"] or "").strip(), *_classified(told)]
    for word in words:
        if word in _SPDX:
            return _SPDX[word]
    return words[0] if re.fullmatch(r"[\w.+-]+", words[0]) else "MIT"


def _classified(told: Message) -> list[str]:
    classifiers = [str(each) for each in told.get_all("Classifier", [])]
    return [each.removeprefix("License :: ") for each in classifiers if "License ::" in each]


def _holders(text: str) -> Iterator[str]:
    for line in text.splitlines():
        is_template = "[name" in line or "<copyright" in line
        if _HOLDER.match(line) and re.search(r"\d{4}|©", line) and not is_template:
            yield re.sub(r"^\W*(Copyright\W*)?(\(?[cC]\)|©|:)*\s*", "", line.strip()).strip(" *")
