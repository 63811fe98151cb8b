"""The console's texts about states, times and stock; templates have them as functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from boxd import words
from boxd.console.day import StockForecast
from boxd.phones.words import in_time
from boxd.words import N_, ngettext
from boxd.words import gettext as _

_BAYS = {
    "ready": N_("ready"),
    "checking": N_("checking a code"),
    "busy": N_("serving"),
    "locked_out": N_("locked after wrong codes"),
    "out_of_service": N_("out of service"),
}
_LOCKERS = {
    "free": N_("free"),
    "taken": N_("in use"),
    "out_of_service": N_("out of service"),
}
_ROLES = {
    "attendee_app": N_("attendees' app"),
    "viewer": N_("viewer"),
    "attendant": N_("attendant"),
    "operator": N_("operator"),
    "organiser": N_("organiser"),
}
_SHORT_H = 2.0


def bay_state(state: str) -> str:
    """A bay's state."""
    return _(_BAYS.get(state, state))


def role_name(role: str) -> str:
    """What a role is called; programs write its value."""
    return _(_ROLES.get(role, role))


def locker_state(state: str) -> str:
    """A locker's state."""
    return _(_LOCKERS.get(state, state))


def moment(text: str, now: datetime) -> str:
    """A time in the ledger's form, for people here."""
    return words.moment(datetime.fromisoformat(text), now)


def waited(since: str, now: datetime) -> str:
    """How long something waits."""
    return in_time(max(0, int((now - datetime.fromisoformat(since)).total_seconds())))


def lasts(prize: StockForecast) -> str:
    """How long a prize lasts at today's rate."""
    if not prize.was_received:
        return _("none received yet")
    if not prize.on_hand:
        return _("sold out")
    if prize.lasts_h is None:
        return _("none given out today")
    hours = round(prize.lasts_h)
    if hours < 1:
        return _("less than an hour")
    return ngettext("{} hour at today's rate", "{} hours at today's rate", hours).format(hours)


def lasts_briefly(prize: StockForecast) -> bool:
    """Whether somebody should bring more."""
    is_out = prize.was_received and not prize.on_hand
    return is_out or (prize.lasts_h is not None and prize.lasts_h < _SHORT_H)


FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "bay_state": bay_state,
    "lasts": lasts,
    "lasts_briefly": lasts_briefly,
    "locker_state": locker_state,
    "moment": moment,
    "number": words.number,
    "role_name": role_name,
    "waited": waited,
}
