"""Rules on [notices]: each way whole, or not at all, and no plain text over a network."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from boxd.config.notices_schema import MailSecurity, Notices
from boxd.config.schema_texts import SchemaFinding
from boxd.config.upstream_rules import is_loopback

# What goes with what: the first is of no use without the second.
_NEEDS = (
    ("webhook_url", "webhook_secret_file"),
    ("webhook_secret_file", "webhook_url"),
    ("mail_host", "mail_from"),
    ("mail_from", "mail_host"),
    ("mail_to", "mail_host"),
    ("mail_user", "mail_password_file"),
    ("mail_password_file", "mail_user"),
    ("ntfy_token_file", "ntfy_url"),
    ("ntfy_attendee_url", "ntfy_url"),
)


def notices_faults(notices: Notices) -> Iterator[SchemaFinding]:
    """All faults between the keys of [notices]."""
    for key, other in _NEEDS:
        if getattr(notices, key) and not getattr(notices, other):
            text = f"[notices] {key} is of no use without {other}; add that, or remove this line"
            yield SchemaFinding(("notices", key), text)
    for key in ("webhook_url", "ntfy_url", "ntfy_attendee_url"):
        url = getattr(notices, key)
        if url is not None and url.startswith("http://") and not is_loopback(urlsplit(url)):
            text = (
                f"[notices] {key} = '{url}' is plain HTTP, which anybody on the way can read;"
                " write https:// (http:// is for this machine's own addresses)"
            )
            yield SchemaFinding(("notices", key), text)
    is_elsewhere = notices.mail_host and not is_loopback(urlsplit(f"//{notices.mail_host}"))
    if is_elsewhere and notices.mail_security is MailSecurity.NONE:
        text = (
            "[notices] mail_security = 'none' is for a mail server on this machine; write"
            " 'starttls' or 'tls'"
        )
        yield SchemaFinding(("notices", "mail_security"), text)
