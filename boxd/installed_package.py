"""The Debian package beside the release in use: after a way back they are not the same."""

from __future__ import annotations

from pathlib import Path

_PACKAGED = "usr/lib/boxd"
_IN_USE = "opt/boxd/current"


def package_not_in_use(root: Path = Path("/")) -> str:
    """The version of boxd's Debian package if another release is in use, else empty."""
    packaged, used = root / _PACKAGED, root / _IN_USE
    digests = [_text(folder / "DIGEST") for folder in (packaged, used)]
    if not all(digests) or digests[0] == digests[1]:
        return ""
    version = _text(packaged / "VERSION")
    is_same = version == _text(used / "VERSION")
    return f"{version} (build {digests[0][:8]})" if is_same else version


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
