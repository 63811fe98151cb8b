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
