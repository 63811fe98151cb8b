"""The bundle: what somebody far away needs to help, without anybody's private data.

Every field in it is named in this package; nothing is copied whole. Sentences also pass through
`Scrub`. If the ledger can't be read, the names to hide are unknown, and sentences are left out.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boxd.doctor import box_facts, report, system_facts
from boxd.doctor.check import CheckResult
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Skip
from boxd.doctor.private_words import private_words
from boxd.doctor.scrub import Scrub
from boxd.errors import BadInput
from boxd.look_back.files import IN_BUNDLE

_LEFT_OUT = "left out: it may quote what somebody typed; boxd doctor shows it on the box"
_FOR_OWNER = 0o600


@dataclass(frozen=True)
class Member:
    """One file of the bundle and its description."""

    name: str
    about: str
    content: str


def members(context: CheckContext, examined: Sequence[CheckResult]) -> Iterator[Member]:
    """The files of the bundle."""
    scrub = _scrub(context)
    for name, about, gather in (
        ("doctor.json", "what the doctor found", lambda: _json(_found(context, examined, scrub))),
        ("versions.txt", "system, Python, packages", lambda: system_facts.versions(context)),
        ("hardware.txt", "disks, USB devices, memory", lambda: system_facts.hardware(context)),
        ("units.txt", "boxd's units as systemd sees them", lambda: system_facts.units(context)),
        ("ledger.json", "schema, rows of each table", lambda: _json(box_facts.ledger(context))),
        ("status.json", "bays, lockers, devices", lambda: _json(box_facts.status(context, scrub))),
        (IN_BUNDLE, "the newest redemptions", lambda: box_facts.look_backs(context, scrub)),
        ("config.toml", "settings, no secrets", lambda: box_facts.configuration(context, scrub)),
        ("kernel.txt", "of power, card and USB", lambda: system_facts.kernel(context, scrub)),
        ("journal.jsonl", "the log's last lines", lambda: system_facts.journal(context, scrub)),
    ):
        yield Member(name, about, _gathered(gather))


def write(file: Path, contents: Iterable[Member]) -> None:
    """Write the bundle, readable by its owner only. Raises BadInput if the file exists already."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FOR_OWNER)
    except FileExistsError:
        raise BadInput(f"there is a {file} already; move it away, or wait a second") from None
    with os.fdopen(descriptor, "wb") as out, tarfile.open(fileobj=out, mode="w:gz") as archive:
        for member in contents:
            content = member.content.encode()
            entry = tarfile.TarInfo(f"{file.name.removesuffix('.tar.gz')}/{member.name}")
            entry.size, entry.mode, entry.mtime = len(content), _FOR_OWNER, int(time.time())
            archive.addfile(entry, io.BytesIO(content))


def _gathered(gather: Callable[[], str]) -> str:
    """The file's text, or the error that prevented it: the other files are needed all the same."""
    try:
        return gather()
    except PermissionError:
        return _json({"not_seen": "this user may not read it; sudo boxd doctor --bundle"})
    except Exception as error:  # noqa: BLE001 - a daemon of another version, a file that vanished
        return _json({"not_seen": f"it could not be gathered ({type(error).__name__})"})


def _scrub(context: CheckContext) -> Scrub:
    try:
        return Scrub(private_words(context))
    except (Skip, OSError):
        return Scrub(None)


def _found(context: CheckContext, examined: Sequence[CheckResult], scrub: Scrub) -> Any:
    """The check results, without the sentences of checks that quote people."""
    told = report.as_json(context, examined)
    quoting = {(e.check.family, e.check.name) for e in examined if e.check.quotes_people}
    for line in told["checks"]:
        if (line["family"], line["check"]) in quoting and line["grade"] != "passed":
            line["seen"], line["remedy"] = _LEFT_OUT, ""
        else:
            line["seen"], line["remedy"] = scrub.text(line["seen"]), scrub.text(line["remedy"])
    return told


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
