"""The schema of [notices]: what people's phones are told, and by which ways."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from boxd.config.upstream_schema import Url
from boxd.config.values import FilePath, HostName, Port, Section, Text

MailAddress = Annotated[
    str,
    Field(
        pattern=r"^[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,255}$",
        description="an address of mail, e.g. 'box@event.example'",
    ),
]


class MailSecurity(StrEnum):
    """How the way to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class Notices(Section):
    """Which notices there are, and the ways that they go; without a way there are none."""

    code_ready: bool = True
    nobody_comes: bool = True
    sold_out: bool = True
    good_for_min: int = Field(default=60, ge=1, le=1440)
    webhook_url: Url | None = None
    webhook_secret_file: FilePath | None = None
    mail_host: HostName | None = None
    mail_port: Port = 587
    mail_security: MailSecurity = MailSecurity.STARTTLS
    mail_user: Text | None = None
    mail_password_file: FilePath | None = None
    mail_from: MailAddress | None = None
    mail_to: tuple[MailAddress, ...] = Field(default=(), max_length=20)
    ntfy_url: Url | None = None
    ntfy_token_file: FilePath | None = None
    ntfy_attendee_url: Url | None = None
    ca_file: FilePath | None = None

    @property
    def ways(self) -> tuple[str, ...]:
        """The names of the ways that are configured."""
        addresses = {"webhook": self.webhook_url, "mail": self.mail_host, "ntfy": self.ntfy_url}
        return tuple(name for name, address in addresses.items() if address is not None)
