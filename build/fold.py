"""One spelling for all the alphabets around the Baltic, for search and for comparing names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from anyascii import anyascii

_NOT_ALNUM = re.compile(r"[^a-z0-9]+")
_WORD = re.compile(r"x+")


#: What the index of words and those who search it must agree on: the longest word that is looked
#: for among misspelt ones, and by how much the numbers of words grow with each letter.
LONGEST = 40
WORDS_OF_A_LENGTH = 10**9


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


#: How Danish, Norwegian, Swedish, German and Finnish write å, æ, ø, ä, ö and ü without the letter.
#: Two of them in a row (`pää`, `paeae`), or one before an a or e (`åen`, `aaen`), make a longer run
#: of the same letters; that is one letter to us too. Still longer runs are in no word and stay.
_DIGRAPH = re.compile("(a[ae]{4,}|[ou]e{3,})|(a)[ae]+|([ou])e+")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_FOREIGN = re.compile(
    r"[^\W\d_\0-\u052f\u1c80-\u1c8f\u1d00-\u1fff\u2c60-\u2c7f\u2de0-\u2dff\ua640-\ua7ff]"
)
_PART_OF_A_LETTER = {"Mn", "Me", "Mc", "Cf"}


def _spelt(letter: str) -> str:
    if letter.isalnum():  # ь is an apostrophe to anyascii, ½ is 1/2: signs would split the word
        return _NOT_ALNUM.sub("", anyascii(letter).lower())
    return "" if unicodedata.category(letter) in _PART_OF_A_LETTER else " "


_SPELT = LetterTable(_spelt)
_MASK = LetterTable(lambda letter: " " if _spelt(letter) == " " else "x")


def loose(text: str) -> str:
    """Return the words of `text` as search compares them, separated by single spaces.

    As `fold`, but the digraphs that stand for a letter are one with it (`Aarhus`, `Århus` and
    `Arhus` are `arhus`; `Koebenhavn` and `København` are `kobenhavn`), signs that are part of a
    letter vanish (`Гомель` → `gomel`), and what is neither letter nor digit separates, emoji too.
    The beginning of a word becomes the beginning of what the word becomes.
    """
    spelt = _NOT_ALNUM.sub(" ", text.lower()) if text.isascii() else text.translate(_SPELT)
    return _DIGRAPH.sub(r"\1\2\3", " ".join(spelt.split()))


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the words of `loose(text)` begin and end in `text` itself."""
    for word in _WORD.finditer(text.translate(_MASK)):
        yield word.span()


def is_cyrillic(text: str) -> bool:
    """Whether `text` has Cyrillic letters."""
    return _CYRILLIC.search(text) is not None


def is_foreign(text: str) -> bool:
    """Whether `text` has letters that are neither Latin nor Greek nor Cyrillic.

    `loose` spells them too, but without vowels (`שלום` → `slvm`) or by syllables, so that what it
    makes of them is near to words that have nothing to do with them.
    """
    return not text.isascii() and bool(_FOREIGN.search(unicodedata.normalize("NFKC", text)))
