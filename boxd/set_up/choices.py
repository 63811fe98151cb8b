"""What the person at the set-up page chooses, read from its form."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from boxd import names
from boxd.errors import BadInput
from boxd.words import N_
from boxd.words.catalogue import languages

KEYBOARDS = {
    "us": "English (US)",
    "gb": "English (UK)",
    "de": "Deutsch",
    "ch": "Schweiz",
    "fr": "Français",
    "es": "Español",
    "jp": "日本語",
}
_PASSWORD = (8, 63)  # of WPA2, in bytes
_LONGEST_SSID = 32
_LONGEST_NAME = 60  # of a box and of a person, here


class PhonesWay(StrEnum):
    """How phones reach the box."""

    OWN = "own"
    WLAN = "wlan"
    CABLE = "cable"


@dataclass(frozen=True)
class Choices:
    """All answers. `ssid` and `password` are of the network to join; an open one has no password.

    `simulated`: no hardware yet, the box is tried out in the browser.
    """

    name: str
    organiser: str
    language: str
    zone: str
    keyboard: str
    way: PhonesWay
    ssid: str = ""
    password: str = ""
    simulated: bool = False


@cache
def zones() -> tuple[str, ...]:
    """The time zones by their names, such as Europe/Berlin."""
    known = zoneinfo.available_timezones()
    places = (each for each in known if "/" in each and not each.startswith(("Etc/", "SystemV/")))
    return ("UTC", *sorted(places))


def read_choices(form: Mapping[str, str], has_boards: bool) -> Choices:
    """Judge the form; raises BadInput for the first answer that can't be."""
    way = _one_of(form, "way", tuple(PhonesWay), N_("Choose how phones reach the box."))
    wlan = _wlan(form) if way == PhonesWay.WLAN else ("", "")
    return Choices(
        _name(form, "name", N_("Give the event a name; people see it on every page.")),
        _name(form, "organiser", N_("Write the name of the person who organises the event.")),
        _one_of(form, "language", tuple(languages()), N_("Choose the language of the box.")),
        _one_of(form, "zone", zones(), N_("Choose the time zone of the event.")),
        _one_of(form, "keyboard", tuple(KEYBOARDS), N_("Choose the keyboard of the box.")),
        PhonesWay(way),
        *wlan,
        simulated=form.get("devices") == "simulated" or not has_boards,
    )


def _name(form: Mapping[str, str], field: str, remedy: str) -> str:
    given = names.cleaned(form.get(field, ""))
    if not given or names.why_refused(given):
        raise BadInput(remedy)
    if len(given) > _LONGEST_NAME:
        raise BadInput(N_("That name is longer than 60 characters; choose a shorter one."))
    return given


def _one_of(form: Mapping[str, str], field: str, known: tuple[str, ...], remedy: str) -> str:
    given = form.get(field, "")
    if given not in known:
        raise BadInput(remedy)
    return given


def _wlan(form: Mapping[str, str]) -> tuple[str, str]:
    ssid, password = form.get("ssid", ""), form.get("password", "")
    if not 0 < len(ssid.encode()) <= _LONGEST_SSID or not ssid.isprintable():
        raise BadInput(N_("Write the name of the WLAN as it is shown on phones."))
    is_sayable = password.isascii() and password.isprintable()
    if password and not (is_sayable and _PASSWORD[0] <= len(password) <= _PASSWORD[1]):
        raise BadInput(
            N_("The password of a WLAN has 8 to 63 plain characters; none for an open one.")
        )
    return ssid, password
