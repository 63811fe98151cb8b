"""Pictures of pages, all of one size, and small: a palette instead of true colours."""

from __future__ import annotations

import base64
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.browser import chromium
from tests.browser.pages import Page

SCALE = 0.75  # of the panel: sharp on a page of paper, with all words legible on a screen
COLOURS = 32  # the screens are drawn in a dozen; the others are the edges of letters
MARGIN = 8  # pixels of the screen round a part that is shown enlarged
# All but the part is darkened while its picture is taken.
_POINT_AT = """
const { left, top, width, height } = arguments[0].getBoundingClientRect();
const shade = document.createElement("div");
shade.id = "shade";
Object.assign(shade.style, {
  position: "fixed", left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`,
  borderRadius: "0.6rem", boxShadow: "0 0 0 2000px #05070bd8", zIndex: 9,
});
document.body.append(shade);
return [left, top, width, height];
"""
_LET_GO = "document.getElementById('shade').remove()"


@dataclass(frozen=True)
class Camera:
    """Keeps pictures in `folder`, all of one size."""

    folder: Path

    def whole(self, page: Page, name: str) -> None:
        """The whole screen."""
        self._keep(page, name, 0, 0, 1)

    def part(self, page: Page, css: str, name: str) -> None:
        """An element, as large as the picture is wide or high; all else is dark."""
        left, top, wide, high = page.run(_POINT_AT, page.find(css))
        width, height = chromium.PANEL
        scale = min(width / (wide + 2 * MARGIN), height / (high + 2 * MARGIN))
        left = min(left - MARGIN, width - width / scale)
        top = min(top - MARGIN, height - height / scale)
        self._keep(page, name, left, top, scale)
        page.run(_LET_GO)

    def _keep(self, page: Page, name: str, left: float, top: float, scale: float) -> None:
        width, height = chromium.PANEL
        clip = {"x": left, "y": top, "width": width / scale, "height": height / scale}
        page.run("document.activeElement.blur()")
        taken = page.look().execute_cdp_cmd(
            "Page.captureScreenshot", {"format": "png", "clip": clip | {"scale": scale * SCALE}}
        )
        file = self.folder / f"{name}.png"
        shrink(base64.b64decode(taken["data"]), file)
        print(f"{file}: {file.stat().st_size // 1000} kB")


def shrink(png: bytes, file: Path) -> None:
    """Write a picture with few colours and without dates in it."""
    words = ["convert", "png:-", "+dither", "-colors", str(COLOURS), "-strip"]
    words += ["-define", "png:compression-level=9", f"png8:{file}"]
    subprocess.run(words, input=png, check=True)
