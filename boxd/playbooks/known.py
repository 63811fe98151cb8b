"""The playbooks of a box: boxd's own, and an organiser's files beside them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from boxd.errors import BadInput, NotFound
from boxd.playbooks.content import as_playbook
from boxd.playbooks.own import OWN
from boxd.recovery import Playbook
from boxd.words import N_

_LARGEST = 256 * 1024


def playbooks(folder: Path | None = None) -> Mapping[str, Playbook]:
    """All by id; a file in the folder takes the place of boxd's own. Raises BadInput."""
    known = {each.id: each for each in OWN}
    for file in sorted(folder.glob("*.toml")) if folder is not None else ():
        read = _read(file)
        known[read.id] = read
    for each in known.values():
        for step in each.steps:
            if step.calls and step.calls not in known:
                text = "playbook '{playbook}' calls '{calls}', which is none"
                raise BadInput(text.format(playbook=each.id, calls=step.calls))
    return MappingProxyType(known)


def playbook(known: Mapping[str, Playbook], name: str) -> Playbook:
    """The playbook of this name. Raises NotFound naming the known ones."""
    if name not in known:
        text = N_("there is no playbook '{playbook}'; there are: {known}")
        raise NotFound(text.format(playbook=name[:40], known=", ".join(known)))
    return known[name]


def _read(file: Path) -> Playbook:
    text = "{file} is no playbook: {why}"
    try:
        if file.stat().st_size > _LARGEST:
            raise BadInput(text.format(file=file, why="it is larger than 256 KiB"))
        return as_playbook({"id": file.stem, **tomllib.loads(file.read_text(encoding="utf-8"))})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(text.format(file=file, why=error)) from error
