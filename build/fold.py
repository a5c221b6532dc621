"""One spelling for all the alphabets around the Baltic, for search and for comparing names."""

from __future__ import annotations

import re

from anyascii import anyascii

_NOT_ALNUM = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Return `text` as lower-case ASCII words separated by single spaces.

    SQLite's `remove_diacritics 2` leaves ł, ø, æ, ß, þ, ð and all Cyrillic alone, so both the
    index and the query go through here: `Łódź` → `lodz`, `Ørsted` → `orsted`, `Straße` →
    `strasse`, `Гродно` → `grodno`.
    """
    ascii_text = text if text.isascii() else anyascii(text)
    return _NOT_ALNUM.sub(" ", ascii_text.lower()).strip()
