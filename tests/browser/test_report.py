"""The report's picture as a browser shows it: all of it is inside, whatever was given out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from selenium import webdriver

from boxd.cli.report_picture import draw
from boxd.report_sums import Dispensed

START = datetime(2026, 11, 21, tzinfo=UTC)
# What is outside of the picture, or of no size.
_OUTSIDE = """
const edge = document.documentElement.getBoundingClientRect();
const outside = ({ left, top, right, bottom }) =>
  left < edge.left || top < edge.top || right > edge.right + 0.5 || bottom > edge.bottom + 0.5;
return [...document.querySelectorAll("rect, text")]
  .filter((part) => outside(part.getBoundingClientRect()))
  .map((part) => part.textContent || part.outerHTML);
"""


@pytest.mark.parametrize("units", [1, 7, 99, 100_000])
def test_bars_and_words_are_within_the_picture(
    driver: webdriver.Chrome, tmp_path: Path, units: int
) -> None:
    given = [
        Dispensed(
            hour=START + timedelta(hours=hour),
            bay=f"bay-{hour % 3}",
            sku=f"p-{hour % 12}",
            prize="A prize with a name that is as long as 60 letters, or more 山" * (hour % 2 + 1),
            units=units,
        )
        for hour in range(0, 48, 3)
    ]
    file = tmp_path / "report.svg"
    file.write_text(draw(given, "Box: what was given out"), encoding="utf-8")
    driver.get(file.as_uri())
    assert driver.execute_script(_OUTSIDE) == []
    bars = driver.execute_script("return document.querySelectorAll('rect.reactive').length")
    assert bars > len(given)
