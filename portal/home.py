"""What the home page tells: places on the map, numbers, the next events, the newest articles."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from datasette.app import Datasette
from datasette.database import Database

from portal.catalogue import Catalogue

#: A pop-up names this many enterprises of one place and links to all.
NAMED = 12
#: How the map begins: west, south, east, north. A map of 1,216 × 640 pixels shows it at zoom 5.
BALTIC = (5.0, 52.0, 32.0, 66.0)
#: Precisions of a place one may point at; the others stand for an area.
EXACT = ("address", "postcode", "place")


@dataclass
class Place:
    """One spot on the map and the enterprises there."""

    latitude: float
    longitude: float
    exact: bool
    title: str
    href: str
    #: (name, id), at most `NAMED`.
    records: list[tuple[str, str]]
    count: int = 0


@dataclass(frozen=True, eq=False)
class Overview:
    """What depends on the version of the data alone."""

    places: list[Place]
    total: int
    by_country: list[tuple[str, str, int]]
    by_sector: list[tuple[str, str, int]]
    sizes: dict[str, int]

    @cached_property
    def located(self) -> int:
        return sum(place.count for place in self.places)

    @property
    def unlocated(self) -> int:
        return self.total - self.located

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all places: what a map that cannot be moved must show."""
        if not self.places:
            return BALTIC
        longitudes = [place.longitude for place in self.places]
        latitudes = [place.latitude for place in self.places]
        return min(longitudes), min(latitudes), max(longitudes), max(latitudes)

    @cached_property
    def map_data(self) -> dict[str, Any]:
        west, south, east, north = BALTIC
        places = sorted(self.places, key=lambda place: -place.count)  # small ones end on top
        return {"bounds": [[south, west], [north, east]], "places": [vars(p) for p in places]}


_overviews: WeakKeyDictionary[Database, Overview] = WeakKeyDictionary()


async def overview(ds: Datasette, db: Database, known: Catalogue) -> Overview:
    """The overview of one immutable database, worked out once."""
    if db not in _overviews:
        table_address = ds.urls.table(db.name, "enterprises")

        def read(connection: sqlite3.Connection) -> Overview:
            return _overview(connection, known, str(table_address))

        # Not `db.execute`, which would cut the places at `max_returned_rows` in silence.
        _overviews[db] = await db.execute_fn(read)
    return _overviews[db]


def _overview(connection: sqlite3.Connection, known: Catalogue, address: str) -> Overview:
    columns = known.tables["enterprises"].columns
    sizes = {
        table.name: connection.execute(f'select count(*) from "{table.name}"').fetchone()[0]  # noqa: S608
        for table in known.tables.values()
    }
    return Overview(
        places=list(_places(connection, known, address)),
        total=sizes["enterprises"],
        by_country=_counted(connection, "country", columns["country"].codes or {}),
        by_sector=_counted(connection, "sector", columns["sector"].codes or {}),
        sizes=sizes,
    )


def _counted(
    connection: sqlite3.Connection, column: str, labels: dict[str, str]
) -> list[tuple[str, str, int]]:
    rows = connection.execute(
        f"select {column}, count(*) from enterprises group by 1 having {column} is not null "  # noqa: S608
        "order by 2 desc, 1"
    )
    return [(code, labels.get(code, code), count) for code, count in rows]


def _places(connection: sqlite3.Connection, known: Catalogue, address: str) -> Iterable[Place]:
    countries = known.tables["enterprises"].columns["country"].codes or {}
    places: dict[tuple[float, float], Place] = {}
    rows = connection.execute(
        "select id, name, city, country, precision, latitude, longitude from enterprises "
        "where latitude is not null and longitude is not null order by name"
    )
    for key, name, city, country, precision, latitude, longitude in rows:
        spot = (latitude, longitude)
        if spot not in places:
            where = {"latitude": latitude, "longitude": longitude}
            places[spot] = Place(
                latitude,
                longitude,
                exact=precision in EXACT,
                title=", ".join(filter(None, [city, countries.get(country, country)])),
                href=f"{address}?{urlencode(where)}",
                records=[],
            )
        place = places[spot]
        place.count += 1
        if len(place.records) < NAMED:
            place.records.append((name, key))
    return places.values()


async def events(db: Database, today: date) -> tuple[list[dict[str, Any]], bool]:
    """The next events, or the latest when none is to come; and whether they are to come."""
    upcoming = await _rows(
        db,
        "select id, name, start, end, city, country, online from events "
        'where coalesce("end", start) >= ? order by start, id limit 4',
        today.isoformat(),
    )
    if upcoming:
        return upcoming, True
    sql = (
        "select id, name, start, end, city, country, online from events "
        "order by start desc, id limit 4"
    )
    return await _rows(db, sql), False


async def articles(db: Database) -> list[dict[str, Any]]:
    """The newest articles."""
    return await _rows(
        db,
        "select id, title, published, publisher, language from articles "
        "where published is not null order by published desc, id limit 5",
    )


async def _rows(db: Database, sql: str, *values: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in (await db.execute(sql, list(values))).rows]
