"""The schema of the configuration file: sections, keys, defaults and limits."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Union

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema

from boxd.config.device_kinds import sections
from boxd.config.device_schema import DeviceSection
from boxd.config.fleet_schema import Fleet
from boxd.config.housekeeping_schema import Backups, Schedules
from boxd.config.lights_schema import Lights
from boxd.config.notices_schema import Notices
from boxd.config.phones_schema import Phones
from boxd.config.staff_schema import Staff
from boxd.config.task_schema import CheckpointSection, Task
from boxd.config.upstream_schema import UpstreamSection
from boxd.config.values import (
    FilePath,
    HostName,
    Name,
    Port,
    Seconds,
    Section,
    ServiceAddress,
    Text,
)
from boxd.text_fields import LanguageCode, Line, Sku

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


class Language(StrEnum):
    """The languages that the box speaks; phones choose their own."""

    ENGLISH = "en"
    GERMAN = "de"
    FRENCH = "fr"
    SPANISH = "es"
    JAPANESE = "ja"


class Box(Section):
    """Which box this is, and where it keeps its state."""

    id: Name
    name: Line = "Prize box"
    language: Language = Language.ENGLISH
    state_dir: FilePath = Path("/var/lib/boxd")
    playbooks: FilePath | None = None


class OnDecline(StrEnum):
    """What becomes of a code if the operator declines its claim."""

    RETURN_CODE = "return_code"
    VOID_CODE = "void_code"


class Codes(Section):
    """Claim codes: length, life and keys; `per_attendee` 0 means no limit."""

    length: int = Field(default=8, ge=6, le=12)
    valid_days: int = Field(default=30, ge=1, le=3650)
    per_attendee: int = Field(default=0, ge=0, le=1000)
    on_decline: OnDecline = OnDecline.RETURN_CODE
    claim_key_file: FilePath | None = None
    reading_key_file: FilePath | None = None


class Lockout(Section):
    """When a keypad is locked because of guessing, and for how long."""

    wrong_codes: int = Field(default=5, ge=1, le=100)
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
    """The box's own server, or the server at `address`.

    With `own_unit` the server is not the daemon's child: `boxd temporal-server` runs it.
    """

    address: ServiceAddress | None = None
    own_unit: bool = False
    namespace: Text = "default"
    api_key_file: FilePath | None = None
    tls: bool = False
    tls_ca_file: FilePath | None = None
    tls_cert_file: FilePath | None = None
    tls_key_file: FilePath | None = None
    binary: FilePath | None = None
    port: Port = 7233
    ui_port: Port = 8233
    http_port: Port = 7243
    metrics_port: Port = 7253
    ui: bool = True
    retention_days: int = Field(default=30, ge=1, le=3650)
    memory_mib: int = Field(default=96, ge=48, le=4096)


class Web(Section):
    """The listener of HUD and API, and the Unix socket of the commands."""

    host: str = "127.0.0.1"
    port: Port = 4321
    hosts: tuple[HostName, ...] = ()
    socket: FilePath | None = None


class MidiBackend(StrEnum):
    """Which MIDI system connects the boards."""

    ALSA = "alsa"
    JACK = "jack"
    SIMULATION = "simulation"


class Midi(Section):
    """The MIDI system."""

    backend: MidiBackend = MidiBackend.ALSA


class ArduinoFirmware(StrEnum):
    """What a simulated Arduino runs: a Python copy of the firmware, or the firmware in simavr."""

    TWIN = "twin"
    SIMAVR = "simavr"


class Simulation(Section):
    """The simulated front; not allowed beside real devices."""

    enabled: bool = False
    firmware: ArduinoFirmware = ArduinoFirmware.TWIN


class BaySection(Section):
    """One place where an attendee stands. `keypad`, `lamps`, `buzzer` and `reader` name devices.

    Without a name it is called by its id.
    """

    id: Name
    name: str = ""
    keypad: str
    lamps: str
    buzzer: str | None = None
    reader: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_called_by_its_id(cls, value: object) -> object:
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            return {"name": value["id"], **value}
        return value


class Locker(Section):
    """One compartment. `latch` and `door` name parts as `device.part`.

    The device is enough if it has only one latch.
    """

    id: int = Field(ge=1, le=99)
    bay: str
    latch: str
    door: str | None = None


class Operator(Section):
    """The operator's physical keys, if there are any."""

    keypad: str | None = None
    buzzer: str | None = None


class Prize(Section):
    """A prize that `boxd run` puts into an empty ledger, in simulation only.

    `names` are its names in other languages than the event's own.
    """

    sku: Sku
    name: Line
    units: int = Field(ge=0, le=100_000)
    weight: int = Field(default=1, ge=0, le=1000)
    names: dict[LanguageCode, Line] | None = None


class OfItsKind:
    """Makes pydantic read a device as the section of its kind."""

    def __get_pydantic_core_schema__(
        self, _source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """The sections of every installed kind, told apart by `kind`."""
        one_of: Any = Union[tuple(sections().values())]  # noqa: UP007 - it is made of a list
        return handler.generate_schema(Annotated[one_of, Field(discriminator="kind")])


class Config(Section):
    """The whole file."""

    # The kinds of devices import this package: they are looked for at the first reading.
    model_config = ConfigDict(defer_build=True)

    box: Box
    codes: Codes = Codes()
    lockout: Lockout = Lockout()
    timeouts: Timeouts = Timeouts()
    temporal: Temporal = Temporal()
    web: Web = Web()
    midi: Midi = Midi()
    simulation: Simulation = Simulation()
    devices: tuple[Annotated[DeviceSection, OfItsKind()], ...] = ()
    bays: tuple[BaySection, ...] = ()
    lockers: tuple[Locker, ...] = ()
    operator: Operator = Operator()
    lights: Lights = Lights()
    checkpoints: tuple[CheckpointSection, ...] = ()
    tasks: tuple[Task, ...] = ()
    phones: Phones = Phones()
    staff: Staff = Staff()
    fleet: Fleet = Fleet()
    upstream: UpstreamSection = UpstreamSection()
    notices: Notices = Notices()
    schedules: Schedules = Schedules()
    backups: Backups = Backups()
    seed: tuple[Prize, ...] = ()

    def lockers_of(self, bay: str) -> tuple[Locker, ...]:
        """The lockers that `bay` serves, in the order of the file."""
        return tuple(locker for locker in self.lockers if locker.bay == bay)

    @property
    def healed_dir(self) -> Path:
        """Where the histories of workflows are kept that stood still."""
        return self.box.state_dir / "healed"

    @property
    def pictures_dir(self) -> Path:
        """Where the pictures of prizes are."""
        return self.box.state_dir / "pictures"

    @property
    def photos_dir(self) -> Path:
        """Where the photos that attendees handed in are."""
        return self.box.state_dir / "photos"

    @property
    def ledger_file(self) -> Path:
        """The ledger's database file."""
        return self.box.state_dir / "ledger.db"

    @property
    def backup_dir(self) -> Path:
        """The folder of the ledger's backups."""
        return self.backups.directory or self.box.state_dir / "backups"

    @property
    def lock_file(self) -> Path:
        """The file that a running boxd locks, so that no second one serves the same box."""
        return self.box.state_dir / "boxd.lock"

    @property
    def claim_key_file(self) -> Path:
        """The key that is needed to claim any code."""
        return self.codes.claim_key_file or self.box.state_dir / "keys" / "claim.key"

    @property
    def reading_key_file(self) -> Path:
        """The key that is needed to show codes again to their owners."""
        return self.codes.reading_key_file or self.box.state_dir / "keys" / "reading.key"

    @property
    def link_key_file(self) -> Path:
        """The key that signs the phones' links; a new key makes all of them useless."""
        return self.box.state_dir / "keys" / "links.key"

    @property
    def audit_key_file(self) -> Path:
        """The key that signs heads of the audit trail; with a new one, earlier heads stay good."""
        return self.box.state_dir / "keys" / "audit.key"

    @property
    def sealing_key_file(self) -> Path:
        """The key that seals what goes through Temporal; with another one, that begins again."""
        return self.box.state_dir / "keys" / "sealing.key"

    @property
    def sealed_by_file(self) -> Path:
        """Which key sealed what the Temporal server holds."""
        return self.box.state_dir / "keys" / "sealing.used"

    @property
    def fleet_key_file(self) -> Path:
        """The event's key, which all its boxes have: it seals what they tell each other."""
        return self.fleet.key_file or self.box.state_dir / "keys" / "event.key"

    @property
    def limit_keeper(self) -> int | None:
        """The number of the box that keeps the limit of codes for each attendee, if another one."""
        fleet = self.fleet
        is_joined = fleet.address is not None and fleet.number is not None
        is_another = is_joined and fleet.number != fleet.first
        return fleet.first if is_another and self.codes.per_attendee else None

    @property
    def fleet_service(self) -> Temporal | None:
        """The event's Temporal service, if codes move between its boxes."""
        fleet = self.fleet
        if fleet.address is None:
            return None
        return Temporal(
            address=fleet.address,
            namespace=fleet.namespace,
            api_key_file=fleet.api_key_file,
            tls=fleet.tls,
            tls_ca_file=fleet.tls_ca_file,
            tls_cert_file=fleet.tls_cert_file,
            tls_key_file=fleet.tls_key_file,
        )

    @property
    def installation_file(self) -> Path:
        """The number of this installation: at a shared service it tells the box from a copy."""
        return self.box.state_dir / "installation.id"

    @property
    def socket_file(self) -> Path:
        """The Unix socket of the commands."""
        return self.web.socket or self.box.state_dir / "boxd.sock"

    @property
    def gateway_dir(self) -> Path:
        """The folder of the sockets between the daemon and the phones' gateway."""
        return self.box.state_dir / "phones"

    @property
    def temporal_dir(self) -> Path:
        """The files of the embedded Temporal server."""
        return self.box.state_dir / "temporal"

    @property
    def server_status_socket(self) -> Path:
        """The socket on which a Temporal server in a unit of its own reports its status."""
        return self.box.state_dir / "temporal.sock"

    @property
    def trace_file(self) -> Path:
        """Where simulated hardware writes down what it saw."""
        return self.box.state_dir / "hardware-trace.jsonl"

    @property
    def simulated_hardware_file(self) -> Path:
        """Where simulated hardware keeps the positions of its doors."""
        return self.box.state_dir / "simulated-hardware.json"

    @property
    def pin_memory_dir(self) -> Path:
        """Where the levels of simulated pins are kept, outside any process."""
        return self.box.state_dir / "simulated-pins"

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """The names that the web listener accepts in a Host header, without the port."""
        return (*LOOPBACK_NAMES, *self.web.hosts)
