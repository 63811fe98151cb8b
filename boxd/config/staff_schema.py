"""The schema of [staff]: how long people's devices stay enrolled."""

from __future__ import annotations

from pydantic import Field

from boxd.config.task_schema import Moment
from boxd.config.values import Section


class Staff(Section):
    """Sessions of staff. `until` is the end of the event: every session ends then.

    With `first_invitation` the HUD shows an invitation while the box has no organiser.
    """

    until: Moment | None = None
    session_days: int = Field(default=14, ge=1, le=366)
    first_invitation: bool = True
