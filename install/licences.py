"""Prints the file debian/copyright of a release.

`licences.py RELEASE`. In Debian's machine-readable form: boxd's own licence, then a paragraph for
each Python package with the texts that it brings.
"""

from __future__ import annotations

import sys
from pathlib import Path

from components import Component, go_modules, python_packages

_LICENCE = Path(__file__).resolve().parents[1] / "LICENSE"
_LONG = 5000
_ON_DEBIAN = {
    "APACHE LICENSE VERSION 2.0": "Apache-2.0",
    "GNU LESSER GENERAL PUBLIC LICENSE": "LGPL-3",
    "GNU GENERAL PUBLIC LICENSE": "GPL-3",
}
_NEXT_HOLDER = "\n           "
_NO_TEXT = "The package brings no text of its licence; its metadata name it."


def copyright_file(release: Path) -> str:
    """The whole file."""
    packages = [_of_package(package) for package in python_packages(release)]
    paragraphs = [_head(), *packages, _of_temporal(release), _of_jack(release)]
    return "\n".join(filter(None, paragraphs))


def _head() -> str:
    text = _LICENCE.read_text("utf-8")
    return (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
        "Upstream-Name: boxd\n\n"
        "Files: *\n"
        f"Copyright: {_own_holder()}\n"
        f"License: MIT\n{_indented(text)}"
    )


def _own_holder() -> str:
    lines = _LICENCE.read_text("utf-8").splitlines()
    return next(line for line in lines if line.startswith("Copyright")).partition("(c) ")[2]


def _of_package(package: Component) -> str:
    # Below: the packages that have the same licence have other holders, and often other words.
    short = f"{package.licence.replace(' ', '-')}-of-{package.name}"
    places = sorted({f"usr/lib/boxd/lib/*/{package.metadata.parent.name}/*", *_top_level(package)})
    holders = package.holders or ("see the text below, and AUTHORS in its sources",)
    text = "\n\n".join(map(_referred_to, package.texts)) or _NO_TEXT
    return (
        f"Files: {' '.join(places)}\n"
        f"Comment: {package.name} {package.version}, {package.licence}\n"
        f"Copyright: {_NEXT_HOLDER.join(holders)}\n"
        f"License: {short}\n{_indented(text)}"
    )


def _referred_to(text: str) -> str:
    """Debian has the long ones, and wants them named."""
    for title, name in _ON_DEBIAN.items():
        if title in " ".join(text[:400].split()).upper() and len(text) > _LONG:
            return f"On Debian the text is in /usr/share/common-licenses/{name}."
    return text


def _top_level(package: Component) -> set[str]:
    """The folders and modules that belong to it, by its own record."""
    record = (package.metadata.parent / "RECORD").read_text("utf-8")
    names = {line.partition(",")[0].partition("/")[0] for line in record.splitlines()}
    kept = {name for name in names if name != ".." and not name.endswith(".dist-info")}
    return {f"usr/lib/boxd/lib/*/{name}{'' if '.' in name else '/*'}" for name in kept}


def _of_temporal(release: Path) -> str:
    modules = go_modules(release / "bin/temporal")
    listed = "\n".join(f"{path} {version}" for path, version in modules)
    terms = _LICENCE.read_text("utf-8").replace(_own_holder(), "Temporal Technologies Inc.")
    text = f"{terms}\nLinked of these modules, each under its own licence:\n\n{listed}"
    return (
        "Files: usr/lib/boxd/bin/temporal\n"
        "Copyright: Temporal Technologies Inc.\n"
        f"License: MIT-of-temporal\n{_indented(text)}"
    )


def _of_jack(release: Path) -> str:
    """python-rtmidi brings a copy of JACK's library."""
    if not any(release.glob("lib/**/libjack*")):
        return ""
    return (
        "Files: usr/lib/boxd/lib/*/python_rtmidi./*\n"
        "Comment: JACK's client library, in the package python-rtmidi\n"
        "Copyright: Paul Davis, Jack O'Quin and others\n"
        "License: LGPL-2.1-or-later\n"
        " On Debian the text is in /usr/share/common-licenses/LGPL-2.1.\n"
    )


def _indented(text: str) -> str:
    return "".join(f" {line}\n" if line.strip() else " .\n" for line in text.splitlines())


if __name__ == "__main__":
    print(copyright_file(Path(sys.argv[1])), end="")
