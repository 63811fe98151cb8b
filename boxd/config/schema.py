"""The shape of the configuration file: sections, keys, defaults and limits."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from boxd.devices import Key, LampName

Seconds = Annotated[float, Field(gt=0, le=7 * 24 * 3600)]
Port = Annotated[int, Field(ge=1, le=65535)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
MidiNumber = Annotated[int, Field(ge=0, le=127)]


class Section(BaseModel):
    """A section of the file: unknown keys are errors, values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Box(Section):
    """Which box this is, and where it keeps its state."""

    id: Name
    name: str = "Prize box"
    state_dir: Path = Path("/var/lib/boxd")


class OnDecline(StrEnum):
    """What becomes of a code when the operator declines its claim."""

    RETURN_CODE = "return_code"
    VOID_CODE = "void_code"


class Codes(Section):
    """Claim codes: their length, life and keys."""

    length: int = Field(8, ge=6, le=12)
    valid_days: int = Field(30, ge=1, le=3650)
    on_decline: OnDecline = OnDecline.RETURN_CODE
    claim_key_file: Path | None = None
    reading_key_file: Path | None = None


class Lockout(Section):
    """When a keypad is locked for guessing, and for how long."""

    wrong_codes: int = Field(5, ge=1, le=100)
    first_s: Seconds = 30
    longest_s: Seconds = 3600


class Timeouts(Section):
    """How long the box waits, in seconds."""

    typing_s: Seconds = 20
    stuck_key_s: Seconds = 10
    door_opens_s: Seconds = 3
    door_left_open_s: Seconds = 60
    reminder_first_s: Seconds = 60
    reminder_longest_s: Seconds = 600
    refused_shows_s: Seconds = 3


class Temporal(Section):
    """The embedded server, or with `address` the one to connect to."""

    address: str | None = None
    namespace: str = "default"
    api_key_file: Path | None = None
    tls: bool = False
    tls_ca_file: Path | None = None
    tls_cert_file: Path | None = None
    tls_key_file: Path | None = None
    binary: Path | None = None
    port: Port = 7233
    ui_port: Port = 8233
    http_port: Port = 7243
    metrics_port: Port = 7253
    ui: bool = True
    retention_days: int = Field(30, ge=1, le=3650)
    memory_mib: int = Field(96, ge=48, le=4096)


class Web(Section):
    """The HUD's and the API's listener, and the socket of the commands."""

    host: str = "127.0.0.1"
    port: Port = 4321
    hosts: tuple[str, ...] = ()
    socket: Path | None = None


class MidiBackend(StrEnum):
    """Which MIDI system carries the boards."""

    ALSA = "alsa"
    JACK = "jack"
    SIMULATION = "simulation"


class Midi(Section):
    """The MIDI system."""

    backend: MidiBackend = MidiBackend.ALSA


class Simulation(Section):
    """The simulated front; refuses to stand beside real devices."""

    enabled: bool = False


class CodetvDevice(Section):
    """A CodeTV board, found by its product name."""

    kind: Literal["codetv"]
    name: Name
    port: str = Field(pattern=r"^CodeTV Board [0-3]$")
    enabled: bool = True


class MidiControl(Section):
    """One note or one controller number of a MIDI device, and the values that go with it."""

    note: MidiNumber | None = None
    control: MidiNumber | None = None
    on: MidiNumber = 127
    off: MidiNumber = 0


class NotesDevice(Section):
    """Any class-compliant MIDI device, by a map of its notes and controls.

    It has no latches: nothing on such a device bounds a pulse.
    """

    kind: Literal["notes"]
    name: Name
    port: str = Field(min_length=1)
    enabled: bool = True
    channel: int = Field(1, ge=1, le=16)
    keys: dict[Key, MidiControl] = {}
    lamps: dict[LampName, MidiControl] = {}
    buzzer: MidiControl | None = None
    doors: dict[Name, MidiControl] = {}
    ask_state: MidiControl | None = None


Device = Annotated[CodetvDevice | NotesDevice, Field(discriminator="kind")]


class Bay(Section):
    """One place where an attendee stands. `keypad`, `lamps` and `buzzer` name devices."""

    id: Name
    name: str = ""
    keypad: str
    lamps: str
    buzzer: str | None = None


class Locker(Section):
    """One compartment. `latch` names a device, `door` a device's door as `device.door`."""

    id: int = Field(ge=1, le=99)
    bay: str
    latch: str
    door: str | None = None


class Operator(Section):
    """The operator's physical keys, if there are any."""

    keypad: str | None = None
    buzzer: str | None = None


class Prize(Section):
    """A prize that `boxd run` puts into an empty ledger, in simulation only."""

    sku: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
    name: str
    units: int = Field(ge=0, le=100_000)
    weight: int = Field(1, ge=0, le=1000)


class Config(Section):
    """The whole file."""

    box: Box
    codes: Codes = Codes()
    lockout: Lockout = Lockout()
    timeouts: Timeouts = Timeouts()
    temporal: Temporal = Temporal()
    web: Web = Web()
    midi: Midi = Midi()
    simulation: Simulation = Simulation()
    devices: tuple[Device, ...] = ()
    bays: tuple[Bay, ...] = ()
    lockers: tuple[Locker, ...] = ()
    operator: Operator = Operator()
    seed: tuple[Prize, ...] = ()

    def lockers_of(self, bay: str) -> tuple[Locker, ...]:
        """The lockers that `bay` serves, in the order of the file."""
        return tuple(locker for locker in self.lockers if locker.bay == bay)
