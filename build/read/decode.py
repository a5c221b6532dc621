"""Bytes of a partner's file → text, whatever program saved it."""

from __future__ import annotations

import codecs
from collections import Counter

from build.findings import Reporter

_NOT_UTF8 = (
    "The file is not saved as UTF-8; it was read as {}. Look at the letters with accents, and "
    "save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)."
)

#: Code pages that older office programs around the Baltic still write, with the letters that each
#: language of the region adds to ASCII. The page whose bytes make most such letters is the right
#: one; statistics over whole languages need far more text than a short list of names has.
_CODE_PAGES = ("cp1252", "cp1257", "cp1250", "cp1251")
_LETTERS = frozenset(
    "åäöæøéüßõšžáðíóúýþąćęłńóśźżāčēģīķļņšūžąčęėįšųūžабвгдежзийклмнопрстуфхцчшщъыьэюяёіў"
)
_TYPOGRAPHY = frozenset("–—‘’‚“”„…•€§°«»№\u00a0")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode_telling(raw: bytes, tell: Reporter) -> str:
    """Return the text of a file of `data/`, and tell when its encoding had to be guessed."""
    text, encoding = decode(raw)
    if encoding not in ("utf-8", "utf-8-sig"):
        tell("warning", "encoding", _NOT_UTF8.format(encoding))
    return text


def decode(raw: bytes) -> tuple[str, str]:
    """Return (text, encoding) of `raw`.

    UTF-8 with or without a byte order mark, UTF-16 and UTF-32 are certain; anything else is the
    likeliest of the region's Windows code pages, and the caller should say so. Letters that cannot
    be read become U+FFFD.
    """
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return raw.decode(encoding, errors="replace"), encoding
    if wide := _utf16_without_bom(raw):
        return raw.decode(wide, errors="replace"), wide
    text = raw.decode("utf-8", errors="replace")
    if _is_mostly_readable(text):
        return text, "utf-8"
    encoding = max(_CODE_PAGES, key=lambda page: _plausibility(raw, page))
    return raw.decode(encoding, errors="replace"), encoding


def _is_mostly_readable(text: str) -> bool:
    """Whether bytes read as UTF-8 were UTF-8, but for a damaged letter here and there.

    In a code page letters with accents stand alone, which is never right in UTF-8.
    """
    lost = text.count("\ufffd")
    if not lost:
        return True
    letters = len(text) - len(text.encode("ascii", errors="ignore"))
    return lost < letters / 2


def _utf16_without_bom(raw: bytes) -> str | None:
    """UTF-16 shows as a zero beside nearly every letter; a stray NUL in UTF-8 does not."""
    sample = raw[:4000]
    if sample[1::2].count(0) > len(sample) * 0.3:
        return "utf-16-le"
    if sample[0::2].count(0) > len(sample) * 0.3:
        return "utf-16-be"
    return None


def _plausibility(raw: bytes, code_page: str) -> int:
    score = 0
    for byte, times in Counter(raw).items():
        char = bytes([byte]).decode(code_page, errors="replace")
        if not char.isascii():
            worth = 2 if char.lower() in _LETTERS else (0 if char in _TYPOGRAPHY else -3)
            score += worth * times
    return score
