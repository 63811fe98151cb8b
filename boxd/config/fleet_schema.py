"""The schema of [fleet]: this box's part of an event of several boxes."""

from __future__ import annotations

from pydantic import Field

from boxd.config.values import FilePath, Name, Section, ServiceAddress, Text
from boxd.text_fields import Line


class Fleet(Section):
    """`number` is this box's own, which its codes carry; without one it is alone.

    With `address` codes move between the boxes of `event`, through its Temporal service there.

    `first` is the number of the box whose codes have none: it began the event alone, and keeps the
    limit of codes for each attendee. `box_names` tell attendees where the boxes are, in the order
    of their numbers.
    """

    number: int | None = Field(default=None, ge=1, le=99)
    first: int = Field(default=1, ge=1, le=99)
    box_names: tuple[Line, ...] = Field(default=(), max_length=99)
    event: Name | None = None
    key_file: FilePath | None = None
    address: ServiceAddress | None = None
    namespace: Text = "default"
    api_key_file: FilePath | None = None
    tls: bool = False
    tls_ca_file: FilePath | None = None
    tls_cert_file: FilePath | None = None
    tls_key_file: FilePath | None = None
