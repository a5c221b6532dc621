"""Markers of the map, made of the squares in which records were counted.

Squares are merged, greatest first: each takes all within a distance and stays where it is, so that
markers lie on towns and do not overlap. Every record is in exactly one marker.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portal.counting import Count

#: Markers of one view; they stand further apart where there would be more. 600 are about 25 kB.
MOST_MARKERS = 600
#: Records by which a marker's town is told.
_SAMPLES = 8


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

    @classmethod
    def of_square(cls, counts: list[Count]) -> Marker:
        """The groups of one square together, in the middle of its records."""
        counts = sorted(counts, key=lambda one: (-one.records, one.group))
        total = sum(one.records for one in counts)
        return cls(
            sum(one.sum_x for one in counts) / total,
            sum(one.sum_y for one in counts) / total,
            total,
            sum(one.approximate for one in counts),
            min(one.west for one in counts),
            min(one.north for one in counts),
            max(one.east for one in counts),
            max(one.south for one in counts),
            [one.first for one in counts[:_SAMPLES]],
            Counter({one.group: one.records for one in counts}),
        )

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


def markers(counts: Iterable[Count], spacing: float) -> list[Marker]:
    """Markers at least `spacing` positions apart, and more where there would be too many."""
    by_square: dict[tuple[int, int], list[Count]] = defaultdict(list)
    for count in counts:
        by_square[count.row, count.column].append(count)
    squares = [Marker.of_square(groups) for groups in by_square.values()]
    squares.sort(key=lambda square: (-square.records, square.y, square.x))
    while sum(1 for _ in _leaders(squares, spacing)) > MOST_MARKERS:
        spacing *= 1.25
    merged = []
    for leader, others in _leaders(squares, spacing):
        for other in others:
            leader.add(other)
        merged.append(leader)
    return merged


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
