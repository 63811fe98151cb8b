"""Charts as SVG in one style, for the report and for pages: drawn by pygal, without scripts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from xml.etree.ElementTree import Element, tostring

import pygal
from markupsafe import Markup
from pygal.style import Style

# pygal leaves a finder of map plugins behind, of a kind that Python warns about at every later
# import.
sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != "pygal"]

# Distinguishable with any kind of colour vision (Okabe and Ito), strongest first.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")
OTHERS = "#999999"

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
_INK, _QUIET = "#333333", "#767676"
_LONGEST_LABEL = 26


@dataclass(frozen=True)
class Series:
    """The meaning of one colour, and its value at each place of the chart."""

    name: str
    colour: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class ChartFrame:
    """The frame of a chart; `id` is the chart's own in its document."""

    id: str
    title: str
    width: int
    height: int


def columns(
    frame: ChartFrame, places: Sequence[str], series: Sequence[Series], ticks: Sequence[int]
) -> Markup:
    """Stacked columns, one at each place, with their sums above them; `ticks` is the scale."""
    chart = pygal.StackedBar(range=(ticks[0], ticks[-1]), y_labels=list(ticks))
    drawn = _drawn(chart, frame, places, series)
    for text in drawn.iter("text"):
        if text.get("class") == "label":  # a sum: pygal starts it at the column's middle
            text.set("text-anchor", "middle")
    return _plain(drawn)


def bars(frame: ChartFrame, places: Sequence[str], series: Sequence[Series]) -> Markup:
    """Stacked bars from the left, the first place at the top, with their sums beside them."""
    chart = pygal.HorizontalStackedBar(show_x_labels=False)
    turned = [Series(each.name, each.colour, each.values[::-1]) for each in series]
    return _plain(_drawn(chart, frame, [_short(place) for place in reversed(places)], turned))


def _drawn(
    chart: pygal.StackedBar, frame: ChartFrame, places: Sequence[str], series: Sequence[Series]
) -> Element:
    chart.config(
        width=frame.width,
        height=frame.height,
        explicit_size=True,
        title=frame.title,
        style=_style(series),
        js=[],
        show_legend=False,
        print_values=False,
        print_labels=True,
        print_values_position="top",
        margin=4,
        spacing=8,
    )
    chart.uuid = frame.id
    chart.x_labels = places
    for each in series:
        values = zip(places, each.values, strict=True)
        chart.add(each.name, [_part(each.name, place, value) for place, value in values])
    chart.add("", [_sum(series, index) for index in range(len(places))])
    return cast("Element", chart.render_tree())


def _part(name: str, place: str, value: int) -> dict[str, object] | None:
    """A part of a bar; the text appears under a pointer."""
    said = f"{place}: {name}, {value}"
    return {"value": value, "formatter": lambda _value: said} if value else None


def _sum(series: Sequence[Series], index: int) -> dict[str, object] | None:
    """A part without a size, where the sum is written."""
    units = sum(each.values[index] for each in series)
    return {"value": 0, "label": str(units), "formatter": lambda _value: ""} if units else None


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


def _style(series: Sequence[Series]) -> Style:
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground=_INK,
        foreground_strong=_INK,
        foreground_subtle=_QUIET,
        guide_stroke_color="#d0d0d0",
        major_guide_stroke_color="#d0d0d0",
        guide_stroke_dasharray="1,0",
        major_guide_stroke_dasharray="1,0",
        opacity="1",
        opacity_hover=".8",
        transition="0s",
        font_family=FONT,
        title_font_size=14,
        label_font_size=11,
        major_label_font_size=11,
        value_font_size=11,
        value_label_font_size=11,
        colors=(*(each.colour for each in series), _INK),
    )


def _plain(drawn: Element) -> Markup:
    """The chart without pygal's script; its tooltips become titles, which browsers show."""
    for parent in list(drawn.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or child.tag == "script":
                parent.remove(child)
            elif child.tag == "desc" and child.get("class") == "value" and child.text:
                child.tag = "title"
            elif child.tag == "desc":
                parent.remove(child)
    return Markup(tostring(drawn, encoding="unicode"))  # noqa: S704 - it escapes
