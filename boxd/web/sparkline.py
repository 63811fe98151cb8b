"""A small line without axes, as SVG in the colour of the text around it.

The charts of boxd/web/charts.py have axes and need pygal, which costs the daemon 10 MB.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

_WIDTH, _HEIGHT, _EDGE = 240, 48, 4


def sparkline(values: Sequence[int], said: str) -> Markup:
    """The values as a line from left to right; `said` is what a screen reader says of it."""
    highest = max(values, default=0) or 1
    step = (_WIDTH - 2 * _EDGE) / max(1, len(values) - 1)
    unit = (_HEIGHT - 2 * _EDGE) / highest
    points = [
        f"{_EDGE + index * step:.1f},{_HEIGHT - _EDGE - value * unit:.1f}"
        for index, value in enumerate(values)
    ]
    return Markup(
        '<svg class="line" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<polyline points="{}" fill="none" stroke="currentColor" stroke-width="3"'
        ' stroke-linejoin="round" stroke-linecap="round"/></svg>'
    ).format(_WIDTH, _HEIGHT, said, " ".join(points))
