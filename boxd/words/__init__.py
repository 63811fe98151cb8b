"""Texts for people, in the language of whoever reads them.

`gettext` and `ngettext` translate into the language of this context (`speaking`), `N_` marks a
text that is translated where it is shown. Templates have the same as `_()` and `{% trans %}`.
`translate` is for texts that are made and kept in English: errors, replies, alarms.
"""

from boxd.words.speaking import (
    N_,
    current,
    gettext,
    moment,
    ngettext,
    number,
    sentence,
    speaking,
    translate,
)

__all__ = [
    "N_",
    "current",
    "gettext",
    "moment",
    "ngettext",
    "number",
    "sentence",
    "speaking",
    "translate",
]
