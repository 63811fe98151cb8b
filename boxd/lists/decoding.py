"""The text in the bytes of a file, whatever program has saved it.

UTF-8 and, with its mark, UTF-16 are recognised. Anything else is refused instead of guessed: 8-bit
encodings can't be told apart, and a wrong guess misspells people's names.
"""

from __future__ import annotations

from boxd.errors import BadInput

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF32 = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class UnreadableError(BadInput):
    """The whole file can't be understood; the message has the rule and the remedy."""


def decoded(raw: bytes) -> str:
    """The text. Raises UnreadableError."""
    if raw.startswith(_SPREADSHEETS):
        raise UnreadableError("it is a spreadsheet, not text; save it as 'CSV UTF-8'")
    if raw.startswith(_UTF16) and not raw.startswith(_UTF32):
        return _as_utf16(raw)
    if b"\0" in raw:
        raise UnreadableError("it is not UTF-8 text; save it as 'CSV UTF-8'")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(_why_not_utf8(raw, error.start)) from None


def _as_utf16(raw: bytes) -> str:
    try:
        return raw.decode("utf-16")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"it begins as UTF-16 and breaks off at byte {error.start}; save it as 'CSV UTF-8'"
        ) from None


def _why_not_utf8(raw: bytes, at: int) -> str:
    line = raw[:at].count(b"\n") + 1
    western = raw[at : at + 1].decode("cp1252", errors="replace")
    return (
        f"line {line}: byte 0x{raw[at]:02x} is not UTF-8; save it as 'CSV UTF-8'."
        f" If it is Western European ('{western}' there):"
        " iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW"
    )
