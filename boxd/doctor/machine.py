"""Checks of the Pi itself: power, temperature, memory, the fonts of its screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, Skip, failed, passed, warned

FAMILY = "Machine"

# The firmware's bits: 0 to 3 are the state now, 16 to 19 the same since the boot.
_UNDER_VOLTAGE = 1 << 0
_TROUBLES = (
    (1 << 0, "under-voltage"),
    (1 << 1, "a capped frequency"),
    (1 << 2, "throttling"),
    (1 << 3, "the soft limit of temperature"),
)
_SINCE_START = 16
_THROTTLED = "sys/devices/platform/soc*/soc*firmware/get_throttled"

_BETTER_POWER = (
    "give the Pi its own power supply (5.1 V; 3 A, a Pi 5 takes 5 A) on a short cable,"
    " and the latches another one"
)
_COOLER = "vcgencmd measure_temp   # then: air to the Pi, a heat sink, no sun"

# A Pi slows down at 80 °C, and more at 85 °C.
_WARM_C, _HOT_C = 70, 80
_SIGNS = {"Japanese": "あ", "emoji": "🎁"}
_FONTS = "sudo apt install fonts-vlgothic fonts-noto-color-emoji"
_MIB = 1024  # in KiB, as /proc/meminfo counts
_SHORT_MIB, _TIGHT_MIB = 32, 96


def power(context: CheckContext) -> Iterator[Finding]:
    """Under-voltage and throttling, as the Pi's firmware reports them."""
    bits = _throttled(context)
    if bits is None:
        raise Skip("there is no Pi's firmware here to ask")
    yield _power_of(bits)


def _power_of(bits: int) -> Finding:
    now = ", ".join(name for bit, name in _TROUBLES if bits & bit)
    before = ", ".join(name for bit, name in _TROUBLES if bits & bit << _SINCE_START)
    is_weak = bits & (_UNDER_VOLTAGE | _UNDER_VOLTAGE << _SINCE_START)
    remedy = _BETTER_POWER if is_weak else _COOLER
    if bits & _UNDER_VOLTAGE:
        return failed(f"now: {now}", remedy)
    if now or before:
        return warned(f"now: {now}" if now else f"since the start: {before}", remedy)
    return passed("no under-voltage and no throttling since the start")


def _throttled(context: CheckContext) -> int | None:
    for file in context.root.glob(_THROTTLED):
        return int(file.read_text(), 16)
    said = context.run(("vcgencmd", "get_throttled"))
    return int(said.partition("=")[2], 16) if said and "=" in said else None


def temperature(context: CheckContext) -> Iterator[Finding]:
    """The hottest of the kernel's thermal zones."""
    files = context.root.glob("sys/class/thermal/*/temp")
    zones = [told for file in files if (told := _millidegrees(file)) is not None]
    if not zones:
        raise Skip("the kernel tells no temperature here")
    hottest = max(zones) / 1000
    if hottest >= _HOT_C:
        yield failed(f"{hottest:.0f} °C: from {_HOT_C} on a Pi slows down", _COOLER)
    elif hottest >= _WARM_C:
        yield warned(f"{hottest:.0f} °C; from {_HOT_C} on a Pi slows down", _COOLER)
    else:
        yield passed(f"{hottest:.0f} °C")


def _millidegrees(zone: Path) -> int | None:
    """None for a zone whose hardware is off, as a PC's WiFi: reading it is an error."""
    try:
        return int(zone.read_text())
    except (OSError, ValueError):
        return None


def memory(context: CheckContext) -> Iterator[Finding]:
    """The memory that is available, and whether the kernel had to kill a process."""
    said = context.text("/proc/meminfo") or ""
    lines = (line.split() for line in said.splitlines())
    values = {line[0].rstrip(":"): int(line[1]) // _MIB for line in lines if len(line) > 1}
    if "MemAvailable" not in values:
        raise Skip("/proc/meminfo does not tell")
    left = f"{values['MemAvailable']} of {values['MemTotal']} MiB available"
    remedy = "ps -eo rss,comm --sort=-rss | head   # what else runs here? stop it, disable it"
    if values["MemAvailable"] < _SHORT_MIB:
        yield failed(left, remedy)
    elif values["MemAvailable"] < _TIGHT_MIB:
        yield warned(left, remedy)
    else:
        yield passed(left)
    if ended := _ended_for_memory(context):
        yield warned(
            f"the kernel ended {ended} programs for want of memory since the start",
            "sudo dmesg | grep -i 'killed process'   # which",
        )


def _ended_for_memory(context: CheckContext) -> int:
    lines = (context.text("/proc/vmstat") or "").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))


def fonts(context: CheckContext) -> Iterator[Finding]:
    """Whether the box's own screen can draw the scripts of names, and emoji."""
    if not _draws(context, "A"):
        raise Skip("there are no fonts: this box has no screen of its own")
    lacking = [kind for kind, sign in _SIGNS.items() if not _draws(context, sign)]
    if lacking:
        yield warned(f"the box's screen shows boxes for {' and '.join(lacking)}", _FONTS)
    else:
        yield passed("letters, Japanese and emoji can be drawn")


def _draws(context: CheckContext, sign: str) -> bool:
    return bool(context.run(("fc-list", f":charset={ord(sign):x}", "family")))


CHECKS = (
    Check(FAMILY, "power", power, "the firmware reports under-voltage or throttling"),
    Check(FAMILY, "temperature", temperature, f"{_WARM_C} °C (warned), {_HOT_C} °C (failed)"),
    Check(
        FAMILY,
        "memory",
        memory,
        f"less than {_TIGHT_MIB} MiB available (warned), {_SHORT_MIB} (failed); programs ended"
        " for want of memory",
    ),
    Check(FAMILY, "fonts", fonts, "the box's screen has no font for Japanese, or for emoji"),
)
