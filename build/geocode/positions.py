"""Positions: distances, middles, the nearest of many, and which of a source to believe."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection
from statistics import median

from build.geocode.sources import Postal, Town

KM_PER_DEGREE = 111.195

#: Countries whose postal rows often bear the position of a namesake.
UNRELIABLE = frozenset({"BY", "LT", "LV", "RU"})

#: A postal row there further than this from its district's middle, in km and in multiples of the
#: district's usual extent, is taken for an error of the source and left out.
OUTLIER_KM, OUTLIER_TIMES = 40.0, 3.0

#: Rows outside the box of their country's towns by more than this are errors (degrees).
BOX_MARGIN = 0.5


def distance_km(latitude: float, longitude: float, other_lat: float, other_lon: float) -> float:
    """Distance in km on a sphere cut flat, within 1 % up to some hundred km at these latitudes."""
    dy = latitude - other_lat
    dx = (longitude - other_lon) * math.cos(math.radians((latitude + other_lat) / 2))
    return KM_PER_DEGREE * math.hypot(dx, dy)


def middle(points: Collection[tuple[float, float]]) -> tuple[float, float]:
    """The medians of latitude and longitude (degrees), which outliers hardly move."""
    if len(points) == 1:
        return next(iter(points))
    return median(lat for lat, _ in points), median(lon for _, lon in points)


def plausible(code: str, postals: list[Postal], towns: list[Town]) -> list[Postal]:
    """Rows without those outside the country or far outside the district they are said to be in."""
    south, north = min(t.latitude for t in towns), max(t.latitude for t in towns)
    west, east = min(t.longitude for t in towns), max(t.longitude for t in towns)
    districts: dict[tuple[str, ...], list[Postal]] = defaultdict(list)
    for row in postals:
        if (
            south - BOX_MARGIN <= row.latitude <= north + BOX_MARGIN
            and west - BOX_MARGIN <= row.longitude <= east + BOX_MARGIN
        ):
            districts[row.admin[:2]].append(row)
    kept = []
    for (_, admin2), rows in districts.items():
        if code not in UNRELIABLE or not admin2 or len(rows) < 4:
            kept += rows
            continue
        lat, lon = middle([(row.latitude, row.longitude) for row in rows])
        away = [distance_km(lat, lon, row.latitude, row.longitude) for row in rows]
        limit = max(OUTLIER_KM, OUTLIER_TIMES * median(away))
        kept += [row for row, km in zip(rows, away, strict=True) if km <= limit]
    return kept


class Nearest:
    """Finds the postal row nearest to a point, by a grid of about 6 km, within about 20 km."""

    def __init__(self, rows: list[Postal]) -> None:
        self._cells: dict[tuple[int, int], dict[tuple[float, float], Postal]] = defaultdict(dict)
        for row in rows:
            cell = self._cells[int(row.latitude * 20), int(row.longitude * 10)]
            cell.setdefault((row.latitude, row.longitude), row)

    def __call__(self, latitude: float, longitude: float) -> Postal | None:
        y, x = int(latitude * 20), int(longitude * 10)
        stretch = math.cos(math.radians(latitude)) ** 2
        for reach in (1, 3):
            near = [
                row
                for dy in range(-reach, reach + 1)
                for dx in range(-reach, reach + 1)
                for row in self._cells.get((y + dy, x + dx), {}).values()
            ]
            if near:
                return min(
                    near,
                    key=lambda row: (
                        (row.latitude - latitude) ** 2 + stretch * (row.longitude - longitude) ** 2
                    ),
                )
        return None
