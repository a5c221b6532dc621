"""Records near another one: in the same town, and of the same field within a day's journey."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from portal.area import Near, distance_km
from portal.calendar_days import is_past
from portal.catalogue import Table
from portal.groups import group

#: So many records are named; a list holds the others.
NAMED = 6
#: How far “near by” reaches, in km.
REACH_KM = 100
#: Circles searched one after the other, in km, for in a city the six nearest are a few streets off.
_CIRCLES_KM = (2, 10, 30, REACH_KM)
#: Records looked at in one circle. With more the answer would take longer and be hardly better.
_CANDIDATES = 3000
#: Members of a town that are compared; of a larger one some are shown, not the best.
_TOWNSFOLK = 300
#: Degrees within which two points are one: some metres, for the R*Tree rounds.
_ONE_SPOT = 0.0001


@dataclass(frozen=True)
class Neighbour:
    """A record by its name; `km` where distance is the point."""

    key: str
    label: str
    city: str | None
    km: float | None = None
    #: First and last day and state, of an event.
    start: str | None = None
    end: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class Neighbours:
    """Some records near another one, and the query string that selects all of them."""

    named: tuple[Neighbour, ...] = ()
    #: How many the query string selects, None where they are not counted.
    count: int | None = None
    query: str = ""


NONE = Neighbours()


def in_same_town(
    connection: sqlite3.Connection, table: Table, values: dict[str, Any]
) -> Neighbours:
    """Others at the same GeoNames place, else of the same city and country.

    Those of the same field come first; of events those to come, then the latest.
    """
    town = _town(table, values)
    if not town:
        return NONE
    where = " and ".join(f'"{name}" = ?' for name in town)
    parameters = list(town.values())
    field = _field(table)
    days, first = 'start, "end", status', "start desc, rowid"
    if not table.has_days:
        days, first = "null, null, null", "rowid"
    rows = connection.execute(
        f'select id, "{table.label_column}", city, {days}, {_quoted(field)} '  # noqa: S608
        f'from "{table.name}" where {where} and id <> ? order by {first} limit {_TOWNSFOLK}',
        [*parameters, values["id"]],
    ).fetchall()
    own = values.get(field) if field else None
    rows.sort(key=lambda row: (row[6] != own, str(row[1]).casefold(), row[0]))
    others = [
        Neighbour(key, label, city, start=start, end=end, status=status)
        for key, label, city, start, end, status, _field in rows
    ]
    (count,) = connection.execute(
        f'select count(*) from "{table.name}" where {where}',  # noqa: S608
        parameters,
    ).fetchone()
    if table.has_days:
        others = _coming_first(others)
    return Neighbours(tuple(others[:NAMED]), count, urlencode(town))


def _coming_first(others: list[Neighbour]) -> list[Neighbour]:
    """What is to come, the soonest first; then what is over, the latest first."""
    by_day = sorted(others, key=lambda other: other.start or "")
    past = [other for other in by_day if is_past({"start": other.start, "end": other.end})]
    return [other for other in by_day if other not in past] + past[::-1]


def of_same_field(
    connection: sqlite3.Connection, table: Table, values: dict[str, Any]
) -> Neighbours:
    """Others of the same sector or kind within `REACH_KM`, nearest first, but for the same town's.

    In places so crowded that a circle of two kilometres holds thousands, near ones, not surely the
    nearest.
    """
    field = _field(table)
    own = values.get(field) if field else None
    if field is None or own is None or values.get("latitude") is None:
        return NONE
    latitude, longitude = values["latitude"], values["longitude"]
    town = _town(table, values)
    found: list[Neighbour] = []
    for reach in _CIRCLES_KM:
        around = Near(latitude, longitude, reach)
        rows = connection.execute(
            _candidates(table, field, town),
            vars(around.box)
            | {"own": own, "id": values["id"], "spot": _ONE_SPOT if town else -1}
            | {"latitude": latitude, "longitude": longitude}
            | {f"own_{name}": value for name, value in town.items()},
        )
        others = (
            Neighbour(key, label, city, distance_km(latitude, longitude, north, east))
            for key, label, city, north, east in rows
        )
        found = [other for other in others if (other.km or 0) <= reach]
        if len(found) >= NAMED:
            break
    found.sort(key=lambda other: (other.km, other.label, other.key))
    everywhere = Near(round(latitude, 5), round(longitude, 5), REACH_KM)
    query = urlencode([(field, own), ("_near", everywhere)])
    return Neighbours(tuple(found[:NAMED]), query=query)


def _candidates(table: Table, field: str, town: dict[str, Any]) -> str:
    """Records of the field in a box. The index passes over those at the same spot, which may be a
    whole city's, before any record is read.
    """
    elsewhere = " and ".join(f'"{name}" is :own_{name}' for name in town) or "0"
    return f"""
        select id, "{table.label_column}", city, latitude, longitude
        from (
            select id as place from "{table.name}_rtree"
            where west >= :west and east <= :east and south >= :south and north <= :north
            and not (
                west between :longitude - :spot and :longitude + :spot
                and south between :latitude - :spot and :latitude + :spot
            )
            limit {_CANDIDATES}
        ) cross join "{table.name}" as record on record.rowid = place
        where "{field}" = :own and id <> :id and not ({elsewhere})
    """  # noqa: S608 - names come from the schema


def _town(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    """What the records of one town have in common; empty where the town is not known."""
    if table.has_geometry and values.get("geonameid") is not None:
        return {"geonameid": values["geonameid"]}
    if values.get("city") and values.get("country") and table.has_geometry:
        return {"city": values["city"], "country": values["country"]}
    return {}


def _field(table: Table) -> str | None:
    """The column that tells the field a record is in."""
    column = group(table)
    return column.name if column else None


def _quoted(name: str | None) -> str:
    return f'"{name}"' if name else "null"
