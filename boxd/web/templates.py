"""Pages for people as Jinja2 templates, in the folder `templates` of the package that shows them.

Values are escaped, an unknown name is an error, and every template is read and compiled once.
Texts are in `_()` or `{% trans %}`: boxd/words translates them when the page is made.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from boxd import words
from boxd.ledger.staff_sessions import name_of
from boxd.words.catalogue import languages

_BOXD = Path(__file__).parents[1]
_PACKAGES = ("cli", "console", "handbook", "hub", "phones", "set_up", "web")


def render(name: str, /, **values: object) -> Markup:
    """The template `PACKAGE/FILE` with these values, as markup."""
    template = environment().get_template(name)
    spoken = {"language": words.current().language, "languages": languages(), **values}
    return Markup(template.render(spoken).strip())  # noqa: S704 - escaped


def compile_all(package: str) -> None:
    """Compile every template of a package, so that no page waits for its own.

    Takes 60 ms of CPU time for the phones' templates on a desktop: call it in a thread.
    """
    for name in environment().list_templates(filter_func=lambda each: each.startswith(package)):
        environment().get_template(name)


@cache
def environment() -> Environment:
    """The environment of all templates; made on first use."""
    folders = {name: FileSystemLoader(_BOXD / name / "templates") for name in _PACKAGES}
    made = Environment(
        loader=PrefixLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,  # a release's files don't change while it runs
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.filters["translated"] = words.translate  # what was made in English, or a prize's name
    made.filters["person"] = name_of
    # The extension adds this method to the class when it is loaded.
    made.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.ngettext, newstyle=True
    )
    return made
