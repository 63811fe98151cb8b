"""What the set-up changes on the machine: its clock, zone, name, keyboard and network. As root."""

from __future__ import annotations

import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from boxd.errors import BoxdError
from boxd.set_up.choices import Choices, PhonesWay

_CONNECTIONS = "etc/NetworkManager/system-connections"
_JOINED = "boxd-joined"
_OWN = "boxd-own"
_KIOSK = "etc/systemd/system/boxd-kiosk.service.d/keyboard.conf"
_WITHIN_S = 60.0
_WRONG_BY_S = 60.0
_YEAR_2026 = 1_767_225_600  # an earlier time is of a phone without a clock


@dataclass(frozen=True)
class Machine:
    """The files of this system, below `root`, and its programs."""

    root: Path = Path("/")

    @property
    def box_id(self) -> str:
        """A name for this box that no other has: a part of the system's own."""
        machine_id = (self.root / "etc/machine-id").read_text(encoding="ascii").strip()
        return f"box-{machine_id[:6]}"

    @property
    def own_network(self) -> tuple[str, str] | None:
        """Name and password of the box's own WLAN; None without one that asks for a password."""
        file = self.root / _CONNECTIONS / f"{_OWN}.nmconnection"
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return None
        values = dict(line.split("=", 1) for line in lines if "=" in line)
        if not {"ssid", "psk"} <= values.keys():
            return None
        return _unescaped(values["ssid"]), _unescaped(values["psk"])

    def networks(self) -> list[str]:
        """The names of the WLANs in reach, the strongest first; empty where none can be seen."""
        try:
            told = run("nmcli", "--terse", "--escape", "no", "--fields", "SSID", "device", "wifi")
        except BoxdError:
            return []
        return list(dict.fromkeys(filter(None, told.splitlines())))

    def addresses(self) -> list[str]:
        """The addresses under which other machines reach this one now."""
        try:
            return run("hostname", "--all-ip-addresses").split()
        except BoxdError:
            return []

    def set_clock(self, now_s: float) -> None:
        """Take the time of the person's device, where no time server has set the clock."""
        is_set = (self.root / "run/systemd/timesync/synchronized").exists()
        if not is_set and now_s > _YEAR_2026 and abs(now_s - time.time()) > _WRONG_BY_S:
            run("date", "--utc", f"--set=@{now_s:.0f}")

    def set_zone(self, choices: Choices) -> None:
        """The zone of the event, for logs and backups by the calendar."""
        zone = self.root / "etc/localtime"
        aside = zone.with_name(".localtime.new")
        aside.unlink(missing_ok=True)
        aside.symlink_to(f"/usr/share/zoneinfo/{choices.zone}")
        aside.replace(zone)

    def set_keyboard(self, choices: Choices) -> None:
        """The layout of a keyboard at the box, for its login and for the browser on its screen."""
        self.write("etc/default/keyboard", f'XKBMODEL="pc105"\nXKBLAYOUT="{choices.keyboard}"\n')
        self.write(_KIOSK, f"[Service]\nEnvironment=XKB_DEFAULT_LAYOUT={choices.keyboard}\n")

    def set_name(self) -> None:
        """The name by which phones find the box on a network that is not its own."""
        self.write("etc/hostname", f"{self.box_id}\n")
        self.write("etc/hosts", f"127.0.0.1 localhost\n::1 localhost\n127.0.1.1 {self.box_id}\n")
        run("hostname", self.box_id)

    def keep_network(self, choices: Choices) -> None:
        """Write the network to join down; it is joined by `join` or at the next start."""
        file = self.root / _CONNECTIONS / f"{_JOINED}.nmconnection"
        if choices.way is PhonesWay.WLAN:
            self.write(str(file.relative_to(self.root)), _joined(choices), 0o600)
        else:
            file.unlink(missing_ok=True)

    def join(self, choices: Choices) -> None:
        """Leave the box's own network for the chosen one; it comes back while that is away."""
        run("nmcli", "connection", "reload")
        if choices.way is PhonesWay.WLAN:
            run("nmcli", "--wait", "0", "connection", "up", _JOINED)
        elif choices.way is PhonesWay.CABLE and self.own_network:
            run("nmcli", "connection", "modify", _OWN, "connection.autoconnect", "no")
            run("nmcli", "--wait", "0", "connection", "down", _OWN)

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        """Put a file in its place as a whole; it is on the disk when this returns."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_name(f".{file.name}.new")
        aside.unlink(missing_ok=True)
        aside.touch(mode, exist_ok=False)
        with aside.open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        aside.replace(file)


def run(*command: str, within_s: float = _WITHIN_S) -> str:
    """What a program prints; raises BoxdError with its last line if it fails."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors="replace",  # a name of somebody's WLAN may be no text
            timeout=within_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BoxdError(f"{command[0]}: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise BoxdError(f"{command[0]}: {said[-1] if said else f'ended with {done.returncode}'}")
    return done.stdout


def _joined(choices: Choices) -> str:
    lines = [
        "[connection]",
        f"id={_JOINED}",
        "type=wifi",
        "autoconnect-priority=10",
        "[wifi]",
        f"ssid={_bytes_of(choices.ssid)}",
        "[ipv4]",
        "method=auto",
        "[ipv6]",
        "method=auto",
    ]
    if choices.password:
        lines += ["[wifi-security]", "key-mgmt=wpa-psk", f"psk={_escaped(choices.password)}"]
    return "\n".join((*lines, ""))


def _bytes_of(ssid: str) -> str:
    """As NetworkManager's files write a name in any script: the bytes as numbers."""
    return "".join(f"{byte};" for byte in ssid.encode())


def _escaped(text: str) -> str:
    """As a key file writes text: no backslash and no blank at the front stays as it is."""
    escaped = text.replace("\\", "\\\\")
    return f"\\s{escaped[1:]}" if escaped.startswith(" ") else escaped


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda sign: " " if sign[1] == "s" else sign[1], text)
