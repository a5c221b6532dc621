"""The squares in which the map's records are counted: by the build for each whole table
(`build.place_index`), by the portal for a selection.

At each zoom they cover the world. They are numbered by row and column, and each is made of the four
below it at the next zoom.
"""

from __future__ import annotations

from build.mercator import WORLD

#: Zooms of the map for which the build counts; nearer ones show few records.
ZOOMS = range(3, 10)
#: Pixels of a tile, and of a square at its zoom: less than markers are apart.
TILE, SQUARE = 256, 32


def shift(zoom: int) -> int:
    """By how many bits a position is shifted to give the number of its square at `zoom`."""
    return (WORLD // TILE * SQUARE).bit_length() - 1 - zoom
