"""axe-core in a page: what keeps people with a keyboard or a screen reader from using it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.browser.pages import Page

# Only what is wrong is worked out in full: most of a page is right.
_RUN = """
const [rules, done] = arguments
const chosen = rules.length ? { runOnly: rules } : {}
const asked = { ...chosen, resultTypes: ["violations"] }
axe.run(document, asked).then((found) => done(found.violations))
"""
COLOURS = ("cat.color",)
"""The rules that a theme can break; all others are about what a page is made of."""


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds by these kinds of rules, else by all; one line for each element."""
    driver = page.look()
    if not driver.execute_script("return 'axe' in window"):
        driver.execute_script(_source())
    found: list[dict[str, Any]] = driver.execute_async_script(_RUN, list(rules))
    return [
        f"{each['id']}: {each['help']}: {node['html'][:200]}"
        for each in found
        for node in each["nodes"]
    ]


@cache
def _source() -> str:
    spec = find_spec("axe_playwright_python")
    assert spec is not None, "axe is missing: make .venv/set-up-for-test"
    assert spec.origin is not None
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")
