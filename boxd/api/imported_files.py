"""The file that an organiser's list comes from, so that a second run of it is noticed."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from boxd.api.bodies import Shape
from boxd.ledger import imported_files
from boxd.ledger.imported_files import FilePurpose, ImportedFile
from boxd.ledger.ledger import Transaction

FileDigest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class FileBody(Shape):
    """A file by the SHA-256 of its bytes, in hexadecimal; `again` where it is meant once more."""

    digest: FileDigest
    again: bool = False


def note(tx: Transaction, file: FileBody | None, purpose: FilePurpose, actor: str) -> None:
    """Remember the file, where there is one. Raises Refused if it is known."""
    if file is not None:
        imported_files.note(tx, ImportedFile(file.digest, file.again), purpose, actor)
