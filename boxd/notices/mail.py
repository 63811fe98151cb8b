"""Notices as mail, by SMTP."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from boxd.config.notices_schema import MailSecurity
from boxd.errors import ConfigError
from boxd.ledger.notices import Notice, NoticeKind
from boxd.notices.ntfy import read_word
from boxd.notices.way import NotReached, NotTaken

_TIMEOUT_S = 20.0
_LONGEST_ADDRESS = 254


@dataclass(frozen=True)
class MailServer:
    """Who takes the mail, and how one is let in there."""

    host: str
    port: int
    security: MailSecurity
    user: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None


class MailWay:
    """Mail to the staff; to an attendee where their reference is an address of mail."""

    def __init__(
        self, server: MailServer, sender: str, to: Sequence[str], name: Callable[[], str]
    ) -> None:
        self._server = server
        self._sender = sender
        self._to = to
        self._name = name

    async def send(self, notice: Notice, text: str) -> bool:
        """Send it to each address; False if there is none. The same id is the same Message-ID."""
        to = self._to
        if notice.kind is NoticeKind.CODE_READY:
            to = [notice.reference] if _is_address(notice.reference) else []
        if not to:
            return False
        await asyncio.to_thread(self._deliver, self._message(notice, text, to))
        return True

    def _message(self, notice: Notice, text: str, to: Sequence[str]) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = ", ".join(to)
        message["Subject"] = f"{self._name()}: {text.partition('.')[0]}"
        message["Date"] = format_datetime(datetime.fromisoformat(notice.at))
        message["Message-ID"] = f"<{notice.id}@{self._sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        return message

    def _deliver(self, message: EmailMessage) -> None:
        try:
            with self._connected() as smtp:
                smtp.send_message(message)
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            raise _meaning(error) from error
        except (smtplib.SMTPNotSupportedError, ssl.SSLError) as error:
            raise NotTaken(f"the mail server can't be trusted as configured ({error})") from error
        except ConfigError as error:
            raise NotTaken(str(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotReached(f"the mail server does not answer ({error})") from error

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.security is MailSecurity.TLS:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=_TIMEOUT_S, context=_context(server)
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT_S)
        try:
            if server.security is MailSecurity.STARTTLS:
                smtp.starttls(context=_context(server))
            if server.user is not None and server.password_file is not None:
                smtp.login(server.user, read_word(server.password_file))
        except BaseException:
            smtp.close()
            raise
        return smtp


def _context(server: MailServer) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=server.ca_file)
    except OSError as error:
        raise ConfigError(f"[notices] ca_file {server.ca_file} can't be used ({error})") from error


def _meaning(
    error: smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused,
) -> NotReached | NotTaken:
    """A code of 4xx passes by itself; any other is for good."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    else:
        codes = [error.smtp_code]
    why = f"the mail server answers {codes[0]}"
    return NotReached(why) if all(400 <= code < 500 for code in codes) else NotTaken(why)


def _is_address(reference: str) -> bool:
    """Whether a reference can be one address of mail, and nothing more."""
    local, _, host = reference.partition("@")
    return (
        bool(local)
        and "." in host.strip(".")
        and len(reference) <= _LONGEST_ADDRESS
        and all("!" <= c <= "~" and c not in '@,;:<>()[]\\"' for c in local + host)
    )
