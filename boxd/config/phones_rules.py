"""Rules between the keys of [phones]."""

from __future__ import annotations

from collections.abc import Iterator

from boxd.config.phones_schema import Phones
from boxd.config.schema_texts import SchemaFinding
from boxd.config.values import is_address


def phones_faults(phones: Phones) -> Iterator[SchemaFinding]:
    """All faults between the keys of [phones]."""
    if not is_address(phones.host):
        text = (
            f"[phones] host = '{phones.host}' can't be; it takes an IP address, e.g. '0.0.0.0' for"
            " every network of the box"
        )
        yield SchemaFinding(("phones", "host"), text)
    yield from (_proxy_fault(each) for each in phones.trusted_proxies if not is_address(each))
    yield from _tls_faults(phones)


def _proxy_fault(proxy: str) -> SchemaFinding:
    text = (
        f"[phones] trusted_proxies names '{proxy}'; it takes the IP address of each proxy in front,"
        " e.g. ['192.168.4.2']: what it says about whom it asks for is believed"
    )
    return SchemaFinding(("phones", "trusted_proxies"), text)


def _tls_faults(phones: Phones) -> Iterator[SchemaFinding]:
    pair = {"tls_cert_file": phones.tls_cert_file, "tls_key_file": phones.tls_key_file}
    present = [key for key, value in pair.items() if value is not None]
    if len(present) == 1:
        other = next(key for key in pair if key not in present)
        text = f"[phones] {present[0]} without {other}; a certificate needs its key: give both"
        yield SchemaFinding(("phones", present[0]), text)
    if phones.has_tls and (phones.public_url or "").startswith("http://"):
        text = (
            f"[phones] public_url = '{phones.public_url}' is not what a listener with a certificate"
            " speaks; write https://, or remove tls_cert_file and tls_key_file"
        )
        yield SchemaFinding(("phones", "public_url"), text)
