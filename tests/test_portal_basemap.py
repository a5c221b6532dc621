"""The basemap in the repository: small, with land, lakes, borders and towns where they are.

Whole, as the server draws it, and in the sheets that browsers load.
"""

from __future__ import annotations

import gzip
import json
import math
import re
from functools import reduce
from itertools import accumulate, product
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import LineString, Point, Polygon

STATIC = Path(__file__).parent.parent / "static"
FOLDER = STATIC / "basemap"
MAPS = ["overview", "detail"]
WATERS = ["lakes", "lakes-detail"]


def content(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def weight(*names: str) -> int:
    """Bytes as they are sent."""
    return sum(len(gzip.compress((FOLDER / f"{name}.json").read_bytes())) for name in names)


def points(deltas: list[int], scale: int) -> list[tuple[float, float]]:
    xs, ys = accumulate(deltas[::2]), accumulate(deltas[1::2])
    return [(x / scale, y / scale) for x, y in zip(xs, ys, strict=True)]


def rings(name: str) -> list[Polygon]:
    """The outlines of a file's land or lakes, in degrees."""
    data = content(name)
    outlines = data["lakes" if name in WATERS else "land"]
    return [Polygon(points(ring, data["scale"])).buffer(0) for ring in outlines]


def is_land(name: str, longitude: float, latitude: float) -> bool:
    """Whether the place is within land: outlines without the inland seas that run in them."""
    return sum(ring.contains(Point(longitude, latitude)) for ring in rings(name)) % 2 == 1


is_water = is_land  # lakes and their islands alternate in the same way


def test_the_first_view_needs_little():
    assert weight("overview", "lakes") < 40_000


@pytest.mark.parametrize("name", MAPS)
def test_towns_stand_on_land(name: str):
    data = content(name)
    land = shapely.unary_union(rings(name))
    shapely.prepare(land)
    towns = [Point(x / data["scale"], y / data["scale"]) for _, x, y, _ in data["towns"]]
    at_sea = [town for town in towns if land.distance(town) > 0.03]
    assert len(towns) > 100
    assert len(at_sea) / len(towns) < 0.01


def test_capitals_are_named_from_afar():
    data = content("overview")
    shown = {name: zoom for name, _, _, zoom in data["towns"]}
    capitals = {"Copenhagen", "Stockholm", "Helsinki", "Tallinn", "Riga", "Vilnius", "Warsaw",
                "Berlin", "Oslo", "Minsk", "Reykjavík", "Moscow"}  # fmt: skip
    assert {data["towns"][place][0] for place in data["capitals"]} == capitals
    assert max(shown[capital] for capital in capitals) <= 4


@pytest.mark.parametrize("name", MAPS)
def test_towns_come_in_the_order_in_which_they_appear(name: str):
    zooms = [zoom for _, _, _, zoom in content(name)["towns"]]
    assert zooms == sorted(zooms)
    assert set(zooms) == set(range(3, 6 if name == "overview" else 10))


@pytest.mark.parametrize("zoom", range(3, 10))
def test_names_of_towns_do_not_lie_on_each_other(zoom: int):
    data = content("overview" if zoom < 6 else "detail")
    left, world = set(data["left"]), 256 * 2**zoom
    labels = []
    for place, (name, x, y, first) in enumerate(data["towns"]):
        if first > zoom:
            continue
        across = (x / data["scale"] + 180) / 360 * world
        angle = math.radians(y / data["scale"])
        down = (1 - math.asinh(math.tan(angle)) / math.pi) / 2 * world
        width = 6 * len(name)
        west = across - 6 - width if place in left else across + 6
        labels.append(shapely.box(west, down - 5, west + width, down + 5))
    tree = shapely.STRtree(labels)
    pairs = zip(*tree.query(labels, predicate="overlaps"), strict=True)
    assert len(labels) > 5
    assert [(a, b) for a, b in pairs if a < b] == []


@pytest.mark.parametrize("name", MAPS)
def test_land_reaches_from_iceland_to_the_north_cape(name: str):
    land = shapely.unary_union(rings(name))
    for place in [(-21.9, 64.1), (25.7, 66.5), (25.6, 70.9), (15.6, 56.2), (37.6, 55.75)]:
        assert land.distance(Point(place)) < 0.06


@pytest.mark.parametrize("name", MAPS)
def test_islands_are_land_and_the_sea_is_not(name: str):
    for place in [(18.5, 57.45), (22.6, 58.4), (14.9, 55.12)]:
        assert is_land(name, *place), "Gotland, Saaremaa, Bornholm"
    for place in [(19.5, 56.5), (19.5, 61.5), (23.6, 57.7)]:
        assert not is_land(name, *place), "the Baltic, the gulfs of Bothnia and Riga"


@pytest.mark.parametrize("name", MAPS)
def test_nowhere_does_the_map_end_in_the_middle_of_land(name: str):
    for place in [(2.3, 48.8), (32.8, 39.9), (83, 55), (-76, 46)]:
        assert is_land(name, *place), "Paris, Ankara, Novosibirsk, Ottawa"


LAKES = {
    "Vänern": (13.3, 58.9),
    "Vättern": (14.55, 58.35),
    "Ladoga": (31.5, 60.8),
    "Onega": (35.4, 61.7),
    "Peipus": (27.45, 58.75),
    "Saimaa": (28.3, 61.25),
    "Päijänne": (25.5, 61.45),
    "Oulujärvi": (27.2, 64.3),
    "Inari": (27.8, 68.95),
    "Hjälmaren": (15.8, 59.23),
    "Ilmen": (31.3, 58.27),
}
SMALLER_LAKES = {"Mälaren": (17.35, 59.32), "Śniardwy": (21.73, 53.75), "Võrtsjärv": (26.05, 58.25)}


@pytest.mark.parametrize("name", WATERS)
def test_large_lakes_are_water(name: str):
    dry = [lake for lake, place in LAKES.items() if not is_water(name, *place)]
    assert dry == []


def test_smaller_lakes_are_seen_near_by():
    assert [lake for lake, at in SMALLER_LAKES.items() if not is_water("lakes-detail", *at)] == []


@pytest.mark.parametrize("name", WATERS)
def test_cities_and_islands_are_in_no_lake(name: str):
    stockholm_gotland_helsinki = [(18.05, 59.34), (18.5, 57.45), (24.94, 60.17)]
    assert [place for place in stockholm_gotland_helsinki if is_water(name, *place)] == []


def test_an_island_in_a_lake_is_land():
    assert is_water("lakes-detail", 14.35, 58.0)  # Vättern, beside Visingsö…
    assert not is_water("lakes-detail", 14.34, 58.05)  # …and on it


def test_there_is_more_to_see_near_by():
    assert len(content("lakes-detail")["lakes"]) > 2 * len(content("lakes")["lakes"])


def test_lakes_are_in_files_of_their_own_that_name_their_licence():
    for name in WATERS:
        assert "OpenStreetMap contributors (ODbL" in content(name)["source"]
    for name in MAPS:
        assert "lakes" not in content(name)
        assert "OpenStreetMap" not in content(name)["source"]


@pytest.mark.parametrize("name", MAPS)
def test_neighbours_have_a_border(name: str):
    data = content(name)
    lines = shapely.union_all([LineString(points(line, data["scale"])) for line in data["borders"]])
    towns = {"Valga": (26.0, 57.78), "Cieszyn": (18.63, 49.75), "Tornio": (24.14, 65.85)}
    far = [town for town, place in towns.items() if lines.distance(Point(place)) > 0.06]
    assert far == []


#: What browsers load from zoom 6 on: tiles of that zoom, west to east and north to south.
COLUMNS, ROWS = range(27, 41), range(13, 23)
SHEETS = [f"{column}-{row}" for column, row in product(COLUMNS, ROWS)]


def read(text: str) -> list[int]:
    """The numbers of a sheet's line."""
    numbers, value = [], 0
    for character in text:
        letter = ord(character) - (36 if character > "\\" else 35)
        if letter >= 70:
            value = value * 21 + letter - 70
        else:
            value = value * 70 + letter
            numbers.append(-(value + 1) // 2 if value % 2 else value // 2)
            value = 0
    return numbers


def frame(sheet: str) -> tuple[float, float, float, float]:
    """West, south, east, north of a sheet in degrees."""
    column, row = map(int, sheet.split("-"))
    north, south = (
        math.degrees(math.atan(math.sinh(math.pi * (1 - y / 32)))) for y in (row, row + 1)
    )
    return column * 5.625 - 180, south, column * 5.625 - 174.375, north


def areas(outlines: list[list[tuple[float, float]]]) -> list[Any]:
    return [
        shapely.make_valid(Polygon(outline), method="structure", keep_collapsed=False)
        for outline in outlines
    ]


def together(areas: list[Any], bounds: tuple[float, ...]) -> Any:
    """What is within an odd number of areas, in a rectangle."""
    seen = shapely.clip_by_rect(areas, *bounds)
    return reduce(shapely.symmetric_difference, seen[~shapely.is_empty(seen)], Polygon())


def whole(name: str, kind: str) -> list[list[tuple[float, float]]]:
    data = content(name)
    return [points(line, data["scale"]) for line in data[kind]]


def on_sheet(folder: str, kind: str, sheet: str) -> list[list[tuple[float, float]]]:
    data = content(f"{folder}/{sheet}")
    return [points(read(line), data["scale"]) for line in data[kind]]


@pytest.mark.parametrize("folder", ["detail", "lakes", "towns"])
def test_every_sheet_browsers_may_ask_for_is_there(folder: str):
    assert {file.stem for file in (FOLDER / folder).iterdir()} == set(SHEETS)
    script = (STATIC / "basemap.js").read_text(encoding="utf-8")
    edges = re.search(
        r"SHEETS = { zoom: 6, west: (.+), east: (.+), north: (.+), south: (.+) }", script
    )
    assert edges
    assert [int(edge) for edge in edges.groups()] == [COLUMNS[0], COLUMNS[-1], ROWS[0], ROWS[-1]]


@pytest.mark.parametrize(
    ("folder", "kind", "name"),
    [("detail", "land", "detail"), ("lakes", "lakes", "lakes-detail")],
)
def test_a_sheet_shows_what_the_whole_map_shows(folder: str, kind: str, name: str):
    everything = areas(whole(name, kind))
    for sheet in SHEETS:
        west, south, east, north = frame(sheet)
        bounds = (west - 0.04, south - 0.04, east + 0.04, north + 0.04)
        expected = together(everything, bounds)
        shown = together(areas(on_sheet(folder, kind, sheet)), bounds)
        assert shown.symmetric_difference(expected).area < 1e-9, sheet


def test_a_sheet_shows_the_borders_of_the_whole_map():
    borders = shapely.MultiLineString(whole("detail", "borders"))
    for sheet in SHEETS:
        bounds = shapely.box(*frame(sheet))
        shown = shapely.MultiLineString(on_sheet("detail", "borders", sheet))
        length = borders.intersection(bounds).length
        assert shown.intersection(bounds).length == pytest.approx(length), sheet


def test_beside_a_sheet_there_is_nothing_that_curves_into_it():
    """Browsers round corners, as far as the middles of the two ways that meet there."""
    corners = {corner for line in whole("detail", "land") for corner in corners_of(line)}
    for sheet in SHEETS:
        inside = shapely.box(*frame(sheet)).buffer(0.03)
        strange = [
            corner
            for line in on_sheet("detail", "land", sheet)
            for corner in corners_of(line)
            if corner not in corners and inside.intersects(Polygon(corner))
        ]
        assert strange == [], sheet


def corners_of(line: list[tuple[float, float]]) -> list[tuple[tuple[float, float], ...]]:
    return list(zip(line, line[1:], line[2:], strict=False))


def test_a_town_is_on_its_sheet_and_on_those_its_name_reaches():
    data = content("detail")
    named = {
        sheet: {
            (town[0], town[1], town[2])
            for folder in ("detail", "towns")
            for town in content(f"{folder}/{sheet}")["towns"]
        }
        for sheet in SHEETS
    }
    reaching = 0
    for place, (name, x, y, zoom) in enumerate(data["towns"]):
        world = 256 * 2 ** max(6, zoom)
        across = (x / data["scale"] + 180) / 360
        down = (1 - math.asinh(math.tan(math.radians(y / data["scale"]))) / math.pi) / 2
        width = (6 + 6 * len(name)) / world * (-1 if place in data["left"] else 1)
        ends = {f"{int(end * 64)}-{int(down * 64)}" for end in (across, across + width)}
        reaching += len(ends) - 1
        assert [end for end in ends if (name, x, y) not in named[end]] == [], name
    assert reaching > 50


def test_towns_named_from_zoom_8_on_have_files_of_their_own():
    for sheet in SHEETS:
        assert {town[3] for town in content(f"detail/{sheet}")["towns"]} <= set(range(3, 8))
        assert {town[3] for town in content(f"towns/{sheet}")["towns"]} <= {8, 9}


def test_capitals_and_sides_are_the_same_on_sheets():
    data = content("detail")
    for kind in ("capitals", "left"):
        expected = {data["towns"][place][0] for place in data[kind]}
        shown = set()
        for sheet, folder in product(SHEETS, ("detail", "towns")):
            part = content(f"{folder}/{sheet}")
            shown |= {part["towns"][place][0] for place in part[kind]}
        assert shown == expected


def test_sheets_keep_the_licences_apart():
    for sheet in SHEETS:
        assert content(f"lakes/{sheet}")["source"] == content("lakes")["source"]
        for folder in ("detail", "towns"):
            land = content(f"{folder}/{sheet}")
            assert "lakes" not in land
            assert "OpenStreetMap" not in land["source"]
