"""The few elements of an SVG picture that a report needs, as text."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"


def rect(x: float, y: float, width: float, height: float, fill: str, told: str = "") -> str:
    """A filled rectangle; `told` appears under a pointer."""
    title = f"<title>{escape(told)}</title>" if told else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
        f' fill="{fill}" stroke="#ffffff" stroke-width="0.5">{title}</rect>'
    )


def line(x1: float, y1: float, x2: float, y2: float, stroke: str = "#d0d0d0") -> str:
    """A thin line."""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        f' stroke="{stroke}" stroke-width="1"/>'
    )


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: float = 12,
    anchor: str = "start",
    fill: str = "#333333",
    bold: bool = False,
) -> str:
    """Words, their baseline at `y`."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}"'
        f' fill="{fill}"{weight}>{escape(words)}</text>'
    )


def picture(width: float, height: float, title: str, parts: list[str]) -> str:
    """The whole picture, on white."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}"'
            f' viewBox="0 0 {width:g} {height:g}" font-family={quoteattr(FONT)}'
            f" role={quoteattr('img')} aria-label={quoteattr(title)}>",
            f"<title>{escape(title)}</title>",
            rect(0, 0, width, height, "#ffffff"),
            *parts,
            "</svg>\n",
        ]
    )
