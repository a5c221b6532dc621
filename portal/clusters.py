"""What the map shows of a selection: clusters made here, so that a view is small however many
records there are.

SQL counts the records in squares (`portal.counting`), which are merged to markers
(`portal.markers`); here they are put into degrees and words.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import astuple, dataclass, field
from sys import getsizeof
from typing import Any

from datasette.database import Database

from build.mercator import WORLD, latitude_of, longitude_of
from build.squares import TILE
from portal.area import Box
from portal.catalogue import Table
from portal.conditions import Conditions, conditions
from portal.counting import Window, counted
from portal.kept import Kept
from portal.listing import Extent, extent
from portal.markers import Marker, markers
from portal.query import Selection
from portal.reading import in_time

#: Pixels between the middles of markers, a little more than the largest is wide.
SPACING = 46
#: A metre, as records have it.
_DECIMALS = 5

#: The answers given last, in bytes: readers look at the same views, and panning back asks again.
_kept: Kept[str] = Kept(8_000_000, getsizeof)
_extents: Kept[Extent] = Kept(300)


@dataclass(frozen=True)
class MapView:
    """What is sent for one view of a selection."""

    extent: Extent
    #: The part of the world it is about, which holds the viewport asked for.
    box: Box
    zoom: float
    #: Codes of the groups, by their number.
    codes: dict[int, str]
    markers: list[Marker]
    #: Rowid → key, name and place of the markers' samples.
    words: dict[int, tuple[str, str | None, str | None]] = field(repr=False)

    @property
    def groups(self) -> Counter[int]:
        """Records of each group in view; 0 stands for those of none."""
        groups: Counter[int] = Counter()
        for marker in self.markers:
            groups.update(marker.groups)
        return groups

    def to_json(self) -> str:
        """Compact, for there may be hundreds; `_record` and `_cluster` say what is what."""
        groups = sorted(self.groups.items(), key=lambda pair: (-pair[1], pair[0]))
        number = {group: place for place, (group, _) in enumerate(groups)}
        answer = {
            "total": self.extent.total,
            "located": self.extent.located,
            "bounds": self.extent.bounds and astuple(self.extent.bounds),
            "view": _degrees(self.box),
            "zoom": self.zoom,
            "groups": [[self.codes.get(group), records] for group, records in groups],
            "records": [self._record(one, number) for one in self.markers if one.records == 1],
            "clusters": [self._cluster(one, number) for one in self.markers if one.records > 1],
        }
        return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))

    def _record(self, marker: Marker, number: dict[int, int]) -> list[Any]:
        """Latitude, longitude, 1 if approximate, place in `groups`, key, name, town."""
        key, name, place = self.words[marker.samples[0]]
        return [*_point(marker), marker.approximate, number[marker.group], key, name, place]

    def _cluster(self, marker: Marker, number: dict[int, int]) -> list[Any]:
        """Latitude, longitude, 1 if all are approximate, place in `groups` of the group with the
        most records, all records, those of that group; west, south, east, north of all, which are
        one point if all share one spot; and a town.
        """
        box = Box(
            longitude_of(marker.west + 0.5),
            latitude_of(marker.south + 0.5),
            longitude_of(marker.east + 0.5),
            latitude_of(marker.north + 0.5),
        )
        return [
            *_point(marker),
            int(marker.approximate == marker.records),
            number[marker.group],
            marker.records,
            marker.groups[marker.group],
            *_degrees(box),
            self._place(marker),
        ]

    def _place(self, marker: Marker) -> str | None:
        """The town in its middle: that of most samples."""
        places = [self.words[sample][2] for sample in marker.samples]
        return Counter(filter(None, places)).most_common(1)[0][0] if any(places) else None


def _point(marker: Marker) -> list[float]:
    latitude, longitude = latitude_of(marker.y + 0.5), longitude_of(marker.x + 0.5)
    return [round(latitude, _DECIMALS), round(longitude, _DECIMALS)]


def _degrees(box: Box) -> list[float]:
    return [round(edge, _DECIMALS) for edge in (box.west, box.south, box.east, box.north)]


async def map_view(
    db: Database, selection: Selection, table: Table, viewport: Box, zoom: float
) -> str:
    """`clusters` of a selection as JSON. The last answers are kept, for a version never changes.

    Raises sqlite3.OperationalError (interrupted) beyond the time limit.
    """
    chosen = (db.path, table.name, selection.narrowing())
    key = (*chosen, Window.around(viewport, zoom), zoom)
    if ready := _kept.get(key):
        return ready

    known = _extents.get(chosen)

    def read(connection: sqlite3.Connection) -> MapView:
        where = conditions(connection, selection, table)
        size = known or extent(connection, table, where)
        return clusters(connection, where, table, viewport, zoom, size)

    view = await in_time(db, read)
    _extents.put(chosen, view.extent)
    return _kept.put(key, view.to_json())


def clusters(
    connection: sqlite3.Connection,
    where: Conditions,
    table: Table,
    viewport: Box,
    zoom: float,
    size: Extent,
) -> MapView:
    """The markers of a selection of `table` in `viewport`, and whatever else its tiles hold.

    `zoom` is Leaflet's, halves included. `size` is the selection's.
    """
    window = Window.around(viewport, zoom)
    zoom = min(zoom, window.zoom)
    counts = counted(connection, where, table, window)
    merged = markers(counts, SPACING * WORLD / (TILE * 2**zoom))
    codes = connection.execute(f'select number, code from "{table.name}_map_groups"')  # noqa: S608
    return MapView(
        size,
        window.box,
        zoom,
        dict(codes),
        merged,
        _words(connection, table, [sample for marker in merged for sample in marker.samples]),
    )


def _words(
    connection: sqlite3.Connection, table: Table, rowids: list[int]
) -> dict[int, tuple[str, str | None, str | None]]:
    columns = [
        f'"{name}"' if name else "null"
        for name in (table.key, table.label_column, "city" if "city" in table.columns else None)
    ]
    rows = connection.execute(
        f'select rowid, {", ".join(columns)} from "{table.name}" '  # noqa: S608
        f"where rowid in ({', '.join('?' * len(rowids))})",
        rowids,
    )
    return {rowid: (key, name, place) for rowid, key, name, place in rows}
