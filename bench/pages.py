"""What the phones' pages weigh over the air, in how many requests they come, and how soon."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

import httpx

from bench.box import Box
from bench.figures import Figure, milliseconds, spread
from bench.progress import tell
from boxd.temporal.command import LOOPBACK
from boxd.temporal.ports import free_ports

LIGHT_BYTES = 30_000
# What a browser would have to ask for before it can show the page.
_ASKS_FOR_MORE = re.compile(r'<(?:link|script|img)[^>]+(?:href|src)="(?!data:)[^"]+"')


def figures(folder: Path, n: int) -> list[Figure]:
    """Open an attendee's page `n` times, as a phone does."""
    tell(f"an attendee's page, {n} times")
    box = Box(folder)
    url = open_to_phones(box)
    try:
        box.start_and_wait()
        box.wait_for_phones()
        with httpx.Client(base_url=url, headers={"Accept-Encoding": "gzip"}) as phone:
            link = box.attendee_link("attendee-1")
            seconds = [_opened(phone, link) for _ in range(n)]
            page = phone.get(link)
    finally:
        box.close()
    return [_weight(page.text, page.num_bytes_downloaded), _speed(seconds)]


def _opened(phone: httpx.Client, link: str) -> float:
    """Seconds for a page that the box gives at once; it may ask a phone in haste to wait."""
    while True:
        began = time.monotonic()
        page = phone.get(link)
        if page.status_code != HTTPStatus.TOO_MANY_REQUESTS:
            page.raise_for_status()
            return time.monotonic() - began
        time.sleep(float(page.headers["Retry-After"]))


def _weight(page: str, over_the_air: int) -> Figure:
    requests = 1 + len(_ASKS_FOR_MORE.findall(page))
    unpacked = len(page.encode())
    return Figure(
        "an attendee's page: weight and requests until it shows",
        "under 30 KB, one request",
        f"{over_the_air / 1000:.1f} KB ({unpacked / 1000:.1f} KB unpacked), {requests} request",
        f"gzip at its best: {len(gzip.compress(page.encode(), 9)) / 1000:.1f} KB",
        over_the_air < LIGHT_BYTES and unpacked < LIGHT_BYTES and requests == 1,
    )


def _speed(seconds: Sequence[float]) -> Figure:
    return Figure("an attendee's page: asked for → there", "", milliseconds(spread(seconds)))


def open_to_phones(box: Box) -> str:
    """Switch the phones' listener on in the box's configuration; returns its address."""
    (port,) = free_ports(LOOPBACK, 1)
    url = f"http://{LOOPBACK}:{port}"
    lines = f'enabled = true\nhost = "{LOOPBACK}"\nport = {port}\npublic_url = "{url}"\n'
    config = box.folder / "box.toml"
    text = config.read_text(encoding="utf-8")
    changed = text.replace("[phones]\n", f"[phones]\n{lines}", 1).replace(
        "\nenabled = false\n", "\n", 1
    )
    config.write_text(changed, encoding="utf-8")
    return url
