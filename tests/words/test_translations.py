"""The translations: complete, with the values of the English, and found again in made texts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from boxd.bays.doors import note_left_open
from boxd.config.schema import Language
from boxd.ledger import alarms
from boxd.ledger.ledger import Ledger
from boxd.web.page_words import messages_in
from boxd.web.pages import STATIC
from boxd.words.catalogue import LOCALE, languages, words_in

TRANSLATED = sorted(set(languages()) - {"en"})
_VALUE = re.compile(r"%\(\w+\)s|\{\w*\}|%%")


def _read(file: Path) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened, locale=None if file.suffix == ".pot" else file.stem)


def _values(text: str) -> list[str]:
    return sorted(_VALUE.findall(text))


def _ids(catalogue: Catalog) -> set[str]:
    return {each.id if isinstance(each.id, str) else each.id[0] for each in catalogue if each.id}


def test_the_box_speaks_every_language_that_it_can_be_configured_for() -> None:
    assert sorted(languages()) == sorted(Language)


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_missing_in_a_language_and_every_value_is_in_its_place(language: str) -> None:
    catalogue = _read(LOCALE / f"{language}.po")
    assert _ids(catalogue) == _ids(_read(LOCALE / "boxd.pot"))
    assert not catalogue.obsolete
    for each in catalogue:
        if not each.id:
            continue
        ids = (each.id,) if isinstance(each.id, str) else each.id
        forms = (each.string,) if isinstance(each.string, str) else each.string
        assert not each.fuzzy, each.id
        assert forms, each.id
        assert len(forms) == (1 if len(ids) == 1 else catalogue.num_plurals), each.id
        for form in forms:
            assert form.strip(), f"no translation of {each.id!r}"
            assert _values(form) == _values(ids[-1]), f"other values in {form!r}"
    assert set(words_in(language).messages) == _ids(catalogue)


def test_the_texts_of_the_screen_s_scripts_are_found_as_the_catalogue_s_tools_find_them() -> None:
    scripts = {file.name: file.read_text(encoding="utf-8") for file in STATIC.glob("*.js")}
    found = messages_in(scripts.values())
    assert found <= _ids(_read(LOCALE / "boxd.pot"))
    assert {"Locker", "Door closed", "{count} left", "{count} digit typed"} <= found


async def test_an_alarm_that_the_ledger_has_in_english_is_shown_in_the_reader_s_language(
    tmp_path: Path,
) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    try:
        await ledger.write(lambda tx: note_left_open(tx, locker=7))
        (alarm,) = await ledger.read(alarms.active)
    finally:
        ledger.close()
    german = words_in("de").translate(str(alarm["text"]))
    assert german.startswith("Fach 7 ist offen. Achten Sie darauf")
    assert words_in("en").translate(str(alarm["text"])) == alarm["text"]


def test_a_text_in_a_text_is_translated_too_and_what_nobody_knows_stays() -> None:
    german = words_in("de")
    made = "Not accepted: the door is open; close it, then confirm again"
    assert german.translate(made) == (
        "Nicht angenommen: die Tür ist offen; schließen Sie sie und bestätigen Sie noch einmal"
    )
    assert german.translate("Cancel was not accepted: no route to host") == (
        "Abbruch nicht angenommen: no route to host"
    )
    assert german.translate("8 KiB of something") == "8 KiB of something"


@pytest.mark.parametrize(
    ("language", "none", "one", "many"),
    [("de", 1, 0, 1), ("fr", 0, 0, 1), ("es", 1, 0, 1), ("ja", 0, 0, 0)],
)
def test_a_count_has_its_language_s_form(language: str, none: int, one: int, many: int) -> None:
    words = words_in(language)
    forms = words.messages["{count} digit typed"]
    said = [words.ngettext("{count} digit typed", "{count} digits typed", n) for n in (0, 1, 5)]
    assert said == [forms[none], forms[one], forms[many]]
