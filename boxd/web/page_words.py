"""The texts of a page's scripts, in the language of this context."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from markupsafe import Markup

from boxd import words

# As in boxd/web/static: _("…"), N_("…"), ngettext("…", …); \n and the like are not used there.
_MESSAGE = re.compile(r'\b(?:_|N_|ngettext)\(\s*"([^"\\]*)"')


def messages_in(scripts: Iterable[str]) -> frozenset[str]:
    """Every message that the scripts translate."""
    return frozenset(match for script in scripts for match in _MESSAGE.findall(script))


def words_json(messages: Iterable[str]) -> Markup:
    """The language and its translations of the messages, for a script element of a page."""
    spoken = words.current()
    found = {each: spoken.messages[each] for each in sorted(messages) if each in spoken.messages}
    text = json.dumps({"language": spoken.language, "messages": found}, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - no tag can end or begin in it
