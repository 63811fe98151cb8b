"""Checks of the configured certificates: usable, not expired, and for the right name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, Skip, failed, passed, warned
from boxd.errors import ConfigError
from boxd.gateway.certificate import Certificate

FAMILY = "Certificates"

_SOON = timedelta(days=14)
_RENEW = "put a renewed certificate and its key there: boxd takes them over within seconds"


def phones(context: CheckContext) -> Iterator[Finding]:
    """The certificate that phones see."""
    settings = context.config.phones
    if not settings.enabled or settings.tls_cert_file is None or settings.tls_key_file is None:
        raise Skip("no certificate is shown to phones")
    settings.tls_key_file.open("rb").close()  # raises PermissionError
    try:
        Certificate(settings.tls_cert_file, settings.tls_key_file)
    except ConfigError as error:
        yield failed(str(error), _RENEW)
        return
    yield _in_time(settings.tls_cert_file, context)
    host = urlsplit(settings.public_url or "").hostname
    if host and not any(_covers(name, host) for name in _names(settings.tls_cert_file)):
        yield failed(
            f"{settings.tls_cert_file} is not for '{host}', which phones ask for",
            "make one for that name, or correct [phones] public_url",
        )


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
    return warned(seen, _RENEW) if context.now > ends - _SOON else passed(seen)


def _names(file: Path) -> set[str]:
    try:
        extension = _read(file)[0].extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return set()
    names = extension.value
    addresses = names.get_values_for_type(x509.IPAddress)
    return {*names.get_values_for_type(x509.DNSName), *map(str, addresses)}


def _covers(name: str, host: str) -> bool:
    """Whether a certificate for `name` covers `host`; a star stands for exactly one label."""
    star, _, parent = name.lower().partition(".")
    return host == name.lower() or (star == "*" and host.partition(".")[2] == parent)


def _read(file: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(file.read_bytes())


CHECKS = (
    Check(
        FAMILY,
        "phones",
        phones,
        "expired, not yet good, not fitting its key, for another name; 14 days left (warned)",
    ),
    Check(FAMILY, "others", others, "Temporal's or upstream's is expired, or can't be read"),
)
