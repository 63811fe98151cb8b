"""Checks of the configured certificates: usable, not expired, and for the right name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from boxd.certificates import SOON, name_faults, pair_faults, read_chain, read_pair
from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, Skip, failed, passed, warned
from boxd.errors import ConfigError
from boxd.gateway.certificate import Certificate

FAMILY = "Certificates"

_RENEW = "put a renewed certificate and its key there: boxd takes them over within seconds"


def phones(context: CheckContext) -> Iterator[Finding]:
    """The certificate that phones see."""
    settings = context.config.phones
    if not settings.enabled or settings.tls_cert_file is None or settings.tls_key_file is None:
        raise Skip("no certificate is shown to phones")
    settings.tls_key_file.open("rb").close()  # raises PermissionError
    try:
        Certificate(settings.tls_cert_file, settings.tls_key_file)
        pair = read_pair(settings.tls_cert_file, settings.tls_key_file)
    except (ConfigError, ValueError) as error:
        yield failed(str(error), _RENEW)
        return
    yield _in_time(settings.tls_cert_file, context)
    for fault in pair_faults(pair):
        yield failed(f"{settings.tls_cert_file}: {fault}", "boxd tls import FULLCHAIN KEY")
    host = urlsplit(settings.public_url or "").hostname or ""
    for fault in name_faults(pair, host):
        remedy = "make one for that name (boxd tls import), or correct [phones] public_url"
        yield failed(f"{settings.tls_cert_file}: {fault}", remedy)


def others(context: CheckContext) -> Iterator[Finding]:
    """The certificates that this box trusts, and those with which it identifies itself."""
    config = context.config
    named = (config.temporal.tls_cert_file, config.temporal.tls_ca_file, config.upstream.ca_file)
    files = [file for file in named if file is not None]
    if not files:
        raise Skip("no other certificate is configured")
    for file in files:
        try:
            yield _in_time(file, context)
        except (FileNotFoundError, ValueError) as error:
            yield failed(f"{file} holds no certificate ({error})", _RENEW)


def _in_time(file: Path, context: CheckContext) -> Finding:
    """Judge the certificate in the file that expires first."""
    found = _read(file)
    ends = min(each.not_valid_after_utc for each in found)
    begins = max(each.not_valid_before_utc for each in found)
    if context.now > ends:
        return failed(f"{file} has expired on {ends:%Y-%m-%d}", _RENEW)
    if context.now < begins:
        return failed(
            f"{file} is good from {begins:%Y-%m-%d %H:%M} on only", "timedatectl   # is it so late?"
        )
    seen = f"{file} is good until {ends:%Y-%m-%d}"
    return warned(seen, _RENEW) if context.now > ends - SOON else passed(seen)


def _read(file: Path) -> tuple[x509.Certificate, ...]:
    return read_chain(file.read_bytes())


CHECKS = (
    Check(
        FAMILY,
        "phones",
        phones,
        "expired, not yet good, not fitting its key, for another name; 14 days left (warned)",
    ),
    Check(FAMILY, "others", others, "Temporal's or upstream's is expired, or can't be read"),
)
