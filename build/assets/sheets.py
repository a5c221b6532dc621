"""Cut the basemap's detail into sheets, of which a browser loads those in sight.

The sheets are the tiles of zoom 6, so that at whole zooms a tile is on one sheet. What is drawn on
a sheet ends outside of it, and a browser shows none of what is outside: to join without a seam,
neighbours need the same points near their common edge, and the same curves, which browsers draw
from each point of a line and the two beside it.

The lines of a sheet are text, which takes a sixth less than numbers when both are compressed. Its
letters are those of ASCII from `#` to `~` but the backslash, worth 0 to 90. One below 70 ends a
number; those before it are digits to the base of 21, the highest first, with 70 added. Of numbers
below zero one less than twice their size is written, of others twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import accumulate, chain, pairwise
from typing import Any, NamedTuple

import shapely
from shapely.geometry import Polygon

#: The zoom whose tiles the sheets are, and from which on they are drawn.
ZOOM = 6
#: From this zoom on more towns are named than a sheet of land holds; the others have their own.
CROWDED_FROM = 8
#: Degrees beyond its edges in which a sheet is exact: four pixels northwards at zoom 6…
EXACT = 0.05
#: …and beyond that, where it is bounded.
BOUNDED = 0.1
#: The room a town's name takes: beside the town, for each letter, and up and down; in pixels.
LABEL = (14, 9, 12)

LETTERS = [chr(code) for code in range(ord("#"), ord("~") + 1) if chr(code) != "\\"]
#: So many letters end a number.
LAST = 70

Point = tuple[int, int]
#: West, south, east, north.
Bounds = tuple[float, float, float, float]


class Sheet(NamedTuple):
    """A tile of zoom 6, named by its place: columns count eastwards, rows southwards."""

    column: int
    row: int

    @property
    def name(self) -> str:
        return f"{self.column}-{self.row}"

    def bounds(self, scale: int, beyond: float = 0) -> Bounds:
        """Its edges in units, `scale` to a degree; with `beyond` degrees more on each side."""
        west, east = (x * 360 / 2**ZOOM - 180 for x in (self.column, self.column + 1))
        south, north = latitude_of(self.row + 1), latitude_of(self.row)
        return (
            math.floor((west - beyond) * scale),
            math.floor((south - beyond) * scale),
            math.ceil((east + beyond) * scale),
            math.ceil((north + beyond) * scale),
        )


def sheets(region: Bounds) -> list[Sheet]:
    """The sheets of a region in degrees, row by row."""
    west, south, east, north = region
    (left, top), (right, bottom) = place(west, north), place(east, south)
    columns, rows = range(int(left), int(right) + 1), range(int(top), int(bottom) + 1)
    return [Sheet(column, row) for row in rows for column in columns]


def place(longitude: float, latitude: float) -> tuple[float, float]:
    """Column and row, with fractions, of a place."""
    y = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
    return (longitude + 180) / 360 * 2**ZOOM, y * 2**ZOOM


def latitude_of(row: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / 2**ZOOM))))


def land_sheet(detail: dict[str, Any], sheet: Sheet) -> dict[str, Any]:
    """The part of detail.json on a sheet, with the towns named before zoom 8."""
    scale = detail["scale"]
    exact, rim = sheet.bounds(scale, EXACT), sheet.bounds(scale, BOUNDED)
    rings = (bounded(ring, exact, rim) for ring in map(points, detail["land"]))
    lines = chain.from_iterable(pieces(line, exact) for line in map(points, detail["borders"]))
    return {
        "source": detail["source"],
        "scale": scale,
        "land": [written(ring) for ring in rings if ring],
        "borders": [written(line) for line in lines],
        **named(detail, sheet, range(CROWDED_FROM)),
    }


def towns_sheet(detail: dict[str, Any], sheet: Sheet) -> dict[str, Any]:
    """The other towns on a sheet."""
    return {
        "source": "GeoNames (CC BY 4.0)",
        "scale": detail["scale"],
        **named(detail, sheet, range(CROWDED_FROM, 99)),
    }


def lakes_sheet(lakes: dict[str, Any], sheet: Sheet) -> dict[str, Any]:
    """The lakes of lakes-detail.json that are on a sheet, each as a whole.

    Lakes are small, and browsers leave out the smallest, which must not depend on the sheet.
    """
    seen = shapely.box(*sheet.bounds(lakes["scale"], EXACT))
    rings = [ring for ring in map(points, lakes["lakes"]) if seen.intersects(Polygon(ring))]
    return {**lakes, "lakes": [written(ring) for ring in rings]}


def named(detail: dict[str, Any], sheet: Sheet, zooms: range) -> dict[str, Any]:
    """The towns first named at one of `zooms` that are on a sheet or whose names reach into it."""
    left, capitals = set(detail["left"]), set(detail["capitals"])
    found = [
        i
        for i, (name, x, y, zoom) in enumerate(detail["towns"])
        if zoom in zooms
        and reaches(name, x / detail["scale"], y / detail["scale"], zoom, i in left, sheet)
    ]
    return {
        "towns": [detail["towns"][i] for i in found],
        "capitals": [at for at, i in enumerate(found) if i in capitals],
        "left": [at for at, i in enumerate(found) if i in left],
    }


def reaches(
    name: str, longitude: float, latitude: float, zoom: int, left: bool, sheet: Sheet
) -> bool:
    """Whether a town or its name is on a sheet at the zoom at which the name takes most room."""
    x, y = place(longitude, latitude)
    pixel = 1 / (256 * 2 ** max(0, zoom - ZOOM))
    beside, letter, up = (size * pixel for size in LABEL)
    far = beside + letter * len(name)
    west, east = (far, beside) if left else (beside, far)
    room = (x - west, y - up, x + east, y + up)
    return meet(room, (sheet.column, sheet.row, sheet.column + 1, sheet.row + 1))


def points(line: list[int]) -> list[Point]:
    return list(zip(accumulate(line[::2]), accumulate(line[1::2]), strict=True))


def written(line: list[Point]) -> str:
    """A line as text: each point relative to the one before; repeated points are dropped."""
    text = ""
    last = (0, 0)
    for point in line:
        if point != last or not text:
            text += word(point[0] - last[0]) + word(point[1] - last[1])
            last = point
    return text


def word(number: int) -> str:
    rest, value = divmod(2 * number if number >= 0 else -2 * number - 1, LAST)
    text = LETTERS[value]
    while rest:
        rest, value = divmod(rest, len(LETTERS) - LAST)
        text = LETTERS[LAST + value] + text
    return text


def kept(line: list[Point], exact: Bounds) -> list[bool]:
    """For each point, whether a curve that is in `exact` depends on it.

    The curve at a point is within the triangle of the point and the two beside it.
    """
    found = [False] * len(line)
    if not meet(extent(line), exact):
        return found
    last = len(line) - 1
    for i in range(len(line)):
        triangle = range(max(0, i - 1), min(last, i + 1) + 1)
        if meet(extent([line[k] for k in triangle]), exact):
            for k in triangle:
                found[k] = True
    return found


def pieces(line: list[Point], exact: Bounds) -> Iterator[list[Point]]:
    """The pieces of a line that are in `exact`."""
    piece: list[Point] = []
    for point, is_kept in zip(line, kept(line, exact), strict=True):
        if is_kept:
            piece.append(point)
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def bounded(ring: list[Point], exact: Bounds, rim: Bounds) -> list[Point]:
    """A ring that is the same in `exact`, and outside runs along `rim`; empty if it is outside.

    The first point is the last, too.
    """
    is_kept = kept(ring, exact)
    path = Path(rim)
    for i, point in enumerate(ring):
        path.add(point, is_kept[i])
        if i + 1 < len(ring) and not (is_kept[i] and is_kept[i + 1]):
            for crossing in crossings(point, ring[i + 1], rim):
                path.add(crossing, False)
    return path.with_sharp_corners(exact) if any(is_kept) or path.encloses(exact) else []


def crossings(a: Point, b: Point, rim: Bounds) -> list[Point]:
    """Where the way from a to b crosses the four lines along the rim's edges, in that order."""
    shares = []
    for axis in (0, 1):
        for edge in (rim[axis], rim[axis + 2]):
            if (a[axis] - edge) * (b[axis] - edge) < 0:
                shares.append((edge - a[axis]) / (b[axis] - a[axis]))
    return [
        (round(a[0] + share * (b[0] - a[0])), round(a[1] + share * (b[1] - a[1])))
        for share in sorted(shares)
    ]


class Path:
    """A ring in the making: points that are kept, and others, which are moved to the rim."""

    def __init__(self, rim: Bounds) -> None:
        self._rim = rim
        self._points: list[Point] = []
        self._kept: list[bool] = []

    def add(self, point: Point, is_kept: bool) -> None:
        if not is_kept:
            point = self._moved(point)
            while self._returns(point):
                self._points.pop()
                self._kept.pop()
        if not self._points or self._points[-1] != point:
            self._points.append(point)
            self._kept.append(is_kept)

    def _moved(self, point: Point) -> Point:
        """The point of the rim, or within it, that is nearest: no way outside crosses it then."""
        west, south, east, north = self._rim
        return int(min(max(point[0], west), east)), int(min(max(point[1], south), north))

    def _returns(self, point: Point) -> bool:
        """Whether the last two points and this one are on one edge of the rim."""
        if len(self._points) < 2 or any(self._kept[-2:]):
            return False
        trio = (*self._points[-2:], point)
        return any(
            all(each[axis] == self._rim[edge] for each in trio)
            for edge, axis in enumerate((0, 1, 0, 1))
        )

    def encloses(self, exact: Bounds) -> bool:
        """Whether a ring none of whose points are kept goes round all of the sheet."""
        ways = pairwise([*self._points, self._points[0]])
        area = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in ways)) / 2
        return area >= (exact[2] - exact[0]) * (exact[3] - exact[1])

    def with_sharp_corners(self, exact: Bounds) -> list[Point]:
        """The ring; where the curve round a point of the rim would cut into `exact`, the points
        beside it are near."""
        near = 0.6 * (exact[0] - self._rim[0])
        ring: list[Point] = []
        for i, (point, is_kept) in enumerate(zip(self._points, self._kept, strict=True)):
            before = self._points[i - 1]
            after = self._points[(i + 1) % len(self._points)]
            if is_kept or not meet(extent([before, point, after]), exact):
                ring.append(point)
            else:
                ring += [towards(before, point, near), point, towards(after, point, near)]
        return ring


def towards(other: Point, point: Point, near: float) -> Point:
    """The place on the way from a point to another that is `near` units away, or the other."""
    share = min(1.0, near / max(1.0, math.dist(point, other)))
    return (
        round(point[0] + share * (other[0] - point[0])),
        round(point[1] + share * (other[1] - point[1])),
    )


def extent(line: list[Point]) -> Bounds:
    xs, ys = [x for x, _ in line], [y for _, y in line]
    return min(xs), min(ys), max(xs), max(ys)


def meet(a: Bounds, b: Bounds) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]
