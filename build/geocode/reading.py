"""Reading what people write for a place: codes, words about places, and the name itself."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from build.geocode.countries import COUNTRIES, GAZETTEER_DATA, country_code, country_names
from build.geocode.names import words
from build.geocode.placement import PlaceQuery


@cache
def vocabulary() -> dict[str, frozenset[str]]:
    """Words of `words.csv` by their use, as folded words (`r-n` is `r n`)."""
    uses: dict[str, set[str]] = defaultdict(set)
    with (GAZETTEER_DATA / "words.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            uses[row["use"]].add(words(row["word"]))
    return {use: frozenset(found) for use, found in uses.items()}


def without_divisions(name: str) -> str:
    """Return `name` without words for kinds of places around it: `Trakų r. sav.` → `Trakų`.

    At least one word stays, so the village By is not lost.
    """
    divisions = vocabulary()["division"]
    parts = name.replace(".", ". ").split()
    while len(parts) > 1 and words(parts[-1]) in divisions:
        parts.pop()
    while len(parts) > 1 and (words(parts[0]) in divisions or words(parts[0]) in ("of", "the")):
        parts.pop(0)
    return " ".join(parts)


_COMPASS = re.compile(r"[a-z]{1,2}|\d{1,3}")


def without_district(name: str) -> str:
    """Return `name` without a city's district behind it: `København S`, `Tromsø sentrum`."""
    districts = vocabulary()["district"]
    parts = name.split()
    while len(parts) > 1:
        last = words(parts[-1])
        if last and last not in districts and not _COMPASS.fullmatch(last):
            break
        if len(words(" ".join(parts[:-1]))) < 3:
            break
        parts.pop()
    return " ".join(parts)


#: Digits in a postcode, by country (national postal services).
POSTCODE_DIGITS = {
    "BY": 6, "DE": 5, "DK": 4, "EE": 5, "FI": 5, "IS": 3, "LT": 5, "LV": 4, "NO": 4, "PL": 5,
    "RU": 6, "SE": 5,
}  # fmt: skip

_PREFIX = r"(?:\b(?P<prefix>[A-Za-z]{1,3})[- ]?)?"
_POSTCODE_IN_TEXT = {
    country: re.compile(_PREFIX + rf"(?<!\d)(?P<digits>{shape})(?!\d)(?!-\d)")
    for country, shape in {
        "BY": r"\d{6}", "DE": r"\d{5}", "DK": r"\d{4}", "EE": r"\d{5}", "FI": r"\d{5}",
        "IS": r"\d{3}", "LT": r"\d{5}", "LV": r"\d{4}", "NO": r"\d{4}", "PL": r"\d{2}-?\d{3}",
        "RU": r"\d{6}", "SE": r"\d{3} ?\d{2}",
    }.items()
}  # fmt: skip

#: Letters before a postcode that are no country code: the old motor car signs.
_CAR_SIGNS = {"D": "DE", "S": "SE", "N": "NO", "FIN": "FI", "SF": "FI", "EST": "EE"}


#: Postcodes of zeros or nines are what people enter who have none.
_NONE = ({"0"}, {"9"})


def prefix_country(letters: str) -> str | None:
    """Return the country that letters before a postcode stand for (`LV`, `D`), or None."""
    sign = letters.upper()
    return _CAR_SIGNS.get(sign) or country_code(sign)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a query was understood to say.

    `names` are ways to read the place's name, likeliest first; `hints` name regions or places
    around it. `near` says that the place is only near the one named, `whole` that a whole country
    is meant. `conflict` says in words what in the query contradicts itself.
    """

    country: str | None = None
    postcode: str = ""
    names: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    near: bool = False
    whole: bool = False
    conflict: str = ""
    odd_postcode: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing but a country is told."""
        return not (self.names or self.postcode or self.hints or self.odd_postcode)


def read(query: PlaceQuery) -> Reading:
    """Read a query: its country, its postcode, and the ways to understand its names."""
    country, conflict = _country(query.country)
    if conflict:
        return Reading(conflict=conflict)
    city, hints = query.city.strip(), _parts(query.region)
    postcode = query.postcode.strip()
    if query.address and not postcode:
        country, city, postcode = _with_address(query.address, country, city)
    parts = _parts(city)
    if len(parts) > 1 or (parts and not country):
        parts, named = _trailing_country(parts)
        if named and country and named != country:
            return Reading(
                country, conflict=f"“{city}” names another country than {COUNTRIES[country]}"
            )
        country = country or named
    code, odd, prefixed = _postcode(postcode, country)
    if prefixed and country and prefixed != country:
        return Reading(
            country,
            conflict=f"postcode {postcode} is one of {COUNTRIES[prefixed]}, not of "
            f"{COUNTRIES[country]}",
        )
    country = country or prefixed
    if country and parts:
        parts[0], found = _split_postcode(parts[0], country)
        code = code or found
        if not parts[0]:
            parts.pop(0)
    if parts and _whole_country(parts[0], country):
        return Reading(country, whole=True)
    if hints and not parts and _whole_country(hints[0], country):
        return Reading(country, whole=True)
    near, names = _names(parts[0]) if parts else (False, ())
    if parts and "(" in city:
        names = (city, *names)  # Frankfurt (Oder)
    return Reading(
        country=country,
        postcode=code,
        names=names,
        hints=(*parts[1:], *hints),
        near=near,
        odd_postcode=odd,
    )


def _country(text: str) -> tuple[str | None, str]:
    if not text.strip():
        return None, ""
    whole = country_code(text)
    named = [whole] if whole else [*filter(None, map(country_code, _PARTS.split(text)))]
    if len(set(named)) > 1:
        return None, f"“{text.strip()}” is more than one country"
    if not named:
        return None, f"“{text.strip()}” is outside the countries of the portal"
    return named[0], ""


_PARTS = re.compile(r"\s*[,;/|\n()]\s*")
_DIGIT = re.compile("[0-9]")
_PIECES = re.compile(r"[\s–-]+")
_SEVERAL = re.compile(r"[&+]")
_DASH = re.compile(r"\s+[-–—]\s+")


def _parts(text: str) -> list[str]:
    return [part for part in _PARTS.split(text) if words(part)]


def _trailing_country(parts: list[str]) -> tuple[list[str], str | None]:
    """Take a country off the end of `Espoo, Finland` or `Esbjerg, DK`."""
    if len(parts) > 1:
        named = country_code(parts[-1])
        if named:
            return parts[:-1], named
    last = parts[-1].split()
    if len(last) > 1 and len(last[-1]) > 3:
        named = country_code(last[-1])
        if named:
            return [*parts[:-1], " ".join(last[:-1])], named
    return parts, None


def _postcode(text: str, country: str | None) -> tuple[str, str, str | None]:
    """Return a postcode's digits, the text if they cannot be a postcode, and its country sign."""
    if not text:
        return "", "", None
    letters = re.match(r"\s*([A-Za-z]{1,3})[- ]?\d", text)
    prefixed = prefix_country(letters[1]) if letters else None
    digits = "".join(character for character in text if character in "0123456789")
    length = POSTCODE_DIGITS.get(country or prefixed or "")
    if length is None:
        return digits, "", prefixed
    if text.strip().endswith(".0"):
        digits = digits[:-1]
    if len(digits) < length and (length - len(digits) <= 2):
        digits = digits.zfill(length)
    if len(digits) != length or set(digits) in _NONE:
        return "", text, prefixed
    return digits, "", prefixed


def _split_postcode(text: str, country: str) -> tuple[str, str]:
    """Take a postcode out of a city's field: `Riga LV-1050`, `15110 Lahti`."""
    match = _POSTCODE_IN_TEXT[country].search(text) if _DIGIT.search(text) else None
    if not match:
        return text, ""
    if match["prefix"] and prefix_country(match["prefix"]) != country:
        return text, ""
    rest = " ".join((text[: match.start()] + " " + text[match.end() :]).split())
    return rest, "".join(filter(str.isdigit, match["digits"]))


def _with_address(address: str, country: str | None, city: str) -> tuple[str | None, str, str]:
    """Find what a street address hides: `Street 5, 15110 Lahti, Finland`.

    Returns country, city and postcode. A city that is given is kept, and a postcode is believed
    only when it stands before that city.
    """
    parts = _parts(address)
    if len(parts) > 1 and country is None:
        parts, country = _trailing_country(parts)
    if country:
        for part in reversed(parts):
            town, code = _split_postcode(part, country)
            at_front = _POSTCODE_IN_TEXT[country].match(part.strip())
            fits = not city or words(town).startswith(words(city))
            if code and at_front and words(town) and fits:
                return country, city or town, code
    last = parts[-1] if len(parts) > 1 and not city else ""
    has_number = any(character.isdigit() for character in last)
    return country, city or ("" if has_number else last), ""


def _whole_country(text: str, country: str | None) -> bool:
    """Whether words say `the whole country` in some language, or just name the stated country."""
    named = country_code(text)
    if named and (country is None or named == country) and len(words(text)) > 2:
        return True
    whole = vocabulary()["whole"]
    return all(word in whole or word in country_names() for word in words(text).split())


def without_near(text: str) -> tuple[str, bool]:
    """Take a word like `near`, `bei`, `koło` off the front; tell whether there was one."""
    match = _near_phrase().match(text)
    return (text[match.end() :], True) if match else (text, False)


def wholes(name: str) -> list[str]:
    """What a name of several words may be a part of: `Berlin-Kreuzberg` of Berlin."""
    pieces = _PIECES.split(name) if not _SEVERAL.search(name) else []
    return [" ".join(pieces[:count]) for count in range(len(pieces) - 1, 0, -1)]


def _names(text: str) -> tuple[bool, tuple[str, ...]]:
    """Whether it is only near; ways to read the name, likeliest first."""
    text, near = without_near(text)
    forms = [text]
    if len(words(text).split()) > 1 or "." in text:
        for base in (text, *_DASH.split(text)):
            town, place = without_district(base), without_divisions(base)
            forms += [base, place, town, without_divisions(town), without_district(place)]
    forms += [form[:-1] for form in forms if form.endswith("s") and len(form) > 4 and form != text]
    names = tuple(dict.fromkeys(form for form in forms if words(form)))
    return near, names


@cache
def _near_phrase() -> re.Pattern[str]:
    with (GAZETTEER_DATA / "words.csv").open(encoding="utf-8", newline="") as file:
        phrases = [row["word"] for row in csv.DictReader(file) if row["use"] == "near"]
    longest = sorted(map(re.escape, phrases), key=len, reverse=True)
    return re.compile(rf"\s*(?:{'|'.join(longest)})(?:\s+|(?<=/))(?=\S)", re.IGNORECASE)
