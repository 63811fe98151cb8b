"""The schema of [phones]: the second listener, with pages and API for the booth's network."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from boxd.config.values import FilePath, Port, Section

ADDRESS = r"^https?://([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?$"
WebAddress = Annotated[
    str,
    Field(
        pattern=ADDRESS,
        description="an address without a path, e.g. 'https://box-1.local:4322'",
    ),
]
Rate = Annotated[int, Field(ge=1, le=1_000_000)]


class Phones(Section):
    """The second listener. Phones reach it at `public_url`, which is in the QR codes.

    Without it an organiser chooses the address in the console.

    With a certificate and its key it uses TLS. Rates are requests per minute.
    """

    enabled: bool = False
    host: str = "0.0.0.0"  # noqa: S104 - it is meant for the booth's network
    port: Port = 4322
    public_url: WebAddress | None = None
    tls_cert_file: FilePath | None = None
    tls_key_file: FilePath | None = None
    attendant_pin_file: FilePath | None = None
    cors_origins: tuple[WebAddress, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    rate_per_address: Rate = 1200
    rate_per_phone: Rate = 300
    rate_per_token: Rate = 3000

    @property
    def has_tls(self) -> bool:
        """Whether it uses TLS itself."""
        return self.tls_cert_file is not None
