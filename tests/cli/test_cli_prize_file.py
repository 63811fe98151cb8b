"""Files of prizes, good and bad: the message that a person gets for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxd.cli.files.prize_file import LARGEST_FILE_BYTES, read_prizes
from boxd.errors import BadInput
from boxd.lists.prize_rows import ListedPrize

SKU = "a short name of lower-case letters, digits and hyphens, at most 32"
UNITS = "a whole number from 0 to 100000"
MUG = ListedPrize(sku="mug", name="Mug", units=12, weight=3)
PIN = ListedPrize(sku="pin", name="Pin, round", units=0, weight=1)


@pytest.mark.parametrize(
    "content",
    [
        b'sku,name,units,weight\nmug,Mug,12,3\npin,"Pin, round",0,1\n',
        b'sku,name,units,weight\r\nmug,Mug,12,3\r\n\r\npin,"Pin, round",0,\r\n',
        b'\xef\xbb\xbfSKU;Name;Units;Weight\nmug;Mug;12;3\npin;"Pin, round";0;1',
        b"units\tsku\tweight\tname\n 12 \tmug\t3\t Mug \n0\tpin\t1\tPin, round\n",
        'sep=;\nsku;name;units;weight\nmug;Mug;12;3\npin;"Pin, round";0;1\n'.encode("utf-16"),
    ],
    ids=["plain", "windows, blank line, no weight", "excel", "tabs, other order", "utf-16, hint"],
)
def test_csv_as_people_write_it_is_read(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "prizes.csv"
    file.write_bytes(content)
    assert read_prizes(file) == [MUG, PIN]


def test_toml_is_read(tmp_path: Path) -> None:
    file = tmp_path / "prizes.toml"
    file.write_text(
        '[[prizes]]\nsku = "mug"\nname = "Mug"\nunits = 12\nweight = 3\n\n'
        '[[prizes]]\nsku = "pin"\nname = "Pin, round"\nunits = 0\n'
    )
    assert read_prizes(file) == [MUG, PIN]


def test_a_prize_in_sizes_has_a_line_for_each(tmp_path: Path) -> None:
    file = tmp_path / "prizes.csv"
    file.write_text("sku,name,units,variant\nshirt,T-shirt,5,S\nshirt,T-shirt,9,M\n")
    found = [(each.sku, each.variant, each.units) for each in read_prizes(file)]
    assert found == [("shirt", "S", 5), ("shirt", "M", 9)]


BAD_CSV = {
    "variant twice": (
        b"sku,name,units,variant\nshirt,T-shirt,1,s\nshirt,T-shirt,2,S\n",
        "line 3: variant 'S' of sku 'shirt' is there already, on line 2",
    ),
    "variants of one prize with two names": (
        b"sku,name,units,variant\nshirt,T-shirt,1,S\nshirt,Shirt,2,M\n",
        "line 3: sku 'shirt' is 'T-shirt' with weight 1 on a line before",
    ),
    "units of a prize and of its variant": (
        b"sku,name,units,variant\nshirt,T-shirt,1,\nshirt,T-shirt,2,M\n",
        "line 3: sku 'shirt' has lines with a variant and one without; name each variant",
    ),
    "empty": (b"", "it is empty; its first line is to be: sku,name,units,weight,variant"),
    "header only": (b"sku,name,units\n", "there are no prizes in it"),
    "column missing": (b"sku,name\nmug,Mug\n", "line 1: 'units' is missing"),
    "column misspelt": (
        b"sku,name,unit\nmug,Mug,1\n",
        "line 1: 'unit' is not known; did you mean 'units'?\n  line 1: 'units' is missing",
    ),
    "column unknown": (
        b"sku,name,units,colour\nmug,Mug,1,red\n",
        "line 1: 'colour' is not known; known: sku, name, units, weight, variant",
    ),
    "column twice": (
        b"sku,name,units,units\nmug,Mug,1,2\n",
        "line 1: column 'units' is there twice",
    ),
    "no header": (
        b"mug,Mug,3\n",
        "line 1: 'mug' is not known; known: sku, name, units, weight, variant",
    ),
    "too few values": (b"sku,name,units\nmug,Mug\n", f"line 2: units '' is to be {UNITS}"),
    "sku twice, and more is wrong": (
        b"sku,name,units\nmug,Mug,1\nmug,,x\n",
        "line 3: sku 'mug' is there already, on line 2\n  line 3: name '' is to be what people call"
        f" the prize, in 1 to 200 characters on one line\n  line 3: units 'x' is to be {UNITS}",
    ),
    "units rounded by a spreadsheet": (
        b"sku,name,units\nmug,Mug,1E+05\n",
        "line 2: units '1E+05' is what a spreadsheet made of a long number",
    ),
    "too many values": (b"sku,name,units\nmug,Mug,1,9\n", "line 2: 4 values for 3 columns"),
    "sku twice": (
        b"sku,name,units\nmug,Mug,1\n\nmug,Mug,2\n",
        "line 4: sku 'mug' is there already, on line 2",
    ),
    "sku in capitals": (b"sku,name,units\nMug,Mug,1\n", f"line 2: sku 'Mug' is to be {SKU}"),
    "sku empty": (b"sku,name,units\n,Mug,1\n", f"line 2: sku '' is to be {SKU}"),
    "sku too long": (
        b"sku,name,units\n" + b"x" * 33 + b",Mug,1\n",
        f"line 2: sku '{'x' * 33}' is to be {SKU}",
    ),
    "name empty": (
        b"sku,name,units\nmug, ,1\n",
        "line 2: name '' is to be what people call the prize, in 1 to 200 characters on one line",
    ),
    "units empty": (b"sku,name,units\nmug,Mug,\n", f"line 2: units '' is to be {UNITS}"),
    "units negative": (b"sku,name,units\nmug,Mug,-1\n", f"line 2: units '-1' is to be {UNITS}"),
    "units a fraction": (b"sku,name,units\nmug,Mug,1.0\n", f"line 2: units '1.0' is to be {UNITS}"),
    "units in words": (b"sku,name,units\nmug,Mug,ten\n", f"line 2: units 'ten' is to be {UNITS}"),
    "units grouped": (
        b"sku,name,units\nmug,Mug,1_000\n",
        f"line 2: units '1_000' is to be {UNITS}",
    ),
    "units too many": (
        b"sku,name,units\nmug,Mug,100001\n",
        f"line 2: units '100001' is to be {UNITS}",
    ),
    "digits of another script": (
        "sku,name,units\nmug,Mug,٣\n".encode(),
        f"line 2: units '٣' is to be {UNITS}",
    ),
    "weight too heavy": (
        b"sku,name,units,weight\nmug,Mug,1,1001\n",
        "line 2: weight '1001' is to be a whole number from 0 to 1000",
    ),
    "every error at once": (
        b"sku,name,units\nMug,Mug,x\npin,Pin\nmug,Mug,1\n",
        f"line 2: sku 'Mug' is to be {SKU}\n  line 2: units 'x' is to be {UNITS}\n"
        f"  line 3: units '' is to be {UNITS}",
    ),
    "line counted through quoted lines": (
        b'sku,name,units\nmug,Mug,1\n"a\nb",Pin,1\npin,Pin,x\n',
        f"line 3: sku 'a\nb' is to be {SKU}\n  line 5: units 'x' is to be {UNITS}",
    ),
    "quote never closed": (
        b'sku,name,units\nmug,"Mug,1\n',
        "line 2: unexpected end of data; check the quotes",
    ),
    "latin-1": (
        "sku,name,units\nmug,Käse,1\n".encode("latin-1"),
        "line 2: byte 0xe4 is not UTF-8; save it as 'CSV UTF-8'",
    ),
    "utf-16 without its mark": (
        "sku,name,units\nmug,Mug,1\n".encode("utf-16-le"),
        "it is not UTF-8 text; save it as 'CSV UTF-8'",
    ),
    "a spreadsheet": (b"PK\x03\x04\0\0", "it is a spreadsheet, not text; save it as 'CSV UTF-8'"),
    "far too long": (
        b"x" * (LARGEST_FILE_BYTES + 1),
        "it is longer than 1000000 bytes: is it the right file?",
    ),
}

BAD_TOML = {
    "not TOML": (b"[[prizes]\n", "it is not TOML: "),
    "no prizes": (b"", "it is to hold [[prizes]] sections and nothing else"),
    "another section": (
        b'[[seed]]\nsku = "mug"\n',
        "it is to hold [[prizes]] sections and nothing else",
    ),
    "key misspelt": (
        b'[[prizes]]\nsku = "mug"\nnam = "Mug"\nunits = 1\n',
        "line 1: 'nam' is not known; did you mean 'name'?\n  line 1: 'name' is missing",
    ),
    "misspelt, and more is wrong": (
        b'[[prizes]]\nsku = "Mug"\nname = "Mug"\nunits = 1\nwait = 2\n',
        f"line 1: 'wait' is not known; did you mean 'weight'?\n  line 1: sku 'Mug' is to be {SKU}",
    ),
    "second one wrong": (
        b'[[prizes]]\nsku = "mug"\nname = "Mug"\nunits = 1\n\n'
        b'[[prizes]]\nsku = "pin"\nname = "Pin"\nunits = 1.5\n',
        f"line 6: units '1.5' is to be {UNITS}",
    ),
    "a truth for a number": (
        b'[[prizes]]\nsku = "mug"\nname = "Mug"\nunits = true\n',
        f"line 1: units 'True' is to be {UNITS}",
    ),
    "a number for a name": (
        b'[[prizes]]\nsku = "mug"\nname = 3\nunits = 1\n',
        "line 1: name '3' is to be what people call the prize",
    ),
    "not sections": (b"prizes = [1]\n", "prize 1: a prize is a section [[prizes]]"),
}


@pytest.mark.parametrize(
    ("suffix", "content", "message"),
    [pytest.param("csv", *case, id=f"csv: {name}") for name, case in BAD_CSV.items()]
    + [pytest.param("toml", *case, id=f"toml: {name}") for name, case in BAD_TOML.items()],
)
def test_a_bad_file_is_told_by_line_rule_and_remedy(
    tmp_path: Path, suffix: str, content: bytes, message: str
) -> None:
    file = tmp_path / f"prizes.{suffix}"
    file.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        read_prizes(file)
    told = str(caught.value)
    assert told.startswith(f"{file}: nothing was imported; ")
    assert message in told


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.csv can't be read: No such file"):
        read_prizes(tmp_path / "none.csv")


def test_a_folder_is_no_file_of_prizes(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="can't be read: Is a directory"):
        read_prizes(tmp_path)
