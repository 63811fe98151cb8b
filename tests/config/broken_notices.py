"""Broken sections about notices, each with what a person is told about it."""

from __future__ import annotations

from tests.config.broken import VALID, Broken

NOTICES = (
    VALID
    + """\
[notices]
mail_host = "mail.example"
mail_from = "box@event.example"
"""
)


def _broken(new: str, said: str) -> Broken:
    old = 'mail_from = "box@event.example"'
    return Broken(old, f"{new} # here", said, NOTICES)


_FROM = 'mail_from = "box@event.example"\n'

CASES = {
    "mail from nobody": Broken(
        'mail_host = "mail.example"\nmail_from = "box@event.example"',
        'mail_host = "mail.example" # here',
        "[notices] mail_host is of no use without mail_from; add that, or remove this line",
        NOTICES,
    ),
    "a notice in plain HTTP": _broken(
        _FROM + 'ntfy_url = "http://ntfy.example/fair"',
        "[notices] ntfy_url = 'http://ntfy.example/fair' is plain HTTP, which anybody on the way"
        " can read; write https:// (http:// is for this machine's own addresses)",
    ),
    "mail in clear over a network": _broken(
        _FROM + 'mail_security = "none"',
        "[notices] mail_security = 'none' is for a mail server on this machine; write 'starttls'"
        " or 'tls'",
    ),
    "no address of mail": _broken(
        _FROM + 'mail_to = ["staff"]',
        '[notices] mail_to, entry 1 = "staff" can\'t be; it takes an address of mail, e.g.'
        " 'box@event.example'",
    ),
}
