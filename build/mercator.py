"""The projection of web maps, in whole numbers.

A position is two integers: the world is a square of 2^30 units a side, x grows eastwards, y
southwards, as tiles are counted. A unit is at most 4 cm, so positions that differ in the fifth
decimal of a degree differ here too. A tile of 256 pixels at zoom z is 2^(30 - z) units wide.
"""

from __future__ import annotations

import math

WORLD = 1 << 30
#: The latitude at which the square ends.
MAX_LATITUDE = math.degrees(math.atan(math.sinh(math.pi)))


def x_of(longitude: float) -> int:
    """Units east of the 180th meridian, of degrees."""
    return _within_world((longitude + 180) / 360)


def y_of(latitude: float) -> int:
    """Units south of the northern edge, of degrees; beyond the edges there is nothing."""
    angle = math.radians(max(-MAX_LATITUDE, min(MAX_LATITUDE, latitude)))
    return _within_world((1 - math.asinh(math.tan(angle)) / math.pi) / 2)


def longitude_of(x: float) -> float:
    """Degrees."""
    return x / WORLD * 360 - 180


def latitude_of(y: float) -> float:
    """Degrees."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / WORLD))))


def _within_world(share: float) -> int:
    return max(0, min(WORLD - 1, int(share * WORLD)))
