"""The home page's map drawn by the server, for readers without JavaScript and for print."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from portal.home import Overview, Place


@dataclass(frozen=True)
class Drawing:
    """An SVG map: outlines, and a circle for each place."""

    width: float
    height: float
    land: str
    circles: list[tuple[float, float, float, Place]]


@lru_cache(maxsize=4)
def drawing(shown: Overview, basemap: Path) -> Drawing:
    """Draw the places on the overview basemap, in Mercator's projection as the live map is."""
    west, south, east, north = shown.box
    left, right = _x(west) - 14, _x(east) + 14
    top, bottom = _y(north) - 14, _y(south) + 14
    data = json.loads(basemap.read_text(encoding="utf-8"))
    paths = [_path(ring, data["scale"], left, top, right, bottom) for ring in data["land"]]
    circles = [
        (
            round(_x(place.longitude) - left, 1),
            round(_y(place.latitude) - top, 1),
            round(2 + 1.2 * math.sqrt(min(place.count, 100)), 1),
            place,
        )
        for place in sorted(shown.places, key=lambda place: -place.count)
    ]
    return Drawing(round(right - left), round(bottom - top), "".join(paths), circles)


#: Pixels of the whole world at zoom 4, which shows the Baltic about 600 pixels wide.
_WORLD = 256 * 2**4
#: How far outlines go on beyond the places, since a page may be wider than the drawing.
_BEYOND = 350


def _x(longitude: float) -> float:
    return (longitude + 180) / 360 * _WORLD


def _y(latitude: float) -> float:
    return (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * _WORLD


def _path(
    deltas: list[int], scale: int, left: float, top: float, right: float, bottom: float
) -> str:
    """One outline in whole pixels; empty when it is out of sight or smaller than a pixel or two."""
    longitude = latitude = 0
    points: list[tuple[int, int]] = []
    for i in range(0, len(deltas), 2):
        longitude, latitude = longitude + deltas[i], latitude + deltas[i + 1]
        x = min(max(_x(longitude / scale), left - _BEYOND), right + _BEYOND) - left
        y = min(max(_y(latitude / scale), top - _BEYOND), bottom + _BEYOND) - top
        if not points or abs(x - points[-1][0]) + abs(y - points[-1][1]) >= 1.5:
            points.append((round(x), round(y)))
    if len(points) < 4:
        return ""
    steps = [f"{x - a} {y - b}" for (a, b), (x, y) in pairwise(points)]
    return f"M{points[0][0]} {points[0][1]}l" + " ".join(steps).replace(" -", "-") + "z"
