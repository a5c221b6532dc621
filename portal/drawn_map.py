"""The places of a selection as a drawn map: for pages without JavaScript, print and pictures."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from sys import getsizeof

from datasette.database import Database

from build.roles import EXACT
from portal.catalogue import Table
from portal.conditions import Conditions, conditions
from portal.drawing import BALTIC, Drawing, Spot, View, drawing
from portal.kept import Kept
from portal.listing import Extent, extent
from portal.query import Selection
from portal.reading import in_time

BASEMAP = Path(__file__).resolve().parent.parent / "static" / "basemap"
#: Records within this many pixels are counted together before they are drawn.
_CELL = 2


@dataclass(frozen=True)
class DrawnMap:
    """A selection and its map; `table.has_geometry`."""

    selection: Selection
    table: Table
    extent: Extent
    drawing: Drawing

    @property
    def size(self) -> int:
        """Bytes it takes in memory, about."""
        outlines = (self.drawing.land, self.drawing.lakes, self.drawing.borders)
        marks = len(self.drawing.circles) + len(self.drawing.towns)
        return sum(map(getsizeof, outlines)) + marks * _MARK


#: Bytes of one circle or town, with all it holds.
_MARK = 1_000
_kept: Kept[DrawnMap] = Kept(20_000_000, lambda shown: shown.size)


async def drawn_map(
    db: Database,
    selection: Selection,
    table: Table,
    *,
    width: int = 640,
    height: int = 600,
    closest: float = 9,
    apart: float = 22,
) -> DrawnMap:
    """Draw the places of a selection in `width` by `height` pixels, no nearer than zoom `closest`.

    Circles are at least `apart` pixels apart. The last drawings are kept, for a published database
    does not change. Raises sqlite3.OperationalError (interrupted) beyond the time limit.
    """
    key = (db.path, table.name, selection.narrowing(), width, height, closest, apart)
    if ready := _kept.get(key):
        return ready

    def read(connection: sqlite3.Connection) -> DrawnMap:
        where = conditions(connection, selection, table)
        size = extent(connection, table, where)
        view = View.of(size.bounds or BALTIC, width, height, closest)
        spots = _spots(connection, table, where, view) if size.located else []
        return DrawnMap(selection, table, size, drawing(spots, view, BASEMAP, apart=apart))

    return _kept.put(key, await in_time(db, read))


def _spots(
    connection: sqlite3.Connection, table: Table, where: Conditions, view: View
) -> list[Spot]:
    exact = ", ".join(f"'{precision}'" for precision in EXACT)
    rows = connection.execute(
        f"""
        select avg(latitude), avg(longitude), count(*), coalesce(precision in ({exact}), 0)
        from "{table.name}"
        where {where.sql} and latitude is not null and longitude is not null
        group by cast(latitude * :cells_down as int), cast(longitude * :cells_across as int), 4
        """,  # noqa: S608 - names come from the catalogue
        # At the latitudes of the Baltic a degree northwards is about twice one eastwards.
        where.params
        | {
            "cells_across": view.pixels_per_degree / _CELL,
            "cells_down": 2 * view.pixels_per_degree / _CELL,
        },
    )
    return [
        Spot(latitude, longitude, count, bool(is_exact))
        for latitude, longitude, count, is_exact in rows
    ]
