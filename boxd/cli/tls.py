"""`boxd tls`: the certificate that phones see."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from boxd.cli.command_classes import BoxdGroup, dry_run_option, say_nothing_changed
from boxd.cli.context import configuration
from boxd.errors import BadInput
from boxd.service_user import done_as_owner_of

if TYPE_CHECKING:
    from boxd.certificates import CertificatePair
    from boxd.config import Config


@click.group("tls", cls=BoxdGroup, examples=("sudo boxd tls import fullchain.pem privkey.pem",))
def command() -> None:
    """Put in the certificate that phones see, and look at it. Works without the daemon."""


@command.command(
    "import",
    examples=(
        "boxd tls import fullchain.pem privkey.pem --dry-run",
        "sudo boxd tls import fullchain.pem privkey.pem",
    ),
)
@click.argument("certificate", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("key", type=click.Path(path_type=Path, dir_okay=False))
@dry_run_option
def import_pair(certificate: Path, key: Path, dry_run: bool) -> None:
    """Judge CERTIFICATE (the full chain) and KEY, and put them where boxd reads them.

    Both are PEM. A running box takes the pair over within seconds; what it serves now stays until
    then. The first time, the command prints the lines that belong into the configuration.
    """
    config = configuration()
    pair = _read(certificate, key)
    _refuse_faults(certificate, pair, config)
    _show(pair)
    if dry_run:
        say_nothing_changed()
        return
    targets = _targets(config)
    texts = (certificate.read_bytes(), key.read_bytes())
    done_as_owner_of(config.box.state_dir, lambda: _put(targets, texts))
    click.echo(f"put into {targets[0]} and {targets[1]}")
    if config.phones.tls_cert_file is None:
        click.echo("Write into the configuration, below [phones], and restart boxd:")
        click.echo(f'  tls_cert_file = "{targets[0]}"\n  tls_key_file = "{targets[1]}"')


@command.command("show", examples=("boxd tls show",))
def show() -> None:
    """Show for which names the present certificate is good, and until when."""
    config = configuration()
    files = config.phones.tls_cert_file, config.phones.tls_key_file
    if files[0] is None or files[1] is None:
        click.echo("phones connect without TLS: whoever is on their network can read along")
        return
    pair = _read(files[0], files[1])
    _show(pair)
    _refuse_faults(files[0], pair, config)


def _read(certificate: Path, key: Path) -> CertificatePair:
    from boxd.certificates import read_pair

    try:
        return read_pair(certificate, key)
    except OSError as error:
        raise BadInput(f"{error.filename}: {error.strerror}; nothing was changed") from error
    except ValueError as error:
        raise BadInput(f"{certificate}: it holds no certificate in PEM ({error})") from error


def _refuse_faults(certificate: Path, pair: CertificatePair, config: Config) -> None:
    from boxd.certificates import faults

    host = urlsplit(config.phones.public_url or "").hostname or ""
    found = list(faults(pair, host, datetime.now(UTC)))
    if found:
        raise BadInput(f"{certificate}: " + "\n".join(("phones would refuse it:", *found)))


def _show(pair: CertificatePair) -> None:
    click.echo(f"names  {', '.join(sorted(pair.names))}")
    click.echo(f"good   {pair.begins:%Y-%m-%d} to {pair.ends:%Y-%m-%d}")
    kind = "self-signed: phones warn of it" if len(pair.chain) == 1 else f"{len(pair.chain)} long"
    click.echo(f"chain  {kind}")


def _targets(config: Config) -> tuple[Path, Path]:
    phones, keys = config.phones, config.box.state_dir / "keys"
    return phones.tls_cert_file or keys / "phones.pem", phones.tls_key_file or keys / "phones.key"


def _put(targets: tuple[Path, Path], texts: tuple[bytes, bytes]) -> str:
    """Write both beside their places first; then each replaces what was there.

    In between the pair does not fit, and the box keeps the one that it serves.
    """
    made = []
    try:
        for target, text, mode in zip(targets, texts, (0o644, 0o600), strict=True):
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new = target.with_name(f".{target.name}.new")
            with suppress(FileNotFoundError):
                new.unlink()
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
            with os.fdopen(handle, "wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            made.append((new, target))
        for new, target in reversed(made):
            new.replace(target)
    except OSError as error:
        raise BadInput(f"{error.filename}: {error.strerror}; nothing was changed") from error
    return ""
