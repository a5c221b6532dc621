"""Reading the gazetteer's committed files, a country at a time."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from build.geocode.countries import GAZETTEER_DATA


class Town(NamedTuple):
    """A row of `places.tsv.gz`; degrees, inhabitants."""

    country: str
    geonameid: int
    name: str
    alternates: list[str]
    latitude: float
    longitude: float
    admin1: str
    population: int


class Postal(NamedTuple):
    """A row of `postcodes.tsv.gz`; degrees. `admin` is the chain of its regions' names."""

    postcode: str
    place: str
    admin: tuple[str, str, str]
    latitude: float
    longitude: float


class Area(NamedTuple):
    """A row of `areas.csv`: a region by hand, of GeoNames' first level or with a circle (km)."""

    names: list[str]
    admin1: list[str]
    latitude: float | None
    longitude: float | None
    radius: float | None


def towns() -> Iterator[tuple[str, list[Town]]]:
    """Countries in the order of their codes, each with its towns."""
    for country, rows in _by_country("places.tsv.gz"):
        yield country, [_town(row) for row in rows]


def postals() -> Iterator[tuple[str, list[Postal]]]:
    """Countries in the order of their codes, each with its postal rows."""
    for country, rows in _by_country("postcodes.tsv.gz"):
        chains: dict[tuple[str, str, str], tuple[str, str, str]] = {}
        yield country, [_postal(row, chains) for row in rows]


def areas() -> dict[str, list[Area]]:
    """The regions made by hand, by country."""
    found: dict[str, list[Area]] = defaultdict(list)
    for row in _table("areas.csv"):
        circle = (row["latitude"], row["longitude"], row["radius_km"])
        latitude, longitude, radius = (float(cell) if cell else None for cell in circle)
        admin1 = row["admin1"].split("|") if row["admin1"] else []
        area = Area(row["names"].split("|"), admin1, latitude, longitude, radius)
        found[row["country"]].append(area)
    return found


def exonyms() -> dict[tuple[str, str], list[str]]:
    """Names that GeoNames lacks, by country and GeoNames' own name."""
    return {(row["country"], row["name"]): row["names"].split("|") for row in _table("exonyms.csv")}


def _table(name: str) -> Iterator[dict[str, str]]:
    with (GAZETTEER_DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _by_country(name: str) -> Iterator[tuple[str, Iterator[list[str]]]]:
    with gzip.open(GAZETTEER_DATA / name, "rt", encoding="utf-8") as file:
        next(file)
        rows = (line.rstrip("\n").split("\t") for line in file)
        yield from groupby(rows, key=itemgetter(0))


def _town(row: list[str]) -> Town:
    country, geonameid, name, alternates, latitude, longitude, admin1, population = row
    return Town(
        country,
        int(geonameid),
        name,
        alternates.split("|") if alternates else [],
        float(latitude),
        float(longitude),
        admin1,
        int(population),
    )


#: Postcodes are compared by their digits.
_SIGNS = str.maketrans("", "", " -ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _postal(row: list[str], chains: dict[tuple[str, str, str], tuple[str, str, str]]) -> Postal:
    country, postcode, place, admin1, admin2, admin3, latitude, longitude, _ = row
    if country == "EE" and not admin3.endswith("linnaosa"):
        admin3 = ""  # the village itself, not a region around it
    chain = (admin1, admin2, admin3)
    return Postal(
        postcode.translate(_SIGNS),
        place,
        chains.setdefault(chain, chain),  # one tuple for all rows of a municipality
        float(latitude),
        float(longitude),
    )
