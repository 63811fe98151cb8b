"""The units themselves: understood by systemd, tight, and with the devices that the box needs."""

from __future__ import annotations

import re
import subprocess

import pytest

from booth.installed import ROOT
from tests.systemd.installed import InstalledBox

SERVICES = (
    "boxd.service",
    "boxd-temporal.service",
    "boxd-phones.service",
    "boxd-kiosk.service",
    "boxd-clock.service",
    "boxd-upgrade.service",
)
TIGHT = 2.0

# A node's number without its driver: opening it says ENXIO (6) where it is allowed, EPERM (1) else.
PROBE = """
import errno, json, os, stat
told = {}
for name, major in (("alsa", 116), ("ttyACM", 166), ("ttyUSB", 188), ("mem", 1), ("sd", 8)):
    kind = stat.S_IFBLK if name == "sd" else stat.S_IFCHR
    path = "/dev/probe-" + name
    try:
        os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))
        told[name] = "opened"
    except OSError as error:
        told[name] = errno.errorcode[error.errno]
print("probe", json.dumps(told, sort_keys=True))
"""

CALL = """
import errno, socket
for address in ("127.0.0.1", "192.0.2.1"):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as calling:
        try:
            calling.sendto(b"x", (address, 9))
        except OSError as error:
            print(address + ": " + errno.errorcode[error.errno])
        else:
            print(address + ": sent")
"""


def test_systemd_understands_every_line(box: InstalledBox) -> None:
    units = " ".join(
        f"/usr/lib/systemd/system/{unit}" for unit in (*SERVICES, "boxd.target", "boxd-phones.path")
    )
    box.ask("install --mode=755 /usr/bin/true /usr/bin/cage")  # as the kiosk's maintainer did
    box.ask("ln -s current /opt/boxd/incoming")  # as an upgrade does
    verified = box.run(f"systemd-analyze verify {units}")

    assert "boxd" not in verified.stdout + verified.stderr
    assert verified.returncode == 0


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_is_tight(unit: str) -> None:
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", ROOT / "systemd" / unit],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    exposure = re.search(r"Overall exposure level for \S+ ([\d.]+)", told)

    assert exposure is not None
    assert float(exposure[1]) < TIGHT


def probe(box: InstalledBox, *settings: str) -> str:
    """What the unit's processes may open of device numbers whose modules are not loaded."""
    for name, kind, number in (
        ("alsa", "c", "116 1"),
        ("ttyACM", "c", "166 0"),
        ("ttyUSB", "c", "188 0"),
        ("mem", "c", "1 1"),
        ("sd", "b", "8 0"),
    ):
        box.ask(f"mknod --mode=666 /dev/probe-{name} {kind} {number}")
    (box.files / "opt/probe.py").write_text(PROBE, encoding="utf-8")
    box.override("boxd.service", *settings, "ExecStartPre=/usr/bin/python3 /opt/probe.py")
    box.start("boxd.service")
    told = box.messages("-u", "boxd", "--grep=^probe")
    return told.removeprefix("probe ")


def test_devices_are_allowed_before_their_modules_are_loaded(box: InstalledBox) -> None:
    assert probe(box) == (
        '{"alsa": "ENXIO", "mem": "EPERM", "sd": "EPERM", "ttyACM": "ENXIO", "ttyUSB": "ENXIO"}'
    )


def test_by_their_names_they_would_be_left_out_without_a_word(box: InstalledBox) -> None:
    by_name = ("DeviceAllow=", "DeviceAllow=char-alsa rw", "DeviceAllow=char-ttyACM rw")

    assert probe(box, *by_name) == (
        '{"alsa": "EPERM", "mem": "EPERM", "sd": "EPERM", "ttyACM": "EPERM", "ttyUSB": "EPERM"}'
    )


def test_the_server_reaches_nobody_but_this_machine(box: InstalledBox) -> None:
    box.ask("ip address add 192.0.2.1/32 dev lo")
    (box.files / "opt/call.py").write_text(CALL, encoding="utf-8")
    box.override("boxd-temporal.service", "ExecStartPre=/usr/bin/python3 /opt/call.py")
    assert box.ask("python3 /opt/call.py") == "127.0.0.1: sent\n192.0.2.1: sent"
    box.start("boxd-temporal.service")

    told = box.messages("-u", "boxd-temporal", "--grep='^[0-9.]+: '")
    assert told == "127.0.0.1: sent\n192.0.2.1: EPERM"


def test_a_browser_can_build_its_own_sandbox_within_the_kiosks_walls(box: InstalledBox) -> None:
    """What Chromium tries before it starts: new namespaces, a root of its own, no capability."""
    box.ask("install --mode=755 /usr/bin/true /usr/bin/cage")
    sandboxing = "unshare -Urpn --fork chroot / setpriv --inh-caps=-all cat /proc/self/cgroup"
    box.override(
        "boxd-kiosk.service",
        "Type=oneshot",
        "Restart=no",
        "ExecStart=",
        f"ExecStart=/usr/bin/{sandboxing}",
    )
    box.start("boxd-kiosk.service")

    said = box.messages("-u", "boxd-kiosk", "--grep=^0::")
    assert said.endswith("/boxd-kiosk.service")  # and what bounds it still does
