"""Tables from files, and which of their columns is which."""

from __future__ import annotations

import pytest

from boxd.errors import BadInput
from boxd.lists.matching import guessed
from boxd.lists.table import read_table


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (("sku", "name", "units"), (1, 2, 0)),
        (("Item", "Qty", "Article"), (0, 1, 2)),
        (("Menge", "Bezeichnung"), (1, 0, None)),
        (("Names", "Quantities"), (0, 1, None)),
        (("a", "b"), (None, None, None)),
    ],
)
def test_columns_are_guessed_by_what_people_call_them(
    header: tuple[str, ...], expected: tuple[int | None, ...]
) -> None:
    assert tuple(guessed(header, ("name", "units", "sku")).values()) == expected


async def test_lines_are_counted_as_an_editor_does() -> None:
    table = await read_table(b'sep=;\nname;units;;\n\n"Mug\nwith a handle";3;;\nPen;4\n')
    assert table.header == ("name", "units")
    assert [(row.line, row.cells[1]) for row in table.rows] == [(4, "3"), (6, "4")]


async def test_a_workbook_without_end_ends_the_reader_and_not_the_box() -> None:
    with pytest.raises(BadInput, match="This workbook can't be read"):
        await read_table(b"PK\x03\x04" + bytes(1_000_000))
