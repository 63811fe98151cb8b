"""The largest booth that the HUD is made for: 4 bays, 12 lockers, and as many prizes as wanted."""

from __future__ import annotations

import re
from pathlib import Path

from tests.box.booth import Booth, wait_until

BAYS = ("Left", "Right", "Entrance hall", "Zeltplatz Süd")
LOCKERS = 12
# As they are called at real events: short, long, in several scripts, alike at their beginning.
NAMES = (
    "Mug",
    "Sticker pack",
    "T-shirt, organic cotton, size XL",
    "Temporal hoodie, dark blue, with zip, size M",
    "山田太郎のサイン入り色紙",
    "حقيبة ظهر",
    "Übergroße Powerbank mit Solarladegerät",
    "Ключ-брелок",
    "Notebook A5",
    "🎁 Surprise",
)


class LargeBooth(Booth):
    """A box of that size in simulation, with every board that its lockers need."""

    def __init__(self, folder: Path, prizes: int, made_before: Path | None = None) -> None:
        super().__init__(folder, made_before=made_before)
        self.config.write_text(_config(self.config.read_text(encoding="utf-8")), encoding="utf-8")
        self._prizes = prizes

    def fill(self) -> None:
        """Receive all prizes at once: of every seventh few, and every tenth is gone already."""
        rows = [
            {"sku": f"prize-{number:03}", "name": _name(number), "units": _units(number)}
            for number in range(self._prizes)
        ]
        body = {"prizes": rows, "actor": "organiser"}
        self.ask_socket("POST", "/api/v1/prizes/import", body)
        for number in range(9, self._prizes, 10):
            gone = {"units": -_units(number), "reason": "water damage", "actor": "organiser"}
            self.ask_socket("POST", f"/api/v1/prizes/prize-{number:03}/adjust", gone)
        wait_until("all are shown", lambda: len(self.snapshot()["stock"]) >= self._prizes)

    def speak(self, language: str) -> None:
        """Speak another language from the next start on."""
        text = self.config.read_text(encoding="utf-8")
        kept = re.sub(r"(?m)^language = .*\n", "", text)
        changed = kept.replace("[box]\n", f'[box]\nlanguage = "{language}"\n', 1)
        self.config.write_text(changed, encoding="utf-8")

    def ask_at_every_bay(self) -> None:
        """Somebody types a good code at each bay; the operator has four questions."""
        for number in range(len(BAYS)):
            bay = f"bay-{number + 1}"
            self.enter(bay, self.issue_code(f"prize-{number + 1:03}"))
        wait_until("four questions", lambda: len(self.snapshot()["prompts"]) == len(BAYS))

    def raise_alarms(self) -> None:
        """A locker out of service, and two doors that nobody opened by the box."""
        done = self.command(
            "lockers", "out-of-service", "12", "--reason", "latch bent, spare part ordered"
        )
        assert done.returncode == 0
        for locker in ("locker-10", "locker-11"):
            self.fault(locker, "spring")
        wait_until("two alarms", lambda: len(self.snapshot()["alarms"]) >= 2)


def _name(number: int) -> str:
    return NAMES[number] if number < len(NAMES) else f"{NAMES[number % len(NAMES)]} no. {number}"


def _units(number: int) -> int:
    return 2 if number % 7 == 6 else 5 + number % 40


def _config(text: str) -> str:
    """The simulation's file with more boards, bays and lockers, and no prizes."""
    head = text[: text.index("\n[[devices]]")]
    operator = re.search(r'(?s)name = "operator-pad".*?(?=\n\[\[)', text)
    assert operator is not None
    bays = "".join(_bay(number, name) for number, name in enumerate(BAYS))
    lockers = "".join(_locker(number) for number in range(LOCKERS))
    boards = "".join(
        f'\n[[devices]]\nkind = "codetv"\nname = "board-{n}"\nport = "CodeTV Board {n}"\n'
        for n in range(len(BAYS))
    )
    cabinets = "".join(_cabinet(number) for number in range(2))
    return (
        f'{head}\n{boards}{cabinets}\n[[devices]]\nkind = "notes"\n{operator[0]}\n'
        f'{bays}{lockers}\n[operator]\nkeypad = "operator-pad"\n'
    )


def _cabinet(number: int) -> str:
    latches = "".join(f"latch-{n} = {n}\n" for n in range(1, 7))
    doors = "".join(f"door-{n} = {n}\n" for n in range(1, 7))
    return (
        f'\n[[devices]]\nkind = "arduino"\nname = "cabinet-{number}"\nboard = {number + 1}\n'
        f'port = "/dev/serial/by-id/usb-Arduino_Uno_{number}-if00"\n'
        f"[devices.latches]\n{latches}[devices.doors]\n{doors}"
    )


def _bay(number: int, name: str) -> str:
    board = f"board-{number}"
    return (
        f'\n[[bays]]\nid = "bay-{number + 1}"\nname = "{name}"\nkeypad = "{board}"\n'
        f'lamps = "{board}"\nbuzzer = "{board}"\n'
    )


def _locker(number: int) -> str:
    part = f"cabinet-{number // 6}"
    return (
        f'\n[[lockers]]\nid = {number + 1}\nbay = "bay-{number % len(BAYS) + 1}"\n'
        f'latch = "{part}.latch-{number % 6 + 1}"\ndoor = "{part}.door-{number % 6 + 1}"\n'
    )
