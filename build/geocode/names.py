"""Place names as they are compared: one spelling for a name in all the region's alphabets."""

from __future__ import annotations

import re
from functools import lru_cache

from anyascii import anyascii

from build.fold import LetterTable

#: Signs inside a word, not between two: `Skidel’`, `Il'ja`, and the ь that anyascii writes as one.
_SILENT = re.compile(r"['’ʹʺ\"`´]")
_NOT_ALNUM = re.compile(r"[^a-z0-9]+")


def _spelt(letter: str) -> str:
    text = _SILENT.sub("", anyascii(letter).lower())
    return _NOT_ALNUM.sub(" ", text) if text else ""


_LETTERS = LetterTable(_spelt)

#: Spellings of one sound, longest first: German, English, Polish, Baltic and the romanisations
#: of Cyrillic write Жлобин as Zhlobin, Żłobin, Žlobin, Jlobin or Shlobin.
_SOUNDS = {
    "shch": "s", "schtsch": "s", "szcz": "s", "tsch": "c", "tch": "c", "sch": "s", "tsk": "ck",
    "ch": "c", "cz": "c", "ts": "c", "tz": "c", "sh": "s", "sz": "s", "zh": "z", "kh": "h",
    "gh": "g", "ph": "f", "th": "t", "x": "ks", "w": "v", "q": "k", "ck": "k", "dz": "z",
    "j": "i", "y": "i", "ie": "e", "je": "e", "ye": "e", "ae": "a", "oe": "o", "ue": "u",
}  # fmt: skip
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_REPEATED = re.compile(r"(.)\1+")

#: How Danish, Norwegian, Swedish, German and Finnish write å, ø, ä, ö and ü without the letter.
_DIGRAPH = re.compile("aa|ae|oe|ue")


@lru_cache(maxsize=4096)
def words(text: str) -> str:
    """Return `text` as lower-case ASCII words with single spaces between them.

    As `build.fold.fold`, but signs within a word vanish instead of splitting it (`Iĺja`, `Il'ja`
    and `Илья` are each one word).
    """
    return " ".join(text.translate(_LETTERS).split())


def plain(text: str) -> str:
    """Return `words(text)` without the spaces: `Bielsko-Biała` and `Bielsko Biala` are one."""
    return words(text).replace(" ", "")


def undigraphed(plain_name: str) -> str:
    """Return a plain name with aa, ae, oe, ue as a, a, o, u: `aabenraa`, `abenra` → `abenra`."""
    return _DIGRAPH.sub(lambda match: match[0][0].replace("e", "a"), plain_name)


@lru_cache(maxsize=4096)
def sound(plain_name: str) -> str:
    """Return the rough sound of a plain name, the key of the index.

    Names that one spelling habit or another writes alike share it (`zhlobin`, `zlobin`); it is
    never enough by itself where a better match is at hand.
    """
    if plain_name.isdigit():
        return plain_name
    return _REPEATED.sub(r"\1", _SOUND.sub(lambda match: _SOUNDS[match[0]], plain_name))


#: Endings of the Lithuanian genitive, in which addresses name places (`Balėnų k.`, `Trakų r.`),
#: and the nominatives each may come from. Longest first.
_LITHUANIAN = (
    ("iaus", ("ius",)),
    ("džių", ("džiai", "dys", "dis", "džios")),
    ("čių", ("čiai", "tys", "tis", "čios")),
    ("džio", ("dis", "dys", "džias")),
    ("čio", ("tis", "tys", "čias")),
    ("ių", ("iai", "ės", "ys", "is", "ios")),
    ("io", ("is", "ys", "ias")),
    ("aus", ("us",)),
    ("os", ("a",)),
    ("ės", ("ė",)),
    ("ų", ("ai", "os")),
    ("o", ("as",)),
)

#: Endings of the Icelandic dative, in which post offices are named (`Patreksfirði`).
_ICELANDIC = (
    ("firði", ("fjörður",)),
    ("hólmi", ("hólmur",)),
    ("króki", ("krókur",)),
    ("vogi", ("vogur",)),
    ("stöðum", ("staðir",)),
    ("eyjum", ("eyjar",)),
    ("sandi", ("sandur",)),
    ("bakka", ("bakki",)),
    ("tanga", ("tangi",)),
    ("hrauni", ("hraun",)),
    ("nesi", ("nes",)),
    ("vatni", ("vatn",)),
    ("felli", ("fell",)),
    ("fossi", ("foss",)),
    ("dal", ("dalur",)),
    ("bæ", ("bær",)),
)

#: Countries whose post offices decline the names they list, with the endings.
DECLINING = {"LT": _LITHUANIAN, "IS": _ICELANDIC}


def nominatives(name: str, country: str) -> list[str]:
    """Return the basic forms that a declined place name may stand for, or nothing.

    Lithuanian addresses decline (`Kauno` of Kaunas), Icelandic ones too (`Stykkishólmi`).
    """
    for ending, basics in DECLINING.get(country, ()):
        if name.endswith(ending):
            stem = name.removesuffix(ending)
            return [stem + basic for basic in basics]
    return []
