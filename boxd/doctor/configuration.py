"""Checks of the configuration file and its secret files: errors, and settings that are unwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from boxd.config import Config
from boxd.config.device_kinds import unwise
from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, Skip, failed, passed, warned
from boxd.doctor.identity import Identity, identity
from boxd.errors import ConfigError
from boxd.secret_files import secret_file_fault
from boxd.service_user import read_start

FAMILY = "Configuration"

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def file(context: CheckContext) -> Iterator[Finding]:
    """The file has no errors; each error comes with its line."""
    if not isinstance(context.found, ConfigError):
        yield passed(f"{context.config_file} is good")
        return
    if context.config_file.exists():
        context.config_file.read_bytes()  # raises PermissionError for a user who may not
    for line in str(context.found).splitlines():
        yield failed(line, f"sudoedit {context.config_file}   # then: boxd config check")


def secrets(context: CheckContext) -> Iterator[Finding]:
    """Each file with a key, PIN or secret exists, belongs to boxd, and only boxd can read it."""
    named, who = secret_files(context.config), identity(context)
    faults = [fault for path in named if (fault := _fault(path, who))]
    yield from faults or [passed(f"{len(named)} files, for boxd alone")]


def _fault(path: Path, who: Identity) -> Finding | None:
    """What is wrong with a secret's file. Raises PermissionError if this user can't find out."""
    if path.exists():
        if who.uid not in (0, path.stat().st_uid):
            seen = f"{path} is not {who.name}'s, as whom boxd runs"
            return failed(seen, f"sudo chown {who.name} {path}")
        read_start(path, 1)
    said, _, remedy = secret_file_fault(path).rpartition("; ")
    return failed(said, remedy.replace("run: ", "sudo ")) if said else None


def secret_files(config: Config) -> list[Path]:
    """The secret files that the configuration names, and the existing keys of the box itself."""
    own = (
        config.claim_key_file,
        config.reading_key_file,
        config.link_key_file,
        config.audit_key_file,
        config.sealing_key_file,
    )
    named = (
        config.temporal.api_key_file,
        config.temporal.tls_key_file,
        config.phones.tls_key_file,
        config.phones.attendant_pin_file,
        config.upstream.secret_file,
        config.notices.webhook_secret_file,
        config.notices.mail_password_file,
        config.notices.ntfy_token_file,
    )
    if not config.ledger_file.parent.is_dir():
        raise Skip(f"there is no {config.ledger_file.parent} yet")
    return [*(path for path in own if path.exists()), *filter(None, named)]


def wisdom(context: CheckContext) -> Iterator[Finding]:
    """Settings that are allowed, but unwise for a box at an event."""
    found = [warned(*each) for each in _unwise(context.config, context)]
    yield from found or [passed("nothing unwise in it")]


def _unwise(config: Config, context: CheckContext) -> Iterator[tuple[str, str]]:
    edit = f"sudoedit {context.config_file}   # "
    if config.simulation.enabled and context.text("/proc/device-tree/model"):
        yield "this is a Pi, and the box is simulated", edit + "[simulation] enabled = false"
    for warning in unwise(config.devices):
        yield warning, edit.removesuffix("# ")
    if config.web.host not in _LOOPBACK:
        yield (
            f"the HUD has no login, and listens on {config.web.host}",
            edit + '[web] host = "127.0.0.1"',
        )
    if config.phones.enabled and not config.phones.has_tls:
        yield (
            "phones are served without TLS: PIN and tokens travel in clear text",
            edit + "[phones] tls_cert_file and tls_key_file",
        )
    if config.upstream.url and config.upstream.url.startswith("http://"):
        yield "upstream is told in clear text", edit + '[upstream] url = "https://..."'
    if config.temporal.address and not config.temporal.tls:
        yield "another machine's Temporal is used without TLS", edit + "[temporal] tls = true"
    for key, what in _switched_off(config):
        yield f"{what} by itself", f"{edit}[schedules] {key}"


def _switched_off(config: Config) -> Iterator[tuple[str, str]]:
    schedules = config.schedules
    if not schedules.backup_every_h:
        yield "backup_every_h = 6", "no backup is made"
    if not schedules.verification_every_h:
        yield "verification_every_h = 24", "the audit trail is not verified"
    if not schedules.self_test_every_h:
        yield "self_test_every_h = 24", "devices are not tested"
    if not schedules.expiry_every_min:
        yield "expiry_every_min = 60", "unused codes do not expire"


CHECKS = (
    Check(FAMILY, "file", file, "the file is not there, can't be read, or has errors"),
    Check(
        FAMILY, "secrets", secrets, "a secret's file is missing, not boxd's, or others may read it"
    ),
    Check(
        FAMILY,
        "wisdom",
        wisdom,
        "a simulated box on a Pi; the HUD open to the network; phones, upstream or Temporal"
        " without TLS; housekeeping switched off",
    ),
)
