"""A map drawn by the server: outlines, and circles for places, in the projection of web maps.

It stands in for the live map without JavaScript and in print, and is what link previews show.
Places nearer to each other than a few pixels share a circle, so that a drawing stays small however
many places there are.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from build.mercator import WORLD, x_of, y_of
from portal.area import Box

#: How a map begins, and what it shows when it has no place to show. A map of 1,216 × 640 pixels
#: shows it at zoom 5.
BALTIC = Box(5.0, 52.0, 32.0, 66.0)
#: The zoom from which on the basemap's detail is wanted.
_DETAILED_FROM = 5.8
#: Radius of one record's circle, of the smallest, of the smallest whose dashes can be seen, and of
#: the largest, in pixels.
_ONE, _SMALLEST, _SMALLEST_DASHED, _LARGEST = 7.0, 2.5, 4.5, 26.0
#: How far outlines go on beyond the drawing, since a page may show it wider.
_BEYOND = 350
#: Pixels between the outermost places and the edge: room for a circle and the line of sources.
_PADDING = 52


@dataclass(frozen=True, slots=True)
class Spot:
    """Records at one place, or so near that no drawing tells them apart."""

    latitude: float
    longitude: float
    count: int
    #: Whether one may point at the place; otherwise it stands for an area.
    exact: bool


@dataclass(frozen=True)
class Circle:
    """One mark: its centre and radius in pixels, and what it stands for."""

    x: float
    y: float
    radius: float
    spot: Spot


class Town(NamedTuple):
    """A town, where it lies and where its name stands, in pixels."""

    name: str
    x: float
    y: float
    #: Where its name begins, or ends if it stands to the left.
    at: float
    to_the_left: bool
    #: Whether it needs a dot: none where a circle marks it.
    dotted: bool


@dataclass(frozen=True)
class Drawing:
    """A map of `width` by `height` pixels.

    Land, lakes and borders are SVG paths; those of lakes are filled by the even-odd rule, for there
    are islands in them.
    """

    width: int
    height: int
    land: str
    lakes: str
    borders: str
    towns: list[Town]
    circles: list[Circle]


@dataclass(frozen=True)
class View:
    """Which part of the world a drawing shows: pixels of the whole world, and the upper left."""

    world: float
    left: float
    top: float
    width: int
    height: int

    @classmethod
    def of(cls, box: Box, width: int, height: int, closest: float = 9) -> View:
        """The view that shows all of `box`, no nearer than zoom `closest`."""
        across = _x(box.east) - _x(box.west)
        down = _y(box.south) - _y(box.north)
        world = 256 * 2.0**closest
        if across:
            world = min(world, (width - 2 * _PADDING) / across)
        if down:
            world = min(world, (height - 2 * _PADDING) / down)
        left = (_x(box.east) + _x(box.west)) / 2 * world - width / 2
        top = (_y(box.south) + _y(box.north)) / 2 * world - height / 2
        return cls(world, left, top, width, height)

    @property
    def zoom(self) -> float:
        return math.log2(self.world / 256)

    @property
    def pixels_per_degree(self) -> float:
        """Of longitude."""
        return self.world / 360

    def pixel(self, latitude: float, longitude: float) -> tuple[float, float]:
        return _x(longitude) * self.world - self.left, _y(latitude) * self.world - self.top


def drawing(spots: Iterable[Spot], view: View, basemap: Path, *, apart: float = 22) -> Drawing:
    """Draw `spots` on the basemap in the folder `basemap`; circles are `apart` pixels apart."""
    base = _basemap(basemap, detailed=view.zoom >= _DETAILED_FROM)
    circles = _circles(spots, view, apart)
    return Drawing(
        view.width,
        view.height,
        land="".join(_path(line, view, closed=True) for line in base.land),
        lakes="".join(
            _path(line, view, closed=True) for line in base.lakes if _is_seen(line, view)
        ),
        borders="".join(_path(line, view, closed=False) for line in base.borders),
        towns=list(_towns(base, view, circles)),
        circles=circles,
    )


def _circles(spots: Iterable[Spot], view: View, apart: float) -> list[Circle]:
    """The largest first, so that small ones end on top; approximate ones below exact ones."""
    merged = [
        *_merged((spot for spot in spots if not spot.exact), view, apart),
        *_merged((spot for spot in spots if spot.exact), view, apart),
    ]
    most = max((spot.count for _, _, spot in merged), default=1)
    unit = min(_ONE, _LARGEST / math.sqrt(most))

    def radius(spot: Spot) -> float:
        smallest = _SMALLEST if spot.exact else _SMALLEST_DASHED
        return round(max(smallest, unit * math.sqrt(spot.count)), 1)

    circles = [Circle(round(x, 1), round(y, 1), radius(spot), spot) for x, y, spot in merged]
    return sorted(circles, key=lambda circle: (circle.spot.exact, -circle.spot.count))


def _merged(spots: Iterable[Spot], view: View, apart: float) -> list[tuple[float, float, Spot]]:
    """Spots less than `apart` pixels from a larger one join it, and are drawn where that one is."""
    grid: dict[tuple[int, int], list[list[Any]]] = {}
    kept: list[list[Any]] = []
    for spot in sorted(spots, key=lambda spot: (-spot.count, spot.latitude, spot.longitude)):
        x, y = view.pixel(spot.latitude, spot.longitude)
        column, row = int(x // apart), int(y // apart)
        neighbours = (
            other
            for i in (column - 1, column, column + 1)
            for j in (row - 1, row, row + 1)
            for other in grid.get((i, j), ())
        )
        nearest = min(
            neighbours, key=lambda other: (other[0] - x) ** 2 + (other[1] - y) ** 2, default=None
        )
        if nearest and (nearest[0] - x) ** 2 + (nearest[1] - y) ** 2 < apart**2:
            nearest[2] = replace(nearest[2], count=nearest[2].count + spot.count)
            continue
        kept.append([x, y, spot])
        grid.setdefault((column, row), []).append(kept[-1])
    return [(x, y, spot) for x, y, spot in kept]


class _Line(NamedTuple):
    """An outline as shares of the world, with its bounds: west, north, east, south."""

    points: list[tuple[float, float]]
    bounds: tuple[float, float, float, float]


class _Basemap(NamedTuple):
    land: list[_Line]
    lakes: list[_Line]
    borders: list[_Line]
    #: Name, place as shares of the world, first zoom; whether the name would rather stand left.
    towns: list[tuple[str, float, float, int, bool]]


@lru_cache(maxsize=4)
def _basemap(folder: Path, *, detailed: bool) -> _Basemap:
    """One level of the basemap; build/assets/basemap.py tells the format."""
    names = ("detail", "lakes-detail") if detailed else ("overview", "lakes")
    base, water = (
        json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in names
    )
    scale, left = base["scale"], set(base["left"])
    return _Basemap(
        [_line(deltas, scale) for deltas in base["land"]],
        [_line(deltas, water["scale"]) for deltas in water["lakes"]],
        [_line(deltas, scale) for deltas in base["borders"]],
        [
            (name, _x(x / scale), _y(y / scale), zoom, i in left)
            for i, (name, x, y, zoom) in enumerate(base["towns"])
        ],
    )


def _is_seen(lake: _Line, view: View) -> bool:
    """A speck of a lake tells nothing, and a thousand of them only make the land look ill."""
    west, north, east, south = lake.bounds
    return (east - west + south - north) * view.world > 9


def _line(deltas: list[int], scale: int) -> _Line:
    longitude = latitude = 0
    points = []
    for i in range(0, len(deltas), 2):
        longitude, latitude = longitude + deltas[i], latitude + deltas[i + 1]
        points.append((_x(longitude / scale), _y(latitude / scale)))
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return _Line(points, (min(xs), min(ys), max(xs), max(ys)))


def _path(line: _Line, view: View, *, closed: bool) -> str:
    """One outline in whole pixels; empty when it is out of sight or smaller than a pixel or two."""
    left, right = view.left - _BEYOND, view.left + view.width + _BEYOND
    top, bottom = view.top - _BEYOND, view.top + view.height + _BEYOND
    west, north, east, south = (edge * view.world for edge in line.bounds)
    if east < left or west > right or south < top or north > bottom:
        return ""
    points: list[tuple[int, int]] = []
    for x, y in line.points:
        x = min(max(x * view.world, left), right) - view.left
        y = min(max(y * view.world, top), bottom) - view.top
        if not points or abs(x - points[-1][0]) + abs(y - points[-1][1]) >= 1.5:
            points.append((round(x), round(y)))
    if len(points) < (4 if closed else 2):
        return ""
    steps = [f"{x - a} {y - b}" for (a, b), (x, y) in pairwise(points)]
    path = f"M{points[0][0]} {points[0][1]}l" + " ".join(steps).replace(" -", "-")
    return path + ("z" if closed else "")


#: The room a town's name needs: before it, for each letter, up and down; in pixels.
_LABEL = (6, 8, 13)
#: Where pictures name their sources and no town is named; in pixels.
_FOOT = 36


def _towns(base: _Basemap, view: View, circles: list[Circle]) -> Iterable[Town]:
    """Towns wholly in sight whose names lie over no other and no circle, the larger ones first."""
    taken: list[tuple[float, float, float, float]] = [
        (c.x - c.radius, c.x + c.radius, c.y - c.radius, c.y + c.radius) for c in circles
    ]
    before, letter, beside = _LABEL
    for name, x, y, zoom, rather_left in base.towns:
        x, y = x * view.world - view.left, y * view.world - view.top
        if zoom > view.zoom or not (0 < x < view.width and beside < y < view.height - _FOOT):
            continue
        covering = [c for c in circles if math.hypot(c.x - x, c.y - y) < c.radius + 3]
        east = max((c.x + c.radius for c in covering), default=x) + before
        west = min((c.x - c.radius for c in covering), default=x) - before
        long = letter * len(name)
        sides = [(east, east + long, east), (west - long, west, west)]
        for start, stop, anchor in reversed(sides) if rather_left else sides:
            free = all(
                stop < left or start > right or y + beside / 2 < top or y - beside / 2 > bottom
                for left, right, top, bottom in taken
            )
            if free and start > 0 and stop < view.width:
                taken.append((start, stop, y - beside, y + beside))
                at = round(anchor, 1)
                yield Town(name, round(x, 1), round(y, 1), at, anchor == west, not covering)
                break


def _x(longitude: float) -> float:
    """As a share of the world's width."""
    return x_of(longitude) / WORLD


def _y(latitude: float) -> float:
    """As a share of the world's height."""
    return y_of(latitude) / WORLD
