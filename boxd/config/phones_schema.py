"""The section about the second listener: the phones' pages and the API, for the booth's network."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from boxd.config.values import FilePath, Port, Section

_ADDRESS = r"^https?://([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?$"
WebAddress = Annotated[
    str,
    Field(
        pattern=_ADDRESS,
        description="an address without a path, e.g. 'https://box-1.local:4322'",
    ),
]
Rate = Annotated[int, Field(ge=1, le=1_000_000)]


class Phones(Section):
    """The second listener. `public_url` is what phones reach it by, and stands in QR codes.

    With a certificate and its key it speaks TLS. Rates are requests in a minute.
    """

    enabled: bool = False
    host: str = "0.0.0.0"  # noqa: S104 - the booth's network is what it is for
    port: Port = 4322
    public_url: WebAddress | None = None
    tls_cert_file: FilePath | None = None
    tls_key_file: FilePath | None = None
    attendant_pin_file: FilePath | None = None
    cors_origins: tuple[WebAddress, ...] = ()
    rate_per_address: Rate = 1200
    rate_per_token: Rate = 3000

    @property
    def has_tls(self) -> bool:
        """Whether it speaks TLS itself."""
        return self.tls_cert_file is not None
