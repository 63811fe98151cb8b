"""Files that somebody has chosen: what was read, kept in memory, a few and for a while."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from typing import Generic, TypeVar

from boxd.errors import NotFound
from boxd.words import gettext as _

_MOST = 8  # 10,000 rows are 3 MB


Read = TypeVar("Read")


class Uploads(Generic[Read]):
    """What was read of files, by keys; the oldest gives way."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Read] = OrderedDict()

    def keep(self, read: Read) -> str:
        """Keep what was read; returns its key."""
        key = secrets.token_urlsafe(9)
        self._kept[key] = read
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return key

    def require(self, key: str) -> Read:
        """What was read. Raises NotFound if it gave way, or the box was started since."""
        found = self._kept.get(key)
        if found is None:
            raise NotFound(_("This file is no longer here. Choose it again."))
        return found
