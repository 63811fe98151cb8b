"""HTML put together so that what people wrote can't become markup."""

from __future__ import annotations

from html import escape

_VOID = frozenset({"input", "meta", "link", "br"})


class Html(str):
    """Text that is markup already; every other text is escaped where it meets some."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: str | bool | None) -> Html:
    """An element. Attributes that are None or False are left out; `class_` stands for class.

    An underscore inside a name stands for a hyphen.
    """
    given = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    end = "" if name in _VOID else f"</{name}>"
    return Html(f"<{name}{given}>{join(*children)}{end}")


def join(*children: str) -> Html:
    """Several pieces, one after the other."""
    return Html("".join(each if isinstance(each, Html) else escape(each) for each in children))
