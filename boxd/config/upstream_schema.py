"""The schema of [upstream]: the organiser's backend, which receives events."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from boxd.config.values import FilePath, Seconds, Section

Url = Annotated[
    str,
    Field(
        pattern=r"^https?://[A-Za-z0-9\[][A-Za-z0-9.:\[\]-]*(/[!-~]*)?$",
        description="an address that begins with https://, e.g. 'https://event.example/boxd'",
    ),
]


class UpstreamSection(Section):
    """Where events go and orders come from; without `url` there is no upstream."""

    url: Url | None = None
    secret_file: FilePath | None = None
    ca_file: FilePath | None = None
    batch: int = Field(default=100, ge=1, le=500)
    connect_timeout_s: Seconds = 5
    timeout_s: Annotated[float, Field(gt=0, le=60, description="a number of seconds up to 60")] = 20
    retry_first_s: Seconds = 2
    retry_longest_s: Seconds = 300
    most_waiting: int = Field(default=100_000, ge=1000, le=10_000_000)
    stock_low: int = Field(default=3, ge=0, le=100_000)
    pull: bool = False
    pull_every_s: Annotated[
        float, Field(ge=1, le=86400, description="a number of seconds from 1 to 86400")
    ] = 300
