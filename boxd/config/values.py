"""The value types of the configuration: names, paths, numbers, with their limits."""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo


def _from_the_folder(path: Path, info: ValidationInfo) -> Path:
    """Resolve a relative path from the configuration file's folder, if that is known."""
    if not info.context:
        return path
    return Path(os.path.normpath(info.context["folder"] / path))


# For people: describes a value whose type and limits don't say enough.
Seconds = Annotated[
    float,
    Field(gt=0, le=7 * 24 * 3600, description="a number of seconds above 0 and up to 604800"),
]
Port = Annotated[int, Field(ge=1, le=65535)]
Name = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9-]{0,31}$",
        description="a name of lower-case letters, digits and hyphens, at most 32, a letter first",
    ),
]
Text = Annotated[str, Field(min_length=1)]
ServiceAddress = Annotated[
    str,
    Field(
        pattern=r"^([^\s:/]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}$",
        description="a host and a port, e.g. 'temporal.example:7233'",
    ),
]
MidiNumber = Annotated[int, Field(ge=0, le=127)]
MidiChannel = Annotated[int, Field(ge=1, le=16)]
FilePath = Annotated[Path, AfterValidator(_from_the_folder), Field(description="a path in quotes")]
HostName = Annotated[
    str,
    Field(
        pattern=r"^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\])$",
        description="a host name or address alone, without http:// and port, e.g. 'box-1.local'",
    ),
]


def is_address(host: str) -> bool:
    """Whether a listener can be bound to `host`: an IP address, or localhost."""
    try:
        ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


class Section(BaseModel):
    """A section of the file: unknown keys are errors, values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)
