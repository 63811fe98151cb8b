"""Turns tomllib's errors into plain words."""

from __future__ import annotations

import re

_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_BETWEEN_NAMES = "', '"  # tomllib shows [a.b] as ('a', 'b')
_PLAIN = (
    (r"Expected '=' after a key", "a key needs a value; write key = value"),
    (
        r"Invalid value",
        "this is no value; put text in quotes, write true or false in small letters",
    ),
    (r"Cannot overwrite a value", "this key stands here for the second time; keep one"),
    (r"Duplicate inline table key '(.*)'", r"the key '\1' stands twice between { and }; keep one"),
    (
        r"Cannot declare \('(.*?)',?\) twice",
        r"section [\1] stands here for the second time; join them",
    ),
    (
        r"Expected newline or end of document",
        "a value ends and something follows; write one to a line",
    ),
    (r"Unterminated string|Illegal character '\\n'", "a text does not end; close its quotes"),
    (r"Unescaped|Invalid hex", r"write a backslash as \\\\, or the text in single quotes"),
    (
        r"Unclosed array|Invalid array",
        "a list does not end; close it with ], commas between entries",
    ),
    (r"Unclosed inline table", "a { does not end on its line; close it with }"),
    (r"Invalid statement", "neither a section nor a key; write [section] or key = value"),
    (
        r"Invalid initial character for a key",
        "a key is missing, or needs quotes; write key = value",
    ),
    (r"Expected '\]\]?' at the end", "a section's name does not end; close its brackets"),
    (r"Illegal character", "there is a character that does not print; type the line anew"),
)


def in_plain_words(error: Exception, text: str) -> str:
    """`LINE: what is wrong and what to do` for an error that tomllib raised for `text`."""
    said = str(error)
    at = _AT.search(said)
    line = int(at.group(1)) if at and at.group(1) else max(1, len(text.splitlines()))
    said = _AT.sub("", said)
    for pattern, plain in _PLAIN:
        found = re.match(pattern, said)
        if found:
            return f"{line}: {found.expand(plain).replace(_BETWEEN_NAMES, '.')}"
    return f"{line}: not TOML ({said}); mend this line"
