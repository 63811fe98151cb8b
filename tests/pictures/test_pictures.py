"""Photos of prizes: small, square, upright, nameless; whatever else is sent is refused in words."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from boxd.errors import BadInput, NotFound
from boxd.pictures.square import SIDE
from boxd.pictures.store import PictureStore

ORIENTATION, MAKER = 0x0112, 0x010F


def photo(width: int = 900, height: int = 600, form: str = "JPEG", mode: str = "RGB") -> bytes:
    """A photo, red at its left edge, held upside down, with its camera's name."""
    picture = Image.new(mode, (width, height), "blue")
    picture.paste("red", (0, 0, width // 2, height))
    exif = Image.Exif()
    exif[ORIENTATION] = 3
    exif[MAKER] = "A camera with a name"
    raw = io.BytesIO()
    picture.save(raw, form, exif=exif)
    return raw.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> PictureStore:
    return PictureStore(tmp_path / "pictures")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
async def test_a_photo_is_small_square_upright_and_says_nothing_of_its_camera(
    store: PictureStore, form: str
) -> None:
    small = store.read(await store.keep(photo(form=form)))
    assert len(small) < 40_000
    assert b"camera" not in small
    with Image.open(io.BytesIO(small)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (SIDE, SIDE))
        red = picture.getpixel((SIDE - 20, SIDE // 2))
    assert isinstance(red, tuple)
    assert red[0] > 200  # it was turned


async def test_a_photo_of_a_hundred_million_pixels_is_taken_and_a_png_of_it_is_not(
    store: PictureStore,
) -> None:
    large = photo(10_000, 8_000)
    assert await store.keep(large)
    raw = io.BytesIO()
    Image.new("1", (10_000, 8_000)).save(raw, "PNG")
    with pytest.raises(BadInput, match="too many pixels"):
        await store.keep(raw.getvalue())


@pytest.mark.parametrize("raw", [b"", b"GIF89a" + bytes(50), photo()[:2000], b"<svg/>" * 100])
async def test_what_is_no_photo_is_refused_in_words(store: PictureStore, raw: bytes) -> None:
    with pytest.raises(BadInput, match=r"This picture can't be read\. Choose a photo"):
        await store.keep(raw)


@pytest.mark.parametrize("digest", ["0" * 64, "../ledger", "..%2fledger", ""])
def test_nothing_else_can_be_read(store: PictureStore, digest: str) -> None:
    with pytest.raises(NotFound):
        store.read(digest)
