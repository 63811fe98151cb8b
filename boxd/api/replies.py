"""The base of every reply of the API, and the shortest reply."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict

Json = dict[str, Any]


class ReplyModel(BaseModel):
    """A reply; members without a value are left out."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True, from_attributes=True)

    @classmethod
    def of(cls, **members: Any) -> Self:
        """A reply with these members, converted to their shapes."""
        return cls.model_validate(members)


class DoneReply(ReplyModel):
    """It is done."""

    done: bool = True
