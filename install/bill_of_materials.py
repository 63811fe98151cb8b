"""Prints the software bill of materials of a release, in the form of CycloneDX.

`bill_of_materials.py RELEASE`. The same release has the same bill: it holds no time and no
random number.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from components import Component, compiled_in, go_modules, python_packages


def bill(release: Path) -> dict[str, object]:
    """The whole document."""
    version = (release / "VERSION").read_text("utf-8").strip()
    packages = python_packages(release)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "boxd",
                "name": "boxd",
                "version": version,
                "licenses": [{"expression": "MIT"}],
            }
        },
        "components": [*map(_python, packages), _temporal(release / "bin/temporal")],
    }


def _python(package: Component) -> dict[str, object]:
    inner = sorted(compiled_in(package), key=lambda each: str(each["purl"]))
    return {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "licenses": [{"expression": package.licence}],
        **({"components": [_within(package.purl, each) for each in inner]} if inner else {}),
    }


def _within(outer: str, inner: dict[str, object]) -> dict[str, object]:
    return {"type": "library", "bom-ref": f"{outer}/{inner['purl']}", **inner}


def _temporal(program: Path) -> dict[str, object]:
    modules = go_modules(program)
    purls = [f"pkg:golang/{path}@{version}" for path, version in modules]
    return {
        "type": "application",
        "bom-ref": "temporal",
        "name": "temporal",
        "licenses": [{"expression": "MIT"}],
        "components": [
            {
                "type": "library",
                "bom-ref": f"temporal/{purl}",
                "name": path,
                "version": version,
                "purl": purl,
            }
            for (path, version), purl in zip(modules, purls, strict=True)
        ],
    }


if __name__ == "__main__":
    print(json.dumps(bill(Path(sys.argv[1])), indent=1, sort_keys=True))
