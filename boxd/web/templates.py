"""Pages for people as Jinja2 templates, in the `templates` folder of the package that shows them.

What a value holds is escaped, a name that no value has is an error, and every template is read and
compiled once. Words stand in `_()` or `{% trans %}`, so that a catalogue can be put under them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

_BOXD = Path(__file__).parents[1]
_PACKAGES = ("cli", "phones")


def render(name: str, /, **values: object) -> Markup:
    """The template `PACKAGE/FILE` with these values, as markup."""
    return Markup(environment().get_template(name).render(values).strip())  # noqa: S704 - escaped


def compile_all(package: str) -> None:
    """Compile every template of a package, so that no page waits for its own.

    Takes 60 ms of computing for the phones' on a desk machine: call it aside from the event loop.
    """
    for name in environment().list_templates(filter_func=lambda each: each.startswith(package)):
        environment().get_template(name)


@cache
def environment() -> Environment:
    """How all templates are read; made when the first is asked for."""
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
    # The extension adds this method to the class when it is loaded.
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    return made
