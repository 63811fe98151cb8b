"""What a certificate and its key are good for: one judgement for import, check and doctor.

Reads PEM. A phone trusts what it is shown if every certificate is there up to one that it knows,
the names fit, and the dates do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

SOON = timedelta(days=14)
"""A certificate that ends within this time wants to be renewed."""


@dataclass(frozen=True)
class CertificatePair:
    """A chain, the own certificate first, and the text of its key in PEM."""

    chain: tuple[x509.Certificate, ...]
    key: bytes

    @property
    def ends(self) -> datetime:
        """When the first of the chain ends to be good."""
        return min(each.not_valid_after_utc for each in self.chain)

    @property
    def begins(self) -> datetime:
        """Since when all of the chain are good."""
        return max(each.not_valid_before_utc for each in self.chain)

    @property
    def names(self) -> frozenset[str]:
        """The host names and addresses for which it is good."""
        return names_of(self.chain[0])


def read_chain(pem: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates in a PEM text. Raises ValueError if there is none."""
    found = tuple(x509.load_pem_x509_certificates(pem))
    if not found:
        raise ValueError("no certificate is in it")
    return found


def read_pair(cert_file: Path, key_file: Path) -> CertificatePair:
    """The pair in two files. Raises OSError, and ValueError if the first has no certificate."""
    return CertificatePair(read_chain(cert_file.read_bytes()), key_file.read_bytes())


def faults(pair: CertificatePair, host: str, now: datetime) -> Iterator[str]:
    """Everything for which phones that ask for `host` would not take the pair."""
    yield from pair_faults(pair)
    if now > pair.ends:
        yield f"it has expired on {pair.ends:%Y-%m-%d}"
    if now < pair.begins:
        yield f"it is good from {pair.begins:%Y-%m-%d %H:%M} on only"
    yield from name_faults(pair, host)


def pair_faults(pair: CertificatePair) -> Iterator[str]:
    """What is wrong with the key and with the chain, for whatever name and time."""
    yield from _key_faults(pair)
    yield from _chain_faults(pair.chain)


def name_faults(pair: CertificatePair, host: str) -> Iterator[str]:
    """Why the pair is not for `host`; nothing if that is empty."""
    if host and not covers(pair.names, host):
        known = ", ".join(sorted(pair.names)) or "none"
        yield f"it is not for '{host}', which phones ask for; its names: {known}"


def covers(names: frozenset[str], host: str) -> bool:
    """Whether one of the names stands for `host`; a star stands for exactly one label."""
    return any(_covers(name.lower(), host.lower()) for name in names)


def names_of(certificate: x509.Certificate) -> frozenset[str]:
    """The names and addresses of a certificate."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    addresses = map(str, found.get_values_for_type(x509.IPAddress))
    return frozenset({*found.get_values_for_type(x509.DNSName), *addresses})


def _covers(name: str, host: str) -> bool:
    star, _, parent = name.partition(".")
    return host == name or (star == "*" and host.partition(".")[2] == parent)


def _key_faults(pair: CertificatePair) -> Iterator[str]:
    try:
        key = load_pem_private_key(pair.key, password=None)
    except TypeError:
        yield "the key has a password; the box can't ask for it: openssl pkey -in KEY -out NEW"
        return
    except ValueError:
        yield "the key's file holds no key in PEM"
        return
    shape = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ours = pair.chain[0].public_key().public_bytes(*shape)
    if key.public_key().public_bytes(*shape) != ours:
        yield "the key is another certificate's"


def _chain_faults(chain: Sequence[x509.Certificate]) -> Iterator[str]:
    """What is wrong in the order of the chain, and what phones will warn of."""
    for number, (each, issuer) in enumerate(pairwise(chain), 1):
        try:
            each.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            yield (
                f"certificate {number + 1} of the file has not issued the one before it; put the"
                " box's own first, then each issuer (certbot's fullchain.pem is so)"
            )
            return
    if len(chain) == 1 and chain[0].issuer != chain[0].subject:
        yield (
            "the certificate of its issuer is not in the file; phones that don't know it refuse:"
            " take the full chain (certbot's fullchain.pem)"
        )
