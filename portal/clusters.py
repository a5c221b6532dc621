"""What the map shows of a selection: clusters made here, so that a view is small however many
records there are.

Records are counted in squares (`build.place_index`): by the build for the whole table, by SQL for a
selection. Squares are then merged, greatest first: each takes all within `SPACING` pixels and stays
where it is, so that markers lie on towns and do not overlap. Every record is in exactly one marker.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from datasette.database import Database
from datasette.utils import sqlite_timelimit

from build.mercator import WORLD, latitude_of, longitude_of, x_of, y_of
from build.place_index import ZOOMS, shift
from portal.area import Box
from portal.catalogue import Table
from portal.conditions import Conditions, conditions
from portal.kept import Kept
from portal.listing import Extent, extent
from portal.query import Selection

#: Pixels between the middles of markers, a little more than the largest is wide.
SPACING = 46
#: Markers of one view; they stand further apart where there would be more. 600 are about 25 kB.
MOST_MARKERS = 600
#: Pixels of the widest screen; what is wider gets the clusters of a farther zoom.
_WIDEST = 4096
#: Zoom of the finest squares; an operator's street map goes so near.
_NEAREST = 19
#: With so few records in view it is quicker to look at each than to list the whole selection.
_FEW = 20_000
#: Records by which a marker's town is told.
_SAMPLES = 8
_TILE = 256
#: A view may take this long, in ms; of 500,000 records it takes a tenth of it.
TIME_LIMIT_MS = 5_000
#: A metre, as records have it.
_DECIMALS = 5
#: Positions by which the edge of a tile, given in degrees with so many decimals, may be missed.
_UNSURE = 64

EVERYTHING = Conditions()

#: The answers given last: readers look at the same views, and panning back asks again.
_kept: Kept[str] = Kept(300)
_extents: Kept[Extent] = Kept(300)


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
        while detail > ZOOMS[0] and widest * _TILE * 2**detail > _WIDEST * WORLD:
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


@dataclass
class Marker:
    """Some records that are drawn as one. Positions are those of `build.mercator`."""

    x: float
    y: float
    records: int
    approximate: int
    west: int
    north: int
    east: int
    south: int
    #: Rowids of some records in its middle, of the groups with the most of them first.
    samples: list[int]
    #: Number of a group → its records.
    groups: Counter[int]

    def add(self, other: Marker) -> None:
        """Take in the records of `other`, and stay where it is."""
        self.records += other.records
        self.approximate += other.approximate
        self.west, self.east = min(self.west, other.west), max(self.east, other.east)
        self.north, self.south = min(self.north, other.north), max(self.south, other.south)
        self.groups.update(other.groups)

    @property
    def group(self) -> int:
        """The group with the most records."""
        return min(self.groups, key=lambda number: (-self.groups[number], number))


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
            "bounds": self.extent.bounds,
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

    def read(connection: sqlite3.Connection) -> MapView:
        with sqlite_timelimit(connection, TIME_LIMIT_MS):
            where = conditions(connection, selection, table)
            size = _extents.get(chosen) or extent(connection, table, where)
            return clusters(connection, where, table, viewport, zoom, size)

    view = await db.execute_fn(read)
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
    squares = _squares(_counted(connection, where, table, window))
    markers = _merged(squares, SPACING * WORLD / (_TILE * 2**zoom))
    codes = connection.execute(f'select number, code from "{table.name}_map_groups"')  # noqa: S608
    return MapView(
        size,
        window.box,
        zoom,
        dict(codes),
        markers,
        _words(connection, table, [sample for marker in markers for sample in marker.samples]),
    )


def _selected(table: Table, where: Conditions) -> str:
    """A query of its own, for the columns in a condition are not qualified."""
    return f'select rowid as selected from "{table.name}" where {where.sql}'  # noqa: S608


def _counted(
    connection: sqlite3.Connection, where: Conditions, table: Table, window: Window
) -> Iterable[tuple[int, ...]]:
    """Rows as in `<table>_map_cells`, without the zoom."""
    cells = window.zoom in ZOOMS
    if cells and where == EVERYTHING:
        return connection.execute(
            f"""
            select row, "column", "group", records, approximate, sum_x, sum_y, west, north, east,
                   south, first
            from "{table.name}_map_cells" where {_IN_WINDOW}
            """,  # noqa: S608
            window._asdict(),
        )
    near = not cells or _records_in(connection, table, window) < _FEW
    source = _looked_at if near else _listed
    bits = shift(window.zoom)
    box = window.box
    degrees = {"map_w": box.west, "map_s": box.south, "map_e": box.east, "map_n": box.north}
    return connection.execute(
        f"""
        select y >> {bits}, x >> {bits}, "group", count(*), sum(approximate), sum(x), sum(y),
               min(x), min(y), max(x), max(y), min(place.id)
        from {source(table, where)}
        and x between :map_west and :map_east and y between :map_north and :map_south
        group by 1, 2, 3
        """,  # noqa: S608
        where.params | window.positions | degrees,
    )


_IN_WINDOW = 'zoom = :zoom and row between :north and :south and "column" between :west and :east'


def _records_in(connection: sqlite3.Connection, table: Table, window: Window) -> int:
    """How many records of the whole table are in view."""
    (records,) = connection.execute(
        f'select total(records) from "{table.name}_map_cells" where {_IN_WINDOW}',  # noqa: S608
        window._asdict(),
    ).fetchone()
    return int(records)


def _listed(table: Table, where: Conditions) -> str:
    """The whole selection, and where each of its records lies."""
    return f"""
        ({_selected(table, where)}) cross join "{table.name}_map" as place
        on place.id = selected where 1
    """


def _looked_at(table: Table, where: Conditions) -> str:
    """Each record in view that is of the selection."""
    selected = f"{_selected(table, where)} and rowid = place.id"
    condition = "1" if where == EVERYTHING else f"exists ({selected})"
    return f"""
        "{table.name}_rtree" as area cross join "{table.name}_map" as place on place.id = area.id
        where area.east >= :map_w and area.west <= :map_e
        and area.north >= :map_s and area.south <= :map_n and {condition}
    """


def _squares(rows: Iterable[tuple[int, ...]]) -> list[Marker]:
    """The groups of each square together, as a marker in the middle of its records."""
    squares: dict[tuple[int, int], list[tuple[int, ...]]] = defaultdict(list)
    for row, column, *counted in rows:
        squares[row, column].append(tuple(counted))
    return [_square(groups) for groups in squares.values()]


def _square(counted: list[tuple[int, ...]]) -> Marker:
    counted.sort(key=lambda one: (-one[1], one[0]))
    groups, records, approximate, x, y, west, north, east, south, first = zip(*counted, strict=True)
    total = sum(records)
    return Marker(
        sum(x) / total,
        sum(y) / total,
        total,
        sum(approximate),
        min(west),
        min(north),
        max(east),
        max(south),
        list(first[:_SAMPLES]),
        Counter(dict(zip(groups, records, strict=True))),
    )


def _merged(squares: list[Marker], spacing: float) -> list[Marker]:
    """Markers at least `spacing` positions apart, and more where there would be too many."""
    squares.sort(key=lambda square: (-square.records, square.y, square.x))
    while sum(1 for _ in _leaders(squares, spacing)) > MOST_MARKERS:
        spacing *= 1.25
    markers = []
    for leader, others in _leaders(squares, spacing):
        for other in others:
            leader.add(other)
        markers.append(leader)
    return markers


def _leaders(squares: list[Marker], spacing: float) -> Iterator[tuple[Marker, list[Marker]]]:
    """Each square that becomes a marker, and those it takes in."""
    buckets: dict[tuple[int, int], list[Marker]] = defaultdict(list)
    for square in squares:
        buckets[int(square.x // spacing), int(square.y // spacing)].append(square)
    taken: set[int] = set()
    for leader in squares:
        if id(leader) in taken:
            continue
        column, row = int(leader.x // spacing), int(leader.y // spacing)
        around = [
            other
            for aside in (-1, 0, 1)
            for down in (-1, 0, 1)
            for other in buckets.get((column + aside, row + down), ())
            if id(other) not in taken
            and math.hypot(other.x - leader.x, other.y - leader.y) < spacing
        ]
        taken.update(map(id, around))
        yield leader, [other for other in around if other is not leader]


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
