"""What the bundle says about the system: versions, disks, units, kernel, journal."""

from __future__ import annotations

import json
import platform
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from boxd import DISTRIBUTION, __version__
from boxd.doctor import units as doctor_units
from boxd.doctor.check_context import CheckContext
from boxd.doctor.scrub import Scrub
from boxd.installed_package import package_not_in_use

_LINES = 500
_KERNEL_LINES = 200
# Kernel lines about what boxd depends on; other lines may name networks and people.
_KERNEL = re.compile(
    r"mmc|ext4|i/o error|usb \d|cdc_acm|snd|gpio|voltage|throttl|thermal|memory|oom|watchdog",
    re.IGNORECASE,
)
_SECONDS = re.compile(r"^\[ *(\d+)\.\d+\]")
# No labels and mount points: a USB stick may be named after its owner.
_HARDWARE: tuple[tuple[str, ...], ...] = (
    ("lsblk", "-o", "NAME,SIZE,RO,TYPE,FSTYPE"),
    ("lsusb",),
    ("free", "-m"),
)
# For a line of boxd's log: the fields copied as they are, and those that are sentences.
_PLAIN = ("level", "redemption", "bay", "locker", "device", "port", "state", "failures", "schedule")
_SENTENCES = ("event", "why", "error", "msg")
_NAMED = re.compile(r" (\w+)=")
_FRAME = re.compile(r'^\s+File "([^"]+)", line (\d+), in (\w+)$', re.MULTILINE)


def versions(context: CheckContext) -> str:
    """Versions of the system, the kernel, Python and boxd's packages."""
    system = dict(
        line.partition("=")[::2] for line in (context.text("/etc/os-release") or "").splitlines()
    )
    told = {
        "boxd": __version__,
        "package not in use": package_not_in_use(context.root) or "none",
        "model": (context.text("/proc/device-tree/model") or "").strip("\0"),
        "system": system.get("PRETTY_NAME", "").strip('"'),
        "kernel": f"{platform.release()} {platform.machine()}",
        "python": sys.version.split()[0],
        **{name: metadata.version(name) for name in sorted(_packages())},
    }
    return "".join(f"{name} {version}\n" for name, version in told.items())


def _packages() -> set[str]:
    """Of the packages that boxd names, those that are installed."""
    try:
        named = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return set()
    installed = {each.name for each in metadata.distributions()}
    return {re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in named} & installed


def hardware(context: CheckContext) -> str:
    """Disks, USB devices and memory, and how full boxd's disks are."""
    commands = list(_HARDWARE)
    if not isinstance(context.found, Exception):
        folders = [str(each) for each in (context.found.box.state_dir,) if each.is_dir()]
        commands.append(("df", "-h", "--output=fstype,size,used,avail,ipcent", "/", *folders))
    return "\n".join(_said(command, context) for command in commands)


def units(context: CheckContext) -> str:
    """Those properties of boxd's units that the doctor checks."""
    names = (*doctor_units.NAMES, *doctor_units.OPTIONAL)
    shown = [f"--property={each}" for each in doctor_units.SHOWN]
    return "\n".join(_said(("systemctl", "show", name, *shown), context) for name in names)


def _said(command: Sequence[str], context: CheckContext) -> str:
    said = context.run(command)
    return f"$ {' '.join(command)}\n{'not to be had here' if said is None else said}\n"


def kernel(context: CheckContext, scrub: Scrub) -> str:
    """The kernel's last lines about power, card, USB and pins."""
    said = context.run(("dmesg", "--level=emerg,alert,crit,err,warn,notice,info")) or ""
    chosen = [line for line in said.splitlines() if _KERNEL.search(line)][-_KERNEL_LINES:]
    told = [scrub.quoted(_SECONDS.sub(r"[\1 s]", line)) for line in chosen]
    return "".join(f"{line}\n" for line in told) or "not to be had by this user\n"


def journal(context: CheckContext, scrub: Scrub) -> str:
    """The last lines of the logs of boxd and its server, field by field."""
    said = context.run(
        (
            "journalctl",
            "--unit=boxd.service",
            "--unit=boxd-temporal.service",
            "--unit=boxd-phones.service",
            f"--lines={_LINES}",
            "--output=json",
            "--all",
            "--no-pager",
        )
    )
    entries = "".join(f"{json.dumps(each)}\n" for each in _entries(said or "", scrub))
    return entries or '{"event": "there is no journal here, or this user may not read it"}\n'


def _entries(said: str, scrub: Scrub) -> Iterator[dict[str, Any]]:
    for line in said.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        yield _entry(entry, scrub)


def _entry(entry: dict[str, Any], scrub: Scrub) -> dict[str, Any]:
    """The parts of a journal entry that the bundle keeps."""
    whole = _parts(entry) | {
        key.lower(): value for key, value in entry.items() if key.lower() in _PLAIN
    }
    return {
        "at": _time(entry.get("__REALTIME_TIMESTAMP")),
        "unit": entry.get("UNIT") or entry.get("_SYSTEMD_UNIT"),
        "priority": entry.get("PRIORITY"),
        **{key: whole[key] for key in _PLAIN if key in whole},
        **{key: scrub.quoted(str(whole[key])) for key in _SENTENCES if key in whole},
        **_frames(str(whole.get("exception", ""))),
    }


def _parts(entry: dict[str, Any]) -> dict[str, Any]:
    """A message's parts by name, from JSON or from `event name=value name=value`."""
    message = entry.get("MESSAGE")
    if not isinstance(message, str):  # bytes, as a list of numbers: nobody can tell what they say
        return {}
    if entry.get("SYSLOG_IDENTIFIER") == "systemd":
        return {"event": message}
    try:
        parts = json.loads(message)
    except ValueError:
        parts = None
    if isinstance(parts, dict):
        return parts
    first, _, exception = message.partition("\n")
    event, *named = _NAMED.split(first)
    return {"event": event, **dict(zip(named[::2], named[1::2], strict=True))} | {
        "exception": exception
    }


def _frames(exception: str) -> dict[str, list[str]]:
    """The places that an exception passed through; its message is left out."""
    found = [f"{file}:{line} {name}" for file, line, name in _FRAME.findall(exception)]
    return {"exception": found} if found else {}


def _time(microseconds: str | None) -> str:
    if not microseconds:
        return ""
    return datetime.fromtimestamp(int(microseconds) / 1e6, UTC).isoformat(timespec="milliseconds")
