"""The records of a selection in one view of the map, counted by SQL in squares (`build.squares`).

For a whole table the build has counted; what is selected is counted here.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from build.mercator import WORLD, latitude_of, longitude_of, x_of, y_of
from build.squares import TILE, ZOOMS, shift
from portal.area import Box
from portal.catalogue import Table
from portal.conditions import Conditions

#: Pixels of the widest screen; what is wider gets the squares of a farther zoom.
_WIDEST = 4096
#: Zoom of the finest squares; an operator's street map goes so near.
_NEAREST = 19
#: With so few records in view it is quicker to look at each than to list the whole selection.
_FEW = 20_000
#: Positions by which the edge of a tile, given in degrees with so many decimals, may be missed.
_UNSURE = 64

_EVERYTHING = Conditions()


class Window(NamedTuple):
    """A rectangle of squares of one zoom, its edges included."""

    zoom: int
    west: int
    north: int
    east: int
    south: int

    @classmethod
    def around(cls, viewport: Box, zoom: float) -> Window:
        """The squares of all tiles that `viewport` touches, so that panning seldom asks anew."""
        tile = WORLD >> math.floor(max(0.0, min(zoom, _NEAREST)))
        west, east = x_of(viewport.west) + _UNSURE, x_of(viewport.east) - _UNSURE
        north, south = y_of(viewport.north) + _UNSURE, y_of(viewport.south) - _UNSURE
        edges = [math.floor(west / tile) * tile, math.floor(north / tile) * tile]
        edges += [math.floor(max(east, west) / tile) * tile + tile - 1]
        edges += [math.floor(max(south, north) / tile) * tile + tile - 1]
        detail = min(max(math.ceil(zoom), ZOOMS[0]), _NEAREST)
        widest = max(edges[2] - edges[0], edges[3] - edges[1])
        while detail > ZOOMS[0] and widest * TILE * 2**detail > _WIDEST * WORLD:
            detail -= 1
        return cls(detail, *(edge >> shift(detail) for edge in edges))

    @property
    def positions(self) -> dict[str, int]:
        """The first and last positions (`build.mercator`) in it, as parameters of SQL."""
        bits = shift(self.zoom)
        return {
            "map_west": self.west << bits,
            "map_north": self.north << bits,
            "map_east": ((self.east + 1) << bits) - 1,
            "map_south": ((self.south + 1) << bits) - 1,
        }

    @property
    def box(self) -> Box:
        """The same in degrees."""
        at = self.positions
        return Box(
            longitude_of(at["map_west"]),
            latitude_of(at["map_south"] + 1),
            longitude_of(at["map_east"] + 1),
            latitude_of(at["map_north"]),
        )


class Count(NamedTuple):
    """The records of one group in one square. Positions are those of `build.mercator`."""

    row: int
    column: int
    #: Number of the group, 0 for none.
    group: int
    records: int
    approximate: int
    sum_x: int
    sum_y: int
    west: int
    north: int
    east: int
    south: int
    #: Rowid of one of them.
    first: int


def counted(
    connection: sqlite3.Connection, where: Conditions, table: Table, window: Window
) -> Iterable[Count]:
    """The records in `window` that `where` selects."""
    cells = window.zoom in ZOOMS
    if cells and where == _EVERYTHING:
        return map(Count._make, _by_the_build(connection, table, window))
    near = not cells or _records_in(connection, table, window) < _FEW
    source = _looked_at if near else _listed
    bits = shift(window.zoom)
    box = window.box
    degrees = {"map_w": box.west, "map_s": box.south, "map_e": box.east, "map_n": box.north}
    rows = connection.execute(
        f"""
        select y >> {bits}, x >> {bits}, "group", count(*), sum(approximate), sum(x), sum(y),
               min(x), min(y), max(x), max(y), min(place.id)
        from {source(table, where)}
        and x between :map_west and :map_east and y between :map_north and :map_south
        group by 1, 2, 3
        """,  # noqa: S608 - names come from the catalogue
        where.params | window.positions | degrees,
    )
    return map(Count._make, rows)


_IN_WINDOW = 'zoom = :zoom and row between :north and :south and "column" between :west and :east'


def _by_the_build(connection: sqlite3.Connection, table: Table, window: Window) -> sqlite3.Cursor:
    return connection.execute(
        f"""
        select row, "column", "group", records, approximate, sum_x, sum_y, west, north, east,
               south, first
        from "{table.name}_map_cells" where {_IN_WINDOW}
        """,  # noqa: S608
        window._asdict(),
    )


def _records_in(connection: sqlite3.Connection, table: Table, window: Window) -> int:
    """How many records of the whole table are in view."""
    (records,) = connection.execute(
        f'select total(records) from "{table.name}_map_cells" where {_IN_WINDOW}',  # noqa: S608
        window._asdict(),
    ).fetchone()
    return int(records)


def _selected(table: Table, where: Conditions) -> str:
    """A query of its own, for the columns in a condition are not qualified."""
    return f'select rowid as selected from "{table.name}" where {where.sql}'  # noqa: S608


def _listed(table: Table, where: Conditions) -> str:
    """The whole selection, and where each of its records lies."""
    return f"""
        ({_selected(table, where)}) cross join "{table.name}_map" as place
        on place.id = selected where 1
    """


def _looked_at(table: Table, where: Conditions) -> str:
    """Each record in view that is of the selection."""
    selected = f"{_selected(table, where)} and rowid = place.id"
    condition = "1" if where == _EVERYTHING else f"exists ({selected})"
    return f"""
        "{table.name}_rtree" as area cross join "{table.name}_map" as place on place.id = area.id
        where area.east >= :map_w and area.west <= :map_e
        and area.north >= :map_s and area.south <= :map_n and {condition}
    """
