"""Texts for people, in the language of whoever reads them.

`gettext` and `ngettext` translate into the language of this context (`speaking`), `N_` marks a
text that is translated where it is shown. Templates have the same as `_()` and `{% trans %}`.
"""

from boxd.words.speaking import N_, current, gettext, moment, ngettext, number, speaking

__all__ = ["N_", "current", "gettext", "moment", "ngettext", "number", "speaking"]
