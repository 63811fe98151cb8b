"""Where things are: the list in CONTRIBUTING.md is true, and tests/ mirrors boxd/."""

from __future__ import annotations

import re
from pathlib import Path

from tests.house.reading import ROOT

# Folders of tests that belong to more than one part of boxd, or to something beside it.
BESIDE = {
    "bench": "bench/",
    "booth": "booth/",
    "box": "whole boxes, from their keys to their lamps",
    "browser": "whole boxes behind a browser",
    "checker": "checker/",
    "clock": "whole boxes whose clock is turned",
    "data": "what was recorded from real boards",
    "docs": "docs/",
    "histories": "recorded workflow histories",
    "house": "the house's own rules",
    "install": "install/, in containers",
    "mutation": "mutants of the core, and the tests that kill them",
    "scripts": "scripts/",
    "systemd": "systemd/, in containers",
}


def test_the_list_of_folders_is_the_folders() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    listed = re.findall(r"^    ([a-z0-9_/]+)/ ", text, re.M)
    ours = folders("") - {"boxd"} | {f"boxd/{name}" for name in folders("boxd")}
    assert sorted(listed) == sorted(ours)


def test_every_package_has_its_tests_and_every_folder_of_tests_its_subject() -> None:
    tests, packages = folders("tests"), folders("boxd")
    assert packages - tests == set()
    assert tests - packages == set(BESIDE)


def folders(where: str) -> set[str]:
    """The names of the folders there, without hidden ones and what is made."""
    made = set(re.findall(r"^/?(\w+)/$", (ROOT / ".gitignore").read_text(), re.M)) | {"__pycache__"}
    return {
        path.name
        for path in (ROOT / where).iterdir()
        if path.is_dir() and path.name not in made and path.suffix != ".egg-info"
        if not path.name.startswith(".") and has_files(path)
    }


def has_files(folder: Path) -> bool:
    """Whether there is more in it than a renamed module has left behind."""
    return any(each.is_file() and "__pycache__" not in each.parts for each in folder.rglob("*"))
