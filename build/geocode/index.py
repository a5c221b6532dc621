"""The baked index of places: opening it, baking it when missing, and its look-ups."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from build import fold
from build.geocode import bake as baker
from build.geocode import countries, country, names, positions, reading, sources
from build.geocode.names import sound

PROJECT = Path(__file__).resolve().parents[2]

Progress = baker.Progress

#: A part of an index this old belongs to no baker any more (s).
ABANDONED_S = 3600.0


class Candidate(NamedTuple):
    """A place of the index under one of its names (`plain`); degrees, `radius` in km.

    `kind` is `town` (500 inhabitants or more), `village` (known from the post only, population
    0) or `region`. `regions` holds the ids of the regions it lies in, separated by spaces.
    """

    country: str
    plain: str
    id: int
    kind: str
    name: str
    latitude: float
    longitude: float
    population: int
    geonameid: int
    regions: str
    radius: float


class PostcodePoint(NamedTuple):
    """Where a postcode is in one of the places it serves."""

    place: int
    latitude: float
    longitude: float
    population: int
    name: str
    geonameid: int


# As `_make`, without a call into Python for each of the rows that queries bring by the thousand.
_candidate = partial(tuple.__new__, Candidate)
_postcode_point = partial(tuple.__new__, PostcodePoint)

_CANDIDATE = """
SELECT n.country, n.plain, p.id, p.kind, p.name, p.latitude, p.longitude, p.population,
       p.geonameid, p.regions, p.radius
FROM name n JOIN place p ON p.id = n.place WHERE n.country = ? AND n.sound = ?
"""
_POSTCODE = """
SELECT c.place, c.latitude, c.longitude, p.population, p.name, p.geonameid
FROM postcode c JOIN place p ON p.id = c.place WHERE c.country = ? AND c.code = ?
"""
_POSTCODES = _POSTCODE.replace("c.code = ?", "c.code BETWEEN ? AND ?")
_CITY = """
SELECT country, name FROM city WHERE plain = ? AND country <> ? ORDER BY population DESC LIMIT 1
"""
_TYPO = "SELECT names FROM typo WHERE country = ? AND bundle = ?"


class Index:
    """Look-ups in a baked index, read-only."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._cities = frozenset(plain for (plain,) in db.execute("SELECT plain FROM city"))
        # Records of one town come together, and one query asks for a name in several ways.
        self._heard = lru_cache(maxsize=4096)(self._sounding)

    def named(self, plain_name: str, country: str | None) -> list[Candidate]:
        """Places with a name that sounds like `plain_name`, in one country or in all."""
        heard = sound(plain_name)
        if country:
            return list(self._heard(country, heard))
        return [found for code in countries.COUNTRIES for found in self._heard(code, heard)]

    def _sounding(self, country: str, heard: str) -> tuple[Candidate, ...]:
        return tuple(map(_candidate, self._db.execute(_CANDIDATE, (country, heard))))

    def postcode(self, country: str, digits: str) -> list[PostcodePoint]:
        """The places a postcode serves; empty when it is not known."""
        rows = self._db.execute(_POSTCODE, (country, digits))
        return list(map(_postcode_point, rows))

    def postcodes(self, country: str, prefix: str) -> list[PostcodePoint]:
        """The places of all postcodes that begin with `prefix`."""
        rows = self._db.execute(_POSTCODES, (country, prefix, prefix + ":"))
        return list(map(_postcode_point, rows))

    def city_abroad(self, plain_name: str, country: str) -> tuple[str, str] | None:
        """Country and name of the largest city of that name outside of `country`."""
        if plain_name not in self._cities:
            return None
        found = self._db.execute(_CITY, (plain_name, country)).fetchone()
        return (found[0], found[1]) if found else None

    def similar(self, country: str, keys: Iterable[str]) -> list[str]:
        """Plain names of a country in the bundles `keys`."""
        found: list[str] = []
        for key in keys:
            for (bundle,) in self._db.execute(_TYPO, (country, key)):
                found += bundle.split(" ")
        return found

    def close(self) -> None:
        self._db.close()


def inputs() -> list[Path]:
    """Files on which the index depends: the data and the code that folds and bakes them."""
    modules = (baker, countries, country, fold, names, positions, reading, sources)
    code = [Path(module.__file__ or "") for module in modules]
    return sorted(countries.GAZETTEER_DATA.glob("*.[ct]sv*")) + code


def digest() -> str:
    """A short name for this state of the inputs."""
    state = hashlib.sha256()
    for path in inputs():
        state.update(path.name.encode() + path.read_bytes())
    return state.hexdigest()[:16]


def open_index(cache_dir: Path | None = None, progress: Progress | None = None) -> Index:
    """Open the index of the present inputs, baking it first when it is missing or unreadable.

    It is baked beside its place and renamed at the end, so that a killed baker leaves nothing
    half done and of two at once the last one wins with the same content. Where `cache_dir`
    (default `.cache` of the project) cannot be written, the system's temporary directory serves.
    Raises `OSError` when neither can be written.
    """
    name = f"gazetteer-{digest()}.db"
    places = [cache_dir or PROJECT / ".cache", Path(tempfile.gettempdir())]
    for place in places:
        index = _open(place / name)
        if index:
            return index
    failure: OSError | sqlite3.Error | None = None
    for place in places:
        try:
            return _bake_and_open(place / name, progress)
        except (OSError, sqlite3.Error) as error:
            failure = error
    raise OSError(f"the gazetteer's index could not be written: {failure}")


def _open(path: Path) -> Index | None:
    if not path.is_file():
        return None
    try:
        db = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        db.execute("PRAGMA mmap_size=67108864")
        db.execute(_POSTCODE, ("DK", "8000")).fetchone()
    except sqlite3.Error:
        return None
    return Index(db)


def _bake_and_open(path: Path, progress: Progress | None) -> Index:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    os.close(handle)
    try:
        baker.bake(Path(beside), progress)
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    index = _open(path)
    if index is None:
        raise OSError(f"{path} cannot be read back")
    _remove_outdated(path)
    return index


def _remove_outdated(present: Path) -> None:
    """Remove indexes of earlier inputs and what killed bakers left; who has one open keeps it."""
    for path in present.parent.glob("gazetteer-*"):
        with suppress(OSError):
            age = time.time() - path.stat().st_mtime
            if path != present and (path.suffix == ".db" or age > ABANDONED_S):
                path.unlink()
