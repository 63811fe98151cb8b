"""axe-core in a page: what keeps people with a keyboard or a screen reader from using it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.browser.pages import Page

_RUN = "const done = arguments[0]; axe.run(document).then((found) => done(found.violations))"


def violations(page: Page) -> list[str]:
    """What axe finds, one line for each element."""
    driver = page.look()
    driver.execute_script(_source())
    found: list[dict[str, Any]] = driver.execute_async_script(_RUN)
    return [
        f"{each['id']}: {each['help']}: {node['html'][:200]}"
        for each in found
        for node in each["nodes"]
    ]


def _source() -> str:
    spec = find_spec("axe_playwright_python")
    assert spec is not None, "axe is missing: make .venv/set-up-for-test"
    assert spec.origin is not None
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")
