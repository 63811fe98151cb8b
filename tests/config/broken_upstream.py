"""Broken sections about upstream, each with what a person is told about it."""

from __future__ import annotations

from tests.config.broken import VALID, Broken

UPSTREAM = (
    VALID
    + """\
[upstream]
url = "https://event.example/boxd"
secret_file = "upstream.secret"
timeout_s = 20
"""
)


def _broken(old: str, new: str, said: str) -> Broken:
    return Broken(old, new, said, UPSTREAM)


_URL = 'url = "https://event.example/boxd"'
_ADDRESS = "it takes an address that begins with https://, e.g. 'https://event.example/boxd'"

CASES = {
    "upstream without a scheme": _broken(
        _URL,
        'url = "event.example" # here',
        f'[upstream] url = "event.example" can\'t be; {_ADDRESS}',
    ),
    "upstream with a password": _broken(
        _URL,
        'url = "https://me:secret@event.example/" # here',
        f'[upstream] url = "https://me:secret@event.example/" can\'t be; {_ADDRESS}',
    ),
    "upstream in plain HTTP": _broken(
        _URL,
        'url = "http://event.example/boxd" # here',
        "[upstream] url = 'http://event.example/boxd' is plain HTTP, which anybody on the way can"
        " read and answer; write https:// (http:// is for this machine's own addresses)",
    ),
    "upstream in plain HTTP at an address": _broken(
        _URL,
        'url = "http://10.0.0.7:8080/boxd" # here',
        "[upstream] url = 'http://10.0.0.7:8080/boxd' is plain HTTP, which anybody on the way can"
        " read and answer; write https:// (http:// is for this machine's own addresses)",
    ),
    "upstream with a query": _broken(
        _URL,
        'url = "https://event.example/boxd?box=1" # here',
        "[upstream] url = 'https://event.example/boxd?box=1' has a part behind ? or #, which boxd"
        " needs for itself; end it with the path",
    ),
    "upstream at no port": _broken(
        _URL,
        'url = "https://event.example:99999/" # here',
        "[upstream] url = 'https://event.example:99999/' can't be: Port out of range 0-65535; mend"
        " it",
    ),
    "upstream without a secret": _broken(
        _URL + '\nsecret_file = "upstream.secret"',
        _URL + " # here",
        "[upstream] url without secret_file, and upstream could not tell whom it hears; name the"
        " file with the secret that both share",
    ),
    "a key of upstream without its address": _broken(
        _URL + '\nsecret_file = "upstream.secret"\ntimeout_s = 20',
        "pull = true # here",
        "[upstream] pull is of no use without url; add url, or remove this line",
    ),
    "an authority for plain HTTP": _broken(
        _URL,
        'url = "http://localhost:8080/"\nca_file = "ca.pem" # here',
        "[upstream] ca_file is of no use without https; remove it, or write https://",
    ),
    "connecting for longer than all of it": _broken(
        "timeout_s = 20",
        "timeout_s = 2 # here",
        "[upstream] connect_timeout_s = 5 is longer than timeout_s = 2; make connect_timeout_s"
        " smaller, or timeout_s greater",
    ),
    "a first wait beyond the longest": _broken(
        "timeout_s = 20",
        "retry_first_s = 600 # here",
        "[upstream] retry_first_s = 600 is longer than retry_longest_s = 300; make retry_first_s"
        " smaller, or retry_longest_s greater",
    ),
    "too patient an exchange": _broken(
        "timeout_s = 20",
        "timeout_s = 61 # here",
        "[upstream] timeout_s = 61 can't be; it takes a number of seconds up to 60"
        " (without this line: 20)",
    ),
    "too large a batch": _broken(
        "timeout_s = 20",
        "batch = 501 # here",
        "[upstream] batch = 501 can't be; it takes a whole number from 1 to 500, without quotes"
        " (without this line: 100)",
    ),
    "a misspelt key of upstream": _broken(
        "timeout_s = 20",
        "time_out_s = 20 # here",
        "[upstream]: unknown key 'time_out_s'; did you mean 'timeout_s'?",
    ),
}
