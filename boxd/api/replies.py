"""What every answer of the API is, and the shortest of them."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict

Json = dict[str, Any]


class ReplyModel(BaseModel):
    """An answer; what it does not name is left out."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True, from_attributes=True)

    @classmethod
    def of(cls, **members: Any) -> Self:
        """The answer with these members, in the shapes that they have."""
        return cls.model_validate(members)


class DoneReply(ReplyModel):
    """It is done."""

    done: bool = True
