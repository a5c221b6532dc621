"""Bake the gazetteer's committed files into the SQLite index that look-ups use.

Tables of the index: `place` (towns, villages, regions), `name` (every name of every place, under
its sound), `postcode` (position and place of each), `typo` (names in small bundles that share
their beginning or end and their length, which is where a misspelt name is sought), `city` (names
of cities, to know one abroad).
"""

from __future__ import annotations

import gc
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from build.geocode import sources
from build.geocode.countries import COUNTRIES
from build.geocode.country import Country
from build.geocode.names import sound
from build.geocode.positions import middle

#: Called with a country's name, the number of countries done, and of all.
Progress = Callable[[str, int, int], None]

#: Towns of this size are cities, known abroad.
CITY_POPULATION = 50_000

SCHEMA = """
PRAGMA journal_mode=OFF;
PRAGMA synchronous=OFF;
CREATE TABLE place(
    id INTEGER PRIMARY KEY, country TEXT, kind TEXT, name TEXT, latitude REAL, longitude REAL,
    population INTEGER, geonameid INTEGER, regions TEXT, radius REAL
);
CREATE TABLE name(
    country TEXT, sound TEXT, place INTEGER, plain TEXT, PRIMARY KEY (country, sound, place, plain)
) WITHOUT ROWID;
CREATE TABLE postcode(
    country TEXT, code TEXT, place INTEGER, latitude REAL, longitude REAL,
    PRIMARY KEY (country, code, place)
) WITHOUT ROWID;
CREATE TABLE city(
    plain TEXT, country TEXT, name TEXT, population INTEGER, PRIMARY KEY (plain, country, name)
) WITHOUT ROWID;
CREATE TABLE typo(country TEXT, bundle TEXT, names TEXT, PRIMARY KEY (country, bundle))
WITHOUT ROWID;
"""


def bundles(plain_name: str, length: int | None = None) -> tuple[str, str]:
    """The bundles of names of a length that begin, or end, like `plain_name` (of its own length).

    A typing error leaves the beginning or the end of a name of 5 letters or more as it was.
    """
    length = length or len(plain_name)
    end = max(3, min(5, length - 3))
    return f"{plain_name[:2]}{length}", f"{length}{plain_name[-end:]}"


def bake(target: Path, progress: Progress | None = None) -> None:
    """Write the index to the new file `target`. Raises `OSError`, `sqlite3.Error`."""
    collecting = gc.isenabled()
    gc.disable()  # a million small objects, none of them in a cycle: a third of the time
    db = sqlite3.connect(target, isolation_level=None)
    try:
        db.executescript(SCHEMA)
        db.execute("BEGIN")
        areas, exonyms, first = sources.areas(), sources.exonyms(), 1
        pairs = zip(sources.towns(), sources.postals(), strict=True)
        for done, ((code, towns), (_, postals)) in enumerate(pairs):
            if progress:
                progress(COUNTRIES[code], done, len(COUNTRIES))
            country = Country(code, first, towns, postals, areas[code], exonyms)
            del towns, postals  # before the next country's are read: Poland's take 60 MB
            _store(country, db)
            first += len(country.places)
            del country
        db.execute("COMMIT")
    finally:
        db.close()
        if collecting:
            gc.enable()
    if progress:
        progress("done", len(COUNTRIES), len(COUNTRIES))


def _store(country: Country, db: sqlite3.Connection) -> None:
    """Write the country's rows, in the order of their keys."""
    code = country.code
    db.executemany(
        "INSERT INTO place VALUES (?,?,?,?,?,?,?,?,?,?)",
        (
            (p.id, code, p.kind, p.name, p.latitude, p.longitude, p.population, p.geonameid,
             " ".join(map(str, p.regions)), p.radius)
            for p in country.places
        ),
    )  # fmt: skip
    sounds = {name: sound(name) for name in {n for p in country.places for n in p.names}}
    rows = sorted((code, sounds[n], p.id, n) for p in country.places for n in p.names)
    db.executemany("INSERT INTO name VALUES (?,?,?,?)", rows)
    db.executemany(
        "INSERT INTO postcode VALUES (?,?,?,?,?)",
        (
            (code, postcode, place, *middle(points))
            for (postcode, place), points in sorted(country.postcodes.items())
        ),
    )
    db.executemany(
        "INSERT OR IGNORE INTO city VALUES (?,?,?,?)",
        (
            (name, code, place.name, place.population)
            for place in country.places
            if place.population >= CITY_POPULATION
            for name in place.names
        ),
    )
    bundled: dict[str, list[str]] = defaultdict(list)
    for name in sorted(sounds):
        if len(name) > 3:
            for bundle in bundles(name):
                bundled[bundle].append(name)
    db.executemany(
        "INSERT INTO typo VALUES (?,?,?)",
        ((code, bundle, " ".join(names)) for bundle, names in sorted(bundled.items())),
    )
