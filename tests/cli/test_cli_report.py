"""The report: sums in local hours, and a picture that can be read."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import UTC, timedelta, timezone

from boxd import report_sums
from boxd.cli.report_picture import draw

SVG = "{http://www.w3.org/2000/svg}"


def row(at: str, sku: str = "mug", bay: str = "bay-1", units: int = 1) -> dict[str, object]:
    return {"at": at, "bay": bay, "sku": sku, "prize": sku.title(), "units": units}


def words(picture: str) -> list[str]:
    return [str(each.text) for each in ET.fromstring(picture).iter(f"{SVG}text")]  # noqa: S314 - our own


def test_quarters_are_summed_to_hours_of_any_time_zone() -> None:
    nepal = timezone(timedelta(hours=5, minutes=45))
    rows = [row("2026-11-21T09:00:00Z"), row("2026-11-21T09:15:00Z", units=2)]
    given = report_sums.by_hour_of(rows, nepal)
    assert [(each.hour.hour, each.units) for each in given] == [(14, 1), (15, 2)]


def test_sums_by_hour_prize_and_bay_are_the_same_units() -> None:
    rows = [
        row("2026-11-21T09:00:00Z"),
        row("2026-11-21T09:30:00Z", "pin", "bay-2", 3),
        row("2026-11-22T10:00:00Z", "pin"),
    ]
    given = report_sums.by_hour_of(rows, UTC)
    assert list(report_sums.hours(given).values()) == [4, 1]
    assert report_sums.prizes(given) == {("mug", "Mug"): 1, ("pin", "Pin"): 4}
    assert report_sums.bays(given) == {"bay-1": 2, "bay-2": 3}
    assert report_sums.total(given) == 5


def test_the_picture_has_a_row_for_each_day_and_names_every_prize_and_bay() -> None:
    rows = [row("2026-11-21T09:00:00Z"), row("2026-11-22T10:00:00Z", "pin", "bay-2", 3)]
    told = words(draw(report_sums.by_hour_of(rows, UTC), "Box: what was given out"))
    assert "Box: what was given out" in told
    assert "Saturday, 2026-11-21: 1" in told
    assert "Sunday, 2026-11-22: 3" in told
    assert {"Mug", "Pin", "bay-1", "bay-2"} <= set(told)


def test_what_a_name_holds_is_no_markup() -> None:
    rows = [row("2026-11-21T09:00:00Z") | {"prize": '<b>"Mug" & cup</b>'}]
    assert '<b>"Mug" & cup</b>' in words(draw(report_sums.by_hour_of(rows, UTC), "<i>"))


def test_what_each_part_of_a_bar_is_appears_under_a_pointer() -> None:
    rows = [row("2026-11-21T09:00:00Z"), row("2026-11-21T09:15:00Z", "pin", units=2)]
    picture = ET.fromstring(draw(report_sums.by_hour_of(rows, UTC), "Box"))  # noqa: S314 - our own
    titles = [each.text for each in picture.iter(f"{SVG}title")]
    assert {"09: Mug, 1", "09: Pin, 2", "bay-1: Pin, 2"} <= set(titles)


def test_the_picture_is_whole_in_itself_and_runs_nothing() -> None:
    picture = draw(report_sums.by_hour_of([row("2026-11-21T09:00:00Z")], UTC), "Box")
    tags = {each.tag.removeprefix(SVG) for each in ET.fromstring(picture).iter()}  # noqa: S314 - our own
    assert "script" not in tags
    assert not re.search(r"(?:src|href)=|url\(|@import", picture)


def test_nothing_given_out_is_a_picture_too() -> None:
    assert "0 prizes given out" in words(draw([], "Box"))
