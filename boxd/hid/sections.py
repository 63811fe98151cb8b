"""The section of an input device in the configuration file."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from boxd.config.device_schema import DeviceSection
from boxd.config.values import Name
from boxd.devices import Key
from boxd.hid.key_codes import CANCELS, CHARACTER_OF_CODE, CODES, KEY_OF_CODE, PRINTED

_STAYS = "a path that stays the same, e.g. '/dev/input/by-id/usb-..._Keyboard-event-kbd'"


def _stays_the_same(path: str) -> str:
    if not re.match(r"/dev/input/by-(id|path)/.", path):
        raise ValueError(
            f"takes {_STAYS}, not '{path}': events are numbered by who woke up first; 'boxd "
            "devices list' tells what to write"
        )
    return path


InputPath = Annotated[str, AfterValidator(_stays_the_same), Field(description=_STAYS)]
KeyCode = Annotated[int, Field(ge=CODES.start, lt=CODES.stop)]


class HidDevice(DeviceSection):
    """A number pad, a keyboard or a scanner on USB.

    `keys` are the codes of keys that mean something else than is printed on them.
    """

    why_no_latch: ClassVar[str] = (
        "a keyboard or scanner moves nothing; name a device with latches, e.g. a codetv or gpio one"
    )
    why_no_door: ClassVar[str] = (
        "a keyboard or scanner has no door switch; name another device's door or leave the key out"
    )

    kind: Literal["hid"]
    name: Name
    port: InputPath
    enabled: bool = True
    keys: dict[Key, KeyCode] = Field(default_factory=dict)

    @property
    def key_of_code(self) -> dict[int, Key]:
        """The key that each code means; a configured one alone, the others by their print."""
        printed = {code: key for code, key in KEY_OF_CODE.items() if key not in self.keys}
        return printed | {code: key for key, code in self.keys.items()}

    @property
    def key_names(self) -> frozenset[Key]:
        """The keys that it has."""
        return frozenset(Key)

    @property
    def has_reader(self) -> bool:
        """Whether it can read codes: any scanner is a keyboard to the system."""
        return True

    @property
    def key_labels(self) -> dict[Key, str]:
        """What is printed on keys whose name says something else."""
        printed = {Key.CANCEL: next(iter(CANCELS.values()))}
        return printed | {
            key: PRINTED.get(code) or CHARACTER_OF_CODE.get(code) or f"key {code}"
            for key, code in self.keys.items()
        }
