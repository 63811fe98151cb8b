"""The catalogue: complete, readable as translators leave it, and in the reader's language."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po as babels_read_po
from starlette.datastructures import Headers

from boxd import words
from boxd.web import templates
from boxd.web.language import wished_by
from boxd.words.catalogue import languages, words_in
from boxd.words.own_names import OwnNames, naming
from boxd.words.po_file import BrokenCatalogue, read_po

ROOT = Path(__file__).parents[2]
SPANISH = r"""
# As translators' programs leave it.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

#: somewhere.py:3
msgid "Approve"
msgstr "Aprobar"

#, fuzzy
msgid "Refuse"
msgstr "Rehusar"

msgid "a \"quoted\"\tone, "
"on two lines\n"
msgstr ""
"uno \"citado\", "
"\\ ñ"

#, python-format
msgid "You can try %(count)s more time."
msgid_plural "You can try %(count)s more times."
msgstr[0] "Puedes intentarlo %(count)s vez más."
msgstr[1] "Puedes intentarlo %(count)s veces más."

msgid "Not yet"
msgstr ""

#~ msgid "Gone"
#~ msgstr "Ido"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of catalogues with one language."""
    (tmp_path / "es.po").write_text(SPANISH, encoding="utf-8")
    return tmp_path


def test_every_text_of_the_source_is_in_the_catalogue_and_no_other() -> None:
    checked = [sys.executable, str(ROOT / "scripts/words"), "--check"]
    done = subprocess.run(checked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_catalogue_is_read_as_gettext_s_own_tools_read_it(folder: Path) -> None:
    with (folder / "es.po").open("rb") as opened:
        theirs = babels_read_po(opened, locale="es")
    expected = {}
    for each in theirs:
        forms = tuple(each.string) if isinstance(each.string, (tuple, list)) else (each.string,)
        if each.id and all(forms) and not each.fuzzy:
            expected[each.id if isinstance(each.id, str) else each.id[0]] = forms
    assert read_po(folder / "es.po") == expected
    assert len(expected) == 3


def test_a_damaged_catalogue_names_its_line(folder: Path) -> None:
    (folder / "fr.po").write_text('msgid "a"\nmsgstr "b\n', encoding="utf-8")
    with pytest.raises(BrokenCatalogue, match=r'fr\.po has a line that is no entry: msgstr "b'):
        words_in("fr", folder)


def test_a_page_is_in_the_language_of_who_reads_it(folder: Path) -> None:
    template = templates.environment().from_string(
        '{{ _("Approve") }}, {{ _("Refuse") }}: '
        "{% trans count=left %}You can try {{ count }} more time."
        "{% pluralize %}You can try {{ count }} more times.{% endtrans %}"
    )
    with words.speaking(words_in("es", folder)):
        assert template.render(left=1) == "Aprobar, Refuse: Puedes intentarlo 1 vez más."
        assert template.render(left=3) == "Aprobar, Refuse: Puedes intentarlo 3 veces más."
        assert words.number(1234567) == "1.234.567"
    assert template.render(left=1) == "Approve, Refuse: You can try 1 more time."
    assert words.number(1234567) == "1,234,567"


def test_a_time_of_another_day_has_its_day() -> None:
    now = datetime(2026, 5, 2, 12, tzinfo=UTC)
    at = datetime(2026, 5, 2, 12, 3, tzinfo=UTC)
    assert words.moment(at, now) == f"{at.astimezone():%H:%M}"
    assert words.moment(at.replace(month=3), now).startswith("Mon 02 Mar, ")


@pytest.mark.parametrize(
    ("header", "cookie", "expected"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "", "es"),
        ("fr;q=0.9, es;q=0.5, de", "", "es"),
        ("en, es;q=0.5", "", "en"),
        ("en", "boxd_language=es", "es"),
        ("es", "boxd_language=xx; other=1", "es"),
        ("fr", "", "en"),
        ("es;q=0", "", "en"),
        ("es;q=much", "", "en"),
        ("", "", "en"),
    ],
)
def test_the_reader_s_choice_then_the_browser_s_then_the_box_s(
    folder: Path, header: str, cookie: str, expected: str
) -> None:
    headers = Headers({"accept-language": header, "cookie": cookie})
    assert wished_by(headers, list(languages(folder)), fallback="en") == expected


def test_an_events_own_names_are_found_by_themselves_and_in_what_was_made_of_them() -> None:
    names = OwnNames()
    names.replace({"ja": {"Mug": "マグカップ"}, "en": {"Tasse": "Mug"}})
    with naming(names), words.speaking(words_in("ja")):
        assert words.translate("Mug") == "マグカップ"
        assert "マグカップ" in words.translate("Mug given out from locker 2")
        assert words.translate("Tasse") == "Tasse"
        names.replace({"ja": {"Mug": "カップ"}})
        assert "カップ" in words.translate("Mug given out from locker 2")
    with naming(names), words.speaking(words_in("en")):
        names.replace({"en": {"Tasse": "Mug"}})
        assert words.translate("Tasse") == "Mug"
    assert words.translate("Mug") == "Mug"
