"""The rules between parts of a configuration, which no single value can break."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_address

from boxd.config.duplicates import Use, used_twice
from boxd.config.lights_rules import lights_faults
from boxd.config.notices_rules import notices_faults
from boxd.config.partial import PartialConfig
from boxd.config.phones_rules import phones_faults
from boxd.config.schema import Config, MidiBackend
from boxd.config.schema_texts import SchemaFinding, nearest
from boxd.config.task_rules import task_faults
from boxd.config.upstream_rules import upstream_faults
from boxd.config.values import Section, is_address
from boxd.config.wiring import wiring_faults
from boxd.unix_sockets import LONGEST_PATH


def broken_rules(partial: PartialConfig) -> list[SchemaFinding]:
    """Everything that is wrong between the parts of the file, with paths in `partial.config`.

    Rules on a section wait until it has no errors of its own.
    """
    config = partial.config
    findings = [*_repeated_names(config), *_bays_and_lockers(partial), *wiring_faults(partial)]
    findings += task_faults(partial)
    findings += lights_faults(partial)
    for rule, sections in _ON_SECTIONS.items():
        if partial.faulty.isdisjoint(sections):
            findings += rule(config)
    return findings


def _repeated_names(config: Config) -> Iterator[SchemaFinding]:
    named = {
        ("devices", "name"): [f"device '{device.name}'" for device in config.devices],
        ("bays", "id"): [f"bay '{bay.id}'" for bay in config.bays],
        ("lockers", "id"): [f"locker {locker.id}" for locker in config.lockers],
        ("checkpoints", "id"): [f"checkpoint '{each.id}'" for each in config.checkpoints],
        ("tasks", "id"): [f"task '{task.id}'" for task in config.tasks],
        ("seed", "sku"): [f"prize '{prize.sku}'" for prize in config.seed],
    }
    for (section, key), things in named.items():
        for row, thing in enumerate(things):
            if thing in things[:row]:
                text = f"{thing} is declared already; give this one another {key}"
                yield SchemaFinding((section, row, key), text)


def _bays_and_lockers(partial: PartialConfig) -> Iterator[SchemaFinding]:
    config = partial.config
    bays = [bay.id for bay in config.bays]
    if not bays and not partial.doubtful["bays"]:
        yield SchemaFinding(("bays",), "there is no bay; add one with [[bays]], and its lockers")
    for row, locker in enumerate(config.lockers):
        if locker.bay not in bays and not partial.is_doubtful("bays", locker.bay):
            guess = nearest(locker.bay, bays, "declared are")
            text = f"locker {locker.id}: bay = '{locker.bay}', but no bay has that id; {guess}"
            yield SchemaFinding(("lockers", row, "bay"), text)
    for row, bay in enumerate(config.bays):
        if not config.lockers_of(bay.id) and not partial.doubtful["lockers"]:
            text = f"bay '{bay.id}' has no locker; add one: [[lockers]] with bay = '{bay.id}'"
            yield SchemaFinding(("bays", row), text)


def _name_faults(config: Config) -> Iterator[SchemaFinding]:
    """Boxes at one service are told apart by their queues; each has one for its tasks."""
    if config.box.id.endswith("-tasks"):
        other = config.box.id.removesuffix("-tasks")
        text = f"a box called '{config.box.id}' would take the tasks of a box '{other}'; rename it"
        yield SchemaFinding(("box", "id"), text)


def _fleet_faults(config: Config) -> Iterator[SchemaFinding]:
    fleet = config.fleet
    needed = {"number": fleet.number, "event": fleet.event}
    missing = [name for name, value in needed.items() if value is None]
    if fleet.address is not None and missing:
        text = (
            f"[fleet] address without {' and '.join(missing)}: the other boxes could not tell this"
            " one; write number = 2 and event = 'fair', say"
        )
        yield SchemaFinding(("fleet", "address"), text)


def _simulation_faults(config: Config) -> Iterator[SchemaFinding]:
    simulated = config.midi.backend is MidiBackend.SIMULATION
    if config.simulation.enabled and not simulated:
        text = (
            f"[simulation] enabled = true beside real devices ([midi] backend ="
            f" '{config.midi.backend}'); the simulator never stands beside them: write"
            " [midi] backend = 'simulation', or enabled = false"
        )
        yield SchemaFinding(("simulation", "enabled"), text)
    if simulated and not config.simulation.enabled:
        text = (
            "[midi] backend = 'simulation', but the simulation is not enabled; write"
            " [simulation] enabled = true, or name the real backend: 'alsa' or 'jack'"
        )
        yield SchemaFinding(("midi", "backend"), text)
    if config.seed and not config.simulation.enabled:
        text = (
            "[[seed]] is for the simulation alone; a real box gets its prizes with"
            " 'boxd prizes import': remove the [[seed]] sections"
        )
        yield SchemaFinding(("seed",), text)


def _tcp_port_faults(config: Config) -> Iterator[SchemaFinding]:
    ports = [("web", "port", config.web.port)]
    temporal = config.temporal
    if temporal.address is None:
        ports += [
            ("temporal", "port", temporal.port),
            ("temporal", "http_port", temporal.http_port),
            ("temporal", "metrics_port", temporal.metrics_port),
        ]
        if temporal.ui:
            ports.append(("temporal", "ui_port", temporal.ui_port))
    if config.phones.enabled:
        ports.append(("phones", "port", config.phones.port))
    # The file's own values come last, so that a clash with a default is reported at their line.
    written = {name: getattr(config, name).model_fields_set for name, _, _ in ports}
    ports.sort(key=lambda port: port[1] in written[port[0]])
    uses = [
        Use((section, key), f"[{section}] {key}", f"TCP port {number}")
        for section, key, number in ports
    ]
    yield from used_twice(uses, "give each a port of its own")


def _temporal_faults(config: Config) -> Iterator[SchemaFinding]:
    temporal = config.temporal
    secured = [
        key
        for key in ("tls_ca_file", "tls_cert_file", "tls_key_file", "api_key_file")
        if getattr(temporal, key) is not None
    ]
    if temporal.address is None:
        for key in [*(["tls"] if temporal.tls else []), *secured]:
            text = (
                f"[temporal] {key} goes with a server elsewhere, and the box's own speaks plainly"
                " on loopback; name that server's address, or remove this line"
            )
            yield SchemaFinding(("temporal", key), text)
        return
    if temporal.own_unit:
        text = (
            "[temporal] own_unit = true is about the box's own server, and address names one"
            " elsewhere; remove one of the two"
        )
        yield SchemaFinding(("temporal", "own_unit"), text)
    if not temporal.tls:
        for key in secured:
            text = f"[temporal] {key} is of no use without TLS; write tls = true, or remove it"
            yield SchemaFinding(("temporal", key), text)
    pair = {"tls_cert_file": temporal.tls_cert_file, "tls_key_file": temporal.tls_key_file}
    present = [key for key, value in pair.items() if value is not None]
    if len(present) == 1:
        other = next(key for key in pair if key not in present)
        text = f"[temporal] {present[0]} without {other}; a certificate needs its key: give both"
        yield SchemaFinding(("temporal", present[0]), text)


def _web_faults(config: Config) -> Iterator[SchemaFinding]:
    host = config.web.host
    if not is_address(host):
        text = (
            f"[web] host = '{host}' can't be; it takes an IP address, e.g. '127.0.0.1', or"
            " 'localhost'"
        )
        yield SchemaFinding(("web", "host"), text)
    elif not _is_loopback(host) and not config.web.hosts:
        text = (
            f"[web] host = '{host}' is not loopback, where anybody can press the operator's"
            " buttons; keep 127.0.0.1, or say under which names it may be reached: hosts = [...]"
        )
        yield SchemaFinding(("web", "host"), text)
    length = len(bytes(config.socket_file))
    if length > LONGEST_PATH:
        text = (
            f"the socket's path has {length} bytes, and Linux takes {LONGEST_PATH}:"
            f" {config.socket_file}; write a shorter one: [web] socket = '/run/boxd/boxd.sock'"
        )
        yield SchemaFinding(("web", "socket") if config.web.socket else ("box", "state_dir"), text)


def _is_loopback(host: str) -> bool:
    return host == "localhost" or ip_address(host).is_loopback


def _upstream_faults(config: Config) -> Iterator[SchemaFinding]:
    yield from upstream_faults(config.upstream)


def _notices_faults(config: Config) -> Iterator[SchemaFinding]:
    yield from notices_faults(config.notices)


def _phones_faults(config: Config) -> Iterator[SchemaFinding]:
    yield from phones_faults(config.phones)


def _waiting_faults(config: Config) -> Iterator[SchemaFinding]:
    yield from _in_order("timeouts", config.timeouts, "door_opens_s", "door_left_open_s")
    yield from _in_order("timeouts", config.timeouts, "reminder_first_s", "reminder_longest_s")


def _lockout_faults(config: Config) -> Iterator[SchemaFinding]:
    yield from _in_order("lockout", config.lockout, "first_s", "longest_s")


def _in_order(name: str, section: Section, first: str, last: str) -> Iterator[SchemaFinding]:
    low, high = getattr(section, first), getattr(section, last)
    if low > high:
        text = (
            f"[{name}] {first} = {low:g} is longer than {last} = {high:g}; make {first} smaller,"
            f" or {last} greater"
        )
        yield SchemaFinding((name, first if first in section.model_fields_set else last), text)


_ON_SECTIONS: dict[Callable[[Config], Iterator[SchemaFinding]], frozenset[str]] = {
    _name_faults: frozenset({"box"}),
    _fleet_faults: frozenset({"fleet"}),
    _simulation_faults: frozenset({"midi", "simulation", "seed"}),
    _tcp_port_faults: frozenset({"web", "temporal", "phones"}),
    _temporal_faults: frozenset({"temporal"}),
    _web_faults: frozenset({"web", "box"}),
    _phones_faults: frozenset({"phones"}),
    _upstream_faults: frozenset({"upstream"}),
    _notices_faults: frozenset({"notices"}),
    _waiting_faults: frozenset({"timeouts"}),
    _lockout_faults: frozenset({"lockout"}),
}
