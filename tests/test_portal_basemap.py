"""The basemap in the repository: small, and where the towns are there is land."""

from __future__ import annotations

import gzip
import json
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import Point, Polygon

FOLDER = Path(__file__).parent.parent / "static" / "basemap"


def level(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def rings(data: dict[str, Any]) -> list[Polygon]:
    """The outlines in degrees."""
    return [
        Polygon(zip(accumulate(ring[::2]), accumulate(ring[1::2]), strict=True))
        for ring in data["land"]
    ]


def test_it_is_small():
    sizes = [len(gzip.compress(file.read_bytes())) for file in FOLDER.glob("*.json")]
    assert len(sizes) == 2
    assert sum(sizes) < 150_000
    assert min(sizes) < 30_000, "the first view needs the overview only"


@pytest.mark.parametrize("name", ["overview", "detail"])
def test_towns_stand_on_land(name: str):
    data = level(name)
    land = shapely.unary_union([shape.buffer(0) for shape in rings(data)])
    shapely.prepare(land)
    towns = [Point(x, y) for _, x, y, _ in data["towns"]]
    at_sea = [town for town in towns if land.distance(town) > 0.03 * data["scale"]]
    assert len(at_sea) / len(towns) < 0.01


def test_capitals_are_named_from_afar():
    shown = {name: zoom for name, _, _, zoom in level("overview")["towns"]}
    for capital in ("Copenhagen", "Stockholm", "Helsinki", "Tallinn", "Riga", "Vilnius", "Warsaw",
                    "Berlin", "Oslo", "Minsk", "Reykjavík"):  # fmt: skip
        assert shown[capital] <= 5


def test_land_reaches_from_iceland_to_the_north_cape():
    land = shapely.unary_union([shape.buffer(0) for shape in rings(level("detail"))])
    scale = level("detail")["scale"]
    for place in [(-21.9, 64.1), (25.7, 66.5), (25.6, 70.9), (15.6, 56.2), (37.6, 55.75)]:
        assert land.distance(Point(place[0] * scale, place[1] * scale)) < 0.05 * scale
