"""The roles of people and programs; what each may do in the API is in `boxd/api/table.py`.

Staff are people, each known by name: they open an invitation on their own phone or laptop. The
attendees' app is a program, and has a token.

| role           | sees                                        | does                           |
|----------------|---------------------------------------------|--------------------------------|
| `viewer`       | status, devices, stock, redemptions, report | nothing                        |
| `attendant`    | status, alarms, stock, the attendees' tasks | counts scans, gives verdicts   |
| `operator`     | what a viewer sees, codes without digits    | answers, opens lockers         |
| `organiser`    | everything                                  | everything, and invites staff  |
| `attendee_app` | tasks, an attendee's codes                  | starts tasks, makes links      |
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args


class Role(StrEnum):
    """The role of a person, or of a token's owner."""

    ATTENDEE_APP = "attendee_app"  # the phones' backend, for attendees
    VIEWER = "viewer"
    ATTENDANT = "attendant"
    OPERATOR = "operator"
    ORGANISER = "organiser"


StaffRole = Literal["viewer", "attendant", "operator", "organiser"]
"""A role that a person can have, as requests name it."""

STAFF = tuple(Role(name) for name in get_args(StaffRole))


@dataclass(frozen=True)
class TaskScope:
    """The kinds of task, and the checkpoints, that a role is narrowed to; empty: all of them.

    Who is narrowed to checkpoints counts scans there, and judges nothing.
    """

    kinds: tuple[str, ...] = ()
    checkpoints: tuple[str, ...] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.kinds or self.checkpoints)

    def has_kind(self, kind: str, checkpoints: Collection[str]) -> bool:
        """Whether tasks of this kind, which may be scanned at these checkpoints, are in it."""
        if self.kinds and kind not in self.kinds:
            return False
        return not self.checkpoints or not set(self.checkpoints).isdisjoint(checkpoints)

    def has_checkpoint(self, checkpoint: str) -> bool:
        """Whether scans at this checkpoint are in it."""
        return not self.checkpoints or checkpoint in self.checkpoints

    def __str__(self) -> str:
        named = {"task": self.kinds, "checkpoint": self.checkpoints}
        return "; ".join(f"{what} {', '.join(ids)}" for what, ids in named.items() if ids)


EVERYTHING = TaskScope()
