"""One spelling for all the alphabets around the Baltic, for search and for comparing names."""

from __future__ import annotations

import re
from collections.abc import Callable

from anyascii import anyascii

_NOT_ALNUM = re.compile(r"[^a-z0-9]+")


class LetterTable(dict[int, str]):
    """A table for `str.translate` that spells each letter once, when it first meets it."""

    def __init__(self, spell: Callable[[str], str]) -> None:
        super().__init__()
        self._spell = spell

    def __missing__(self, code: int) -> str:
        self[code] = letters = self._spell(chr(code))
        return letters


_LETTERS = LetterTable(anyascii)


def fold(text: str) -> str:
    """Return `text` as lower-case ASCII words separated by single spaces.

    SQLite's `remove_diacritics 2` leaves ł, ø, æ, ß, þ, ð and all Cyrillic alone, so both the
    index and the query go through here: `Łódź` → `lodz`, `Ørsted` → `orsted`, `Straße` →
    `strasse`, `Гродно` → `grodno`.
    """
    ascii_text = text if text.isascii() else text.translate(_LETTERS)
    return _NOT_ALNUM.sub(" ", ascii_text.lower()).strip()
