"""Tables that somebody has chosen and not yet taken: kept in memory, a few and for a while."""

from __future__ import annotations

import secrets
from collections import OrderedDict

from boxd.errors import NotFound
from boxd.lists.table import ListTable
from boxd.words import gettext as _

_MOST = 8  # 10,000 rows are 3 MB


class Uploads:
    """The tables by their keys; the oldest gives way."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, ListTable] = OrderedDict()

    def keep(self, table: ListTable) -> str:
        """Keep a table; returns its key."""
        key = secrets.token_urlsafe(9)
        self._kept[key] = table
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return key

    def require(self, key: str) -> ListTable:
        """The table. Raises NotFound if it gave way, or the box was started since."""
        found = self._kept.get(key)
        if found is None:
            raise NotFound(_("This file is no longer here. Choose it again."))
        return found
