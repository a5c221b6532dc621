"""A selection as a condition in SQL: one for pages, facets, maps and Datasette's own formats.

The filters on columns go through Datasette's own words, so that what our pages show and what its
JSON gives are the same by construction; words and places are ours.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from datasette.filters import Filters

from portal.area import EARTH_KM, Box, Near
from portal.calendar_days import today
from portal.catalogue import Table
from portal.own_order import LAST_DAY
from portal.query import Filter, Selection
from portal.search import Found, expression


@dataclass(frozen=True)
class Conditions:
    """A boolean expression over one table and the values of its named parameters."""

    sql: str = "1"
    params: dict[str, Any] = field(default_factory=dict)


def conditions(
    connection: sqlite3.Connection,
    selection: Selection,
    table: Table,
    *,
    found: Found | None = None,
) -> Conditions:
    """What the records of `selection` fulfil.

    `found` is what its search looks for, where that is known already; else `connection` is asked.
    """
    clauses, params = Filters(selection.datasette_filters()).build_where_clauses(table.name)
    every = [Conditions(f"({clause})") for clause in clauses]
    every += beside_columns(connection, selection, table, found=found)
    return Conditions(
        " and ".join(part.sql for part in every) or "1",
        params | {key: value for part in every for key, value in part.params.items()},
    )


def beside_columns(
    connection: sqlite3.Connection,
    selection: Selection,
    table: Table,
    *,
    found: Found | None = None,
) -> list[Conditions]:
    """What Datasette has no words for: lists with any of several values, words, places, days."""
    parts = [_any_of(item, table) for item in selection.any_of]
    if selection.search is not None:
        found = found or expression(connection, table.name, selection.search)
        parts.append(_words(found, table))
    if selection.when:
        parts.append(_when(selection.when))
    if selection.area:
        parts.append(_within(selection.area, table, "bbox"))
    if selection.near:
        parts.append(_near(selection.near, table))
    return parts


def _any_of(item: Filter, table: Table) -> Conditions:
    names = {f"{item.column}_{number}": value for number, value in enumerate(item.values)}
    values = ", ".join(f":{name}" for name in names)
    items = f'json_each("{table.name}"."{item.column}")'
    return Conditions(f"exists (select 1 from {items} where value in ({values}))", names)  # noqa: S608


def _words(found: Found, table: Table) -> Conditions:
    index = f"{table.name}_fts"
    sql = (
        f'("{table.name}".rowid in '  # noqa: S608
        f'(select rowid from "{index}" where "{index}" match :search))'
    )
    return Conditions(sql, {"search": found.match})


def _when(when: str) -> Conditions:
    """What has not ended is to come. The day is that of the question, so answers change with it."""
    compared = ">=" if when == "coming" else "<"
    return Conditions(f"({LAST_DAY} {compared} :today)", {"today": today().isoformat()})


def _within(box: Box, table: Table, prefix: str) -> Conditions:
    """The R*Tree finds candidates, for it rounds outwards; the columns decide."""
    names = {side: f"{prefix}_{side}" for side in ("west", "south", "east", "north")}
    sql = (
        f'("{table.name}".rowid in (select id from "{table.name}_rtree" where '  # noqa: S608
        "east >= :{west} and west <= :{east} and north >= :{south} and south <= :{north}) and "
        "longitude between :{west} and :{east} and latitude between :{south} and :{north})"
    ).format(**names)
    return Conditions(sql, {name: getattr(box, side) for side, name in names.items()})


def _near(near: Near, table: Table) -> Conditions:
    around = _within(near.box, table, "around")
    sql = f"({around.sql} and {DISTANCE} <= :near_km)"
    return Conditions(
        sql,
        around.params | {"near_lat": near.latitude, "near_lon": near.longitude, "near_km": near.km},
    )


#: Kilometres of a record from the point of `_near`: `portal.area.distance_km` in SQL, where it
#: takes a quarter of the time.
DISTANCE = (
    f"(2 * {EARTH_KM} * asin(min(1.0, sqrt("
    "pow(sin(radians(latitude - :near_lat) / 2), 2) + cos(radians(:near_lat)) * "
    "cos(radians(latitude)) * pow(sin(radians(longitude - :near_lon) / 2), 2)))))"
)
_FUNCTIONS: dict[str, tuple[int, Callable[..., float]]] = {
    "asin": (1, math.asin),
    "cos": (1, math.cos),
    "pow": (2, math.pow),
    "radians": (1, math.radians),
    "sin": (1, math.sin),
    "sqrt": (1, math.sqrt),
}


def prepare(connection: sqlite3.Connection) -> None:
    """Give a connection the functions of mathematics that some builds of SQLite lack."""
    try:
        connection.execute("select asin(1), radians(1), pow(1, 1)")
    except sqlite3.OperationalError:
        for name, (arguments, function) in _FUNCTIONS.items():
            connection.create_function(name, arguments, _of_numbers(function), deterministic=True)


def _of_numbers(function: Callable[..., float]) -> Callable[..., float | None]:
    """`function`, null where anything is null."""
    return lambda *values: None if None in values else function(*values)
