"""The states of the HUD, and what brings a box into them: chapters for whoever takes pictures."""

from __future__ import annotations

import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from boxd.bays.operator_console import SETTLE_S
from tests.box.booth import Booth, wait_until
from tests.box.person import Person
from tests.browser.camera import Camera
from tests.browser.pages import Hud
from tests.clock.turned import TurnedClock

STATE = Path("/var/lib/boxd")
"""Where the state of an installed box lies; its name is on some screens."""
MOST_PARTS = 100


@dataclass(frozen=True)
class Scene:
    """A box of its own, the operator's screen before it, and who takes pictures of that."""

    booth: Booth
    hud: Hud
    camera: Camera
    clock: TurnedClock | None

    def starts(self) -> None:
        """Switch the box on; the screen is before somebody's eyes once it is ready."""
        self.booth.start()
        self.hud.open()
        self.hud.wait_for("Ready")

    def shows(self, title: str, picture: str) -> None:
        """Keep the whole screen, once `title` is the thing to do and can be answered."""
        self.hud.wait_for(title)
        self.camera.whole(self.hud, picture)

    def says(self, css: str, words: str, picture: str) -> None:
        """Keep a part of the screen, once it says `words`."""
        self.hud.until(f"{css} says '{words}'", lambda: words in self.hud.text(css))
        self.camera.part(self.hud, css, picture)

    def types_a_code(self, bay: str = "bay-1", sku: str = "mug") -> None:
        """An attendee with a good code."""
        self.booth.enter(bay, self.booth.issue_code(sku))

    def is_out(self, why: str, picture: str) -> None:
        """Keep the whole screen of a box out of service."""
        self.hud.until(why, lambda: why in self.hud.text("#prompt"))
        self.camera.whole(self.hud, picture)

    def comes_up(self) -> None:
        """Switch the box on; the screen is before somebody's eyes at once."""
        self.booth.start(until_ready=False)
        self.looks()

    def looks(self) -> None:
        """Open the screen as soon as it is served."""
        wait_until("the screen is served", self._is_served)
        self.hud.open()

    def cannot_start(self, why: str, picture: str) -> None:
        """Keep the screen of a box that is switched on in vain, and switch it off."""
        self.comes_up()
        self.is_out(why, picture)
        self.booth.stop()

    def _is_served(self) -> bool:
        with closing(socket.socket()) as line:
            return line.connect_ex(("127.0.0.1", self.booth.port)) == 0


def a_first_start(scene: Scene) -> None:
    """From power on to ready."""
    scene.booth.start(until_ready=False)
    wait_until("the server's process", scene.booth.has_server)
    go_on = scene.booth.hang_server()  # or it is ready before anybody could look
    scene.looks()
    scene.shows("Starting", "starting")
    go_on()
    scene.hud.until("the server is up", lambda: "Temporal up" in scene.hud.text("#bar"))
    scene.shows("Ready", "ready")


def a_prize(scene: Scene) -> None:
    """From the first digit to the shut door, with all that can be said on the way."""
    booth, hud = scene.booth, scene.hud
    scene.starts()
    booth.type_keys("bay-1", *"4711")
    scene.says('[data-bay="bay-1"]', "●●●●", "typing")
    booth.type_keys("bay-1", "Cancel")
    scene.types_a_code()
    scene.shows("Put Mug into locker 1", "load")
    booth.press_operator("1")
    scene.shows("Which prize instead?", "another-prize")
    booth.press_operator("Cancel")
    hud.wait_for("Put Mug into locker 1")
    booth.press_operator("Cancel")
    scene.shows("Really decline?", "decline")
    booth.press_operator("Cancel")
    hud.wait_for("Put Mug into locker 1")
    _it_jams(scene)


def _it_jams(scene: Scene) -> None:
    booth, hud = scene.booth, scene.hud
    booth.fault("locker-1", "jam")
    hud.choose("loaded")
    scene.shows("Opening locker 1", "opening")
    scene.shows("Locker 1 did not open", "jam")
    booth.fault("locker-1", "unjam")
    hud.choose("again")
    scene.shows("Wait until Mug is taken, then close locker 1", "take")
    hud.choose("otherwise")
    scene.shows("What happened?", "otherwise")
    hud.choose("back")
    hud.wait_for("Wait until Mug is taken, then close locker 1")
    hud.choose("completed")
    hud.until("the reason", lambda: hud.has(".reason"))
    scene.camera.whole(hud, "not-taken")
    booth.fault("door-pad", "unplug")
    hud.until("no switch answers", lambda: "I see that it is closed" in hud.text(".options"))
    scene.camera.whole(hud, "take-unseen")


def somebody_waits(scene: Scene) -> None:
    """Two attendees, and nobody behind the box."""
    scene.starts()
    scene.types_a_code("bay-1", "mug")
    scene.hud.wait_for("Put Mug into locker 1")
    scene.types_a_code("bay-2", "sticker")
    scene.hud.until("both are seen", lambda: "Sticker pack" in scene.hud.text("#queue"))
    scene.camera.whole(scene.hud, "two-questions")
    scene.hud.until("the reminder", lambda: scene.hud.has(".reminded"))
    scene.camera.whole(scene.hud, "reminder")


def a_playbook(scene: Scene) -> None:
    """A question that the operator's keys answer, while nobody waits for a prize."""
    scene.starts()
    jammed = {"playbook": "jammed-locker", "locker": 2, "actor": "anna"}
    scene.booth.ask_socket("POST", "/api/v1/recoveries", jammed)
    scene.hud.wait_for("Open locker 2 by hand, or by the recorded override. Is it open now?")
    time.sleep(SETTLE_S + 0.2)
    scene.booth.press_operator("1")
    scene.shows("What lies in locker 2? Take it out.", "playbook")


def a_power_cut(scene: Scene) -> None:
    """While a locker opens."""
    scene.booth.start(dying_at="between pulse and result")
    scene.hud.open()
    scene.types_a_code()
    scene.hud.choose("loaded")
    scene.booth.wait_for_death()
    scene.hud.until("the screen notices", lambda: "Connection" in scene.hud.text("#banner"))
    scene.camera.whole(scene.hud, "connection-lost")
    scene.booth.start()
    scene.shows("Did locker 1 open?", "ask")


def bays_in_trouble(scene: Scene) -> None:
    """Codes that are refused, keys that stick, keypads that are gone."""
    booth, left = scene.booth, '[data-bay="bay-1"]'
    scene.starts()
    code = booth.issue_code()
    with closing(sqlite3.connect(booth.state / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # a claim waits for the ledger, and for nothing else
        booth.enter("bay-1", code)
        scene.says(left, "Checking a code", "checking")
    booth.say(booth.prompt("load"), "declined")
    booth.ended()
    for number in range(5):
        scene.booth.wait_for_bay("bay-1", "ready")
        booth.enter("bay-1", "00000000")
        if number == 0:
            scene.says(left, "no such code", "refused")
    scene.says(left, "Locked for", "locked-out")
    booth.fault("board-1", "stick", key="5")
    scene.says('[data-bay="bay-2"]', "key 5 is stuck", "stuck-key")
    booth.fault("board-1", "unstick", key="5")


def devices_in_trouble(scene: Scene) -> None:
    """Plugs pulled, a device under test, a locker out of service, a door left open."""
    booth, hud = scene.booth, scene.hud
    scene.starts()
    tester = Person(booth, "devices", "test", "board-1")
    try:
        tester.sees("Did the standby lamp of board-1 light?")
        scene.says("#devices", "tested by", "device-tested")
    finally:
        tester.is_killed()
        tester.close()
    hud.wait_for("Ready")
    booth.fault("board-1", "unplug")
    scene.shows("Ready at Left", "keypad-gone")
    scene.says("#devices", "check its cable", "device-gone")
    assert booth.command("lockers", "out-of-service", "2", "--reason", "latch bent").returncode == 0
    booth.fault("locker-1", "spring")
    hud.until("the door", lambda: "open" in hud.text('[data-locker="1"]'))
    scene.says("#lockers", "latch bent", "lockers")
    scene.says("#alarms", "nothing opened it", "alarms")
    booth.fault("board-0", "unplug")
    scene.shows("No bay accepts codes", "no-bay")


def a_wrong_clock(scene: Scene) -> None:
    """Somebody sets the clock back."""
    scene.starts()
    assert scene.clock is not None
    scene.clock.turn(-5 * 3600.0)
    scene.says("#alarms", "boxd clock trust", "clock")


def temporal_down(scene: Scene) -> None:
    """Kill the server of a box that serves, and take its port, so that it does not come again."""
    scene.starts()
    scene.types_a_code()
    scene.hud.wait_for("Put Mug into locker 1")
    scene.booth.kill_server()
    with closing(_taken(scene.booth.temporal_port)):
        words = "Temporal down"
        scene.hud.until(words, lambda: words in scene.hud.text("#bar"))
        scene.camera.whole(scene.hud, "out-temporal")
        scene.booth.kill()


def _taken(port: int) -> socket.socket:
    """The port, as soon as the one who had it is dead."""

    def take() -> socket.socket | None:
        try:
            return socket.create_server(("127.0.0.1", port))
        except OSError:
            return None

    taken: socket.socket = wait_until("the port is free", take)
    return taken


def out_of_service(scene: Scene) -> None:
    """The box decides nothing, and says why: disk, key, ledger."""
    booth = scene.booth
    scene.starts()
    booth.issue_code()
    assert booth.command("backup", "create").returncode == 0
    _fill_the_disk(scene)
    key = booth.state / "keys" / "claim.key"
    away = key.rename(key.with_suffix(".away"))
    scene.cannot_start("claim.key is absent", "out-key")
    away.rename(key)
    _damage(booth.state / "ledger.db")
    scene.cannot_start("newest good", "out-ledger")


def _fill_the_disk(scene: Scene) -> None:
    filler = STATE / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:  # what is free changes meanwhile: the box and its server write, too
            file.write(bytes(4096))
    _use_the_log_up(scene.booth)
    assert scene.booth.command("codes", "issue", "somebody").returncode == 1
    scene.is_out("Look at the disk", "out-disk")
    scene.booth.kill()
    filler.unlink()


def _use_the_log_up(booth: Booth) -> None:
    """The ledger's log has its size from the start: only what goes beyond it feels a full disk."""
    for part in range(MOST_PARTS):
        people = [f"badge-{part}-{number}" for number in range(500)]
        if booth.command("attendees", "add", *people).returncode:
            return
    raise AssertionError(f"a full disk took {MOST_PARTS} times 500 attendees")


def _damage(ledger: Path) -> None:
    content = bytearray(ledger.read_bytes())
    for page in range(4, len(content) // 1024, 3):
        content[page * 1024 : page * 1024 + 700] = b"\xff" * 700
    ledger.write_bytes(content)


@dataclass(frozen=True)
class Chapter:
    """What is played in a box of its own, with some lines of its file replaced."""

    play: Callable[[Scene], None]
    settings: tuple[tuple[str, str], ...] = ()
    turns_clock: bool = False
    fills_disk: bool = False


CHAPTERS = (
    Chapter(a_prize),
    Chapter(somebody_waits, ((r"# reminder_first_s = .*", "reminder_first_s = 3"),)),
    Chapter(a_playbook),
    Chapter(a_power_cut),
    Chapter(bays_in_trouble, ((r"# stuck_key_s = .*", "stuck_key_s = 1"),)),
    Chapter(devices_in_trouble),
    Chapter(a_wrong_clock, turns_clock=True),
    Chapter(temporal_down),
    Chapter(
        out_of_service,
        ((r"state_dir *=.*", f'state_dir = "{STATE}"'),),
        fills_disk=True,
    ),
)
