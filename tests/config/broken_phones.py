"""Broken sections about the second listener, each with what a person is told about it."""

from __future__ import annotations

from tests.config.broken import VALID, Broken

PHONES = (
    VALID
    + """\
[phones]
enabled = true
host = "10.0.0.1"
port = 4322
public_url = "https://box-1.local:4322"
tls_cert_file = "phones.pem"
tls_key_file = "phones.key"
cors_origins = ["https://event.example"]
"""
)


def _broken(old: str, new: str, said: str) -> Broken:
    return Broken(old, new, said, PHONES)


_ADDRESS = "it takes an address without a path, e.g. 'https://box-1.local:4322'"

CASES = {
    "a proxy by name": _broken(
        'cors_origins = ["https://event.example"]',
        'trusted_proxies = ["proxy.example"] # here',
        "[phones] trusted_proxies names 'proxy.example'; it takes the IP address of each proxy in"
        " front, e.g. ['192.168.4.2']: what it says about whom it asks for is believed",
    ),
    "phones by name": _broken(
        'host = "10.0.0.1"',
        'host = "box-1.local" # here',
        "[phones] host = 'box-1.local' can't be; it takes an IP address, e.g. '0.0.0.0' for every"
        " network of the box",
    ),
    "public address with a path": _broken(
        '"https://box-1.local:4322"',
        '"https://box-1.local/phones" # here',
        f'[phones] public_url = "https://box-1.local/phones" can\'t be; {_ADDRESS}',
    ),
    "phones on the HUD's port": _broken(
        "port = 4322",
        "port = 4321 # here",
        "[phones] port: TCP port 4321 is taken by [web] port already; give each a port of its own",
    ),
    "certificate without its key": _broken(
        'tls_cert_file = "phones.pem"\ntls_key_file = "phones.key"',
        'tls_cert_file = "phones.pem" # here',
        "[phones] tls_cert_file without tls_key_file; a certificate needs its key: give both",
    ),
    "plain address with a certificate": _broken(
        '"https://box-1.local:4322"',
        '"http://box-1.local:4322" # here',
        "[phones] public_url = 'http://box-1.local:4322' is not what a listener with a certificate"
        " speaks; write https://, or remove tls_cert_file and tls_key_file",
    ),
    "every origin": _broken(
        '["https://event.example"]',
        '["*"] # here',
        f'[phones] cors_origins, entry 1 = "*" can\'t be; {_ADDRESS}',
    ),
    "no rate": _broken(
        "port = 4322",
        "rate_per_address = 0 # here",
        "[phones] rate_per_address = 0 can't be; it takes a whole number from 1 to 1000000,"
        " without quotes (without this line: 1200)",
    ),
}
