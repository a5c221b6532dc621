"""Geographic conditions of an address: `_bbox=west,south,east,north` and `_near=lat,lon,km`."""

from __future__ import annotations

import math
from dataclasses import dataclass

from portal.errors import QueryError, shown
from portal.language import gettext as _
from portal.values import NUMBER

#: Mean radius of the Earth in km (IUGG), which a haversine takes for that of a ball.
EARTH_KM = 6371.0088
#: Half of the way around the Earth: everything is nearer.
_FARTHEST_KM = 20_016
#: Distances a reader may choose from, in km.
_USUAL_KM = (5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0)
#: A metre; the records' coordinates have no more.
_DECIMALS = 5


@dataclass(frozen=True)
class Box:
    """A rectangle of longitudes and latitudes, in degrees, its edges included."""

    west: float
    south: float
    east: float
    north: float

    def __str__(self) -> str:
        return ",".join(map(_written, (self.west, self.south, self.east, self.north)))

    @classmethod
    def read(cls, text: str, key: str = "_bbox") -> Box:
        """Read `west,south,east,north`. Raises QueryError, which names what is wrong."""
        west, south, east, north = _numbers(key, text, "west,south,east,north", 4)
        _check_longitudes(key, west, east)
        _check_latitudes(key, south, north)
        if west > east:
            raise QueryError(
                _(
                    "%(key)s is west,south,east,north: the west (%(west)s) must not lie east of "
                    "the east (%(east)s)."
                )
                % {"key": key, "west": _written(west), "east": _written(east)}
            )
        if south > north:
            raise QueryError(
                _(
                    "%(key)s is west,south,east,north: the south (%(south)s) must not lie north "
                    "of the north (%(north)s)."
                )
                % {"key": key, "south": _written(south), "north": _written(north)}
            )
        return cls(west, south, east, north)


@dataclass(frozen=True)
class Near:
    """All within `km` of a point, given in degrees."""

    latitude: float
    longitude: float
    km: float

    def __str__(self) -> str:
        return ",".join(map(_written, (self.latitude, self.longitude, self.km)))

    @classmethod
    def read(cls, text: str, key: str = "_near") -> Near:
        """Read `latitude,longitude,kilometres`. Raises QueryError, which names what is wrong."""
        latitude, longitude, km = _numbers(key, text, "latitude,longitude,kilometres", 3)
        _check_latitudes(key, latitude)
        _check_longitudes(key, longitude)
        if not 0 < km <= _FARTHEST_KM:
            raise QueryError(
                _(
                    "%(key)s: the distance is more than 0 and at most %(most)s kilometres, "
                    "not %(km)s."
                )
                % {"key": key, "most": _FARTHEST_KM, "km": _written(km)}
            )
        return cls(latitude, longitude, km)

    @property
    def choices(self) -> list[Near]:
        """The same point with the usual distances and its own, nearest first."""
        distances = sorted({*_USUAL_KM, self.km})
        return [Near(self.latitude, self.longitude, km) for km in distances]

    @property
    def box(self) -> Box:
        """The smallest box around the circle."""
        up = math.degrees(self.km / EARTH_KM)
        south, north = max(self.latitude - up, -90.0), min(self.latitude + up, 90.0)
        reach = math.sin(math.radians(min(up, 90.0)))
        narrow = math.cos(math.radians(self.latitude))
        if south == -90 or north == 90 or reach >= narrow:
            return Box(-180, south, 180, north)  # it holds a pole
        aside = math.degrees(math.asin(reach / narrow))
        west, east = self.longitude - aside, self.longitude + aside
        if west < -180 or east > 180:
            return Box(-180, south, 180, north)  # it crosses the date line
        return Box(west, south, east, north)


def distance_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Kilometres between two points in degrees, by the haversine formula (error below 0.6 %)."""
    a, b = math.radians(lat_a), math.radians(lat_b)
    up, aside = b - a, math.radians(lon_b - lon_a)
    chord = math.sin(up / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(aside / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(chord)))


def coordinates(latitude: float, longitude: float) -> str:
    """Degrees to four decimals, ten metres: 55.6759° N, 12.5655° E, with the letters of the sea."""
    north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
    return f"{abs(latitude):.4f}° {north}, {abs(longitude):.4f}° {east}"


def _numbers(key: str, text: str, form: str, count: int) -> list[float]:
    parts = text.split(",")
    if len(parts) != count or not all(NUMBER.fullmatch(part.strip()) for part in parts):
        raise QueryError(
            _("%(key)s takes %(count)s numbers, %(form)s, with points for decimals, not %(value)s.")
            % {"key": key, "count": count, "form": form, "value": shown(text)}
        )
    return [round(float(part), _DECIMALS) + 0.0 for part in parts]


def _check_latitudes(key: str, *values: float) -> None:
    for value in values:
        if not -90 <= value <= 90:
            raise QueryError(
                _("%(key)s: a latitude lies between -90 and 90 degrees, which %(value)s does not.")
                % {"key": key, "value": _written(value)}
            )


def _check_longitudes(key: str, *values: float) -> None:
    for value in values:
        if not -180 <= value <= 180:
            raise QueryError(
                _(
                    "%(key)s: a longitude lies between -180 and 180 degrees, "
                    "which %(value)s does not."
                )
                % {"key": key, "value": _written(value)}
            )


def _written(value: float) -> str:
    return f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".") if math.isfinite(value) else "infinite"
