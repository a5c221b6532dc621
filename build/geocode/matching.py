"""Finding candidates in the index for a name: as written, as it sounds, or misspelt."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from build.geocode.bake import bundles
from build.geocode.countries import GAZETTEER_DATA
from build.geocode.index import Candidate, Index
from build.geocode.names import DECLINING, nominatives, plain, undigraphed, words

#: A name shorter than this is not sought among misspellings; two typing errors are believed only
#: in names of at least the second length, and only of towns of at least so many inhabitants.
ONE_ERROR_LENGTH, TWO_ERRORS_LENGTH, TWO_ERRORS_POPULATION = 5, 9, 50_000

#: A village that only the post knows is sought among misspellings from this length on.
HAMLET_LENGTH = 7

#: Where aa, ae, oe and ue are ways to write å, ä, ö and ü, and not long vowels.
DIGRAPH_COUNTRIES = frozenset({"DE", "DK", "IS", "NO", "SE"})

#: Letters that Nordic languages tell apart although folding does not (Näs is not Nås).
_NORDIC = dict(zip("åäæöøüõ", "aeeooyu", strict=True))


def exact_matches(index: Index, names: Sequence[str], country: str | None) -> list[Candidate]:
    """Candidates under the first of `names` that is a place's name, letters folded.

    Lithuanian and Icelandic names are also tried in their basic form (`Klaipėdos` → Klaipėda).
    A name matched only by closing up its words, or only by a region, yields to a later one that
    needs no such help: `Sepa küla` is the village Sepa rather than Sepaküla, and what is in
    `Brønderslev Kommune` is put at Brønderslev.
    """
    second_best: list[Candidate] = []
    for name in names:
        found = _under(index, name, country)
        if country in DECLINING and not any(candidate.population for candidate in found):
            for form in nominatives(name, country):
                found += _under(index, form, country)
        plainly = len(names) == 1 or " " not in name or _spaced_alike(name, found)
        kinds = {candidate.kind for candidate in found}
        if any(candidate.kind == "region" for candidate in second_best):
            kinds -= {"village"}  # Saaremaa vald is not the hamlet Saaremaa
        if plainly and kinds - {"region"}:
            return found
        second_best = second_best or found
    return second_best


def _under(index: Index, form: str, country: str | None) -> list[Candidate]:
    """Candidates with exactly this name."""
    key = plain(form)
    if not key:
        return []
    loose = undigraphed(key)
    return [
        candidate
        for candidate in index.named(key, country)
        if (candidate.plain == key or _same_but_digraphs(loose, candidate))
        and not _other_letters(form, candidate.name)
    ]


def _same_but_digraphs(loose: str, candidate: Candidate) -> bool:
    return candidate.country in DIGRAPH_COUNTRIES and undigraphed(candidate.plain) == loose


def _spaced_alike(form: str, found: list[Candidate]) -> bool:
    written = words(form)
    return any(words(candidate.name) == written for candidate in found)


def sound_matches(index: Index, names: Sequence[str], country: str) -> list[Candidate]:
    """Candidates whose name sounds like the first of `names` that sounds like any."""
    for name in names:
        key = plain(name)
        found = index.named(key, country) if len(key) > 4 else []
        if found:
            return found
    return []


#: Hardly anyone mistypes a first letter; in a shorter name it makes another (Zürich is not Aurich).
FIRST_LETTER_LENGTH = 8


def similar_matches(index: Index, name: str, country: str) -> list[tuple[int, Candidate]]:
    """Candidates whose name differs by a typing error or two, with the number of errors.

    An error is a letter left out, added, replaced or swapped with its neighbour (optimal string
    alignment, as rapidfuzz has it).
    """
    key = plain(name)
    if len(key) < ONE_ERROR_LENGTH or is_common(country, key):
        return []
    errors = 1 if len(key) < TWO_ERRORS_LENGTH else 2
    lengths = range(len(key) - errors, len(key) + errors + 1)
    keys = [bundle for length in lengths for bundle in bundles(key, length)]
    close = process.extract(
        key, set(index.similar(country, keys)), scorer=OSA.distance, score_cutoff=errors, limit=12
    )
    return [
        (int(distance), candidate)
        for spelling, distance, _ in close
        if spelling[0] == key[0] or len(key) >= FIRST_LETTER_LENGTH
        for candidate in index.named(spelling, country)
        if candidate.plain == spelling
        and (distance < 2 or candidate.population >= TWO_ERRORS_POPULATION)
        and (candidate.population or len(key) >= HAMLET_LENGTH)
    ]


def is_common(country: str, plain_name: str) -> bool:
    """Whether many places of the country bear the name, most of which the index lacks."""
    return (country, plain_name) in _common_names()


@cache
def _common_names() -> frozenset[tuple[str, str]]:
    with (GAZETTEER_DATA / "common-names.csv").open(encoding="utf-8", newline="") as file:
        return frozenset((row["country"], plain(row["name"])) for row in csv.DictReader(file))


def _other_letters(written: str, name: str) -> bool:
    """Whether two short names differ in a Nordic letter: `Näs` and `Nås`."""
    if written.isascii() or len(written) != len(name) or len(name) > 6:
        return False
    pairs = zip(written.lower(), name.lower(), strict=False)
    return any(
        _NORDIC.get(a, "") != _NORDIC.get(b, "") for a, b in pairs if a in _NORDIC and b in _NORDIC
    )
