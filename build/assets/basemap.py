"""Make the portal's own basemap: `python -m build.assets.basemap countries-10m.json`.

The maintainer's script, run when a source or the region changes; its output is in the repository
(`static/basemap/`). The input is `countries-10m.json` of npm `world-atlas` 2.0.2, that is Natural
Earth 10m, public domain. Built from countries, not from its `land`, which loses the far north when
it is cut. Towns are the gazetteer's (GeoNames, CC BY 4.0). Lakes are made when `--lakes` names
`map.geo.json` of npm `@geo-maps/earth-waterbodies-1km` 0.6.0 (OpenStreetMap of 2017, ODbL), and
stay in files of their own, so that each file has one licence.

`overview.json` and `lakes.json` serve below zoom 6, and beyond the region; `detail.json` and
`lakes-detail.json` from zoom 6 to 9, beyond which Natural Earth has nothing to tell. They are for
the maps the server draws: browsers load the same in sheets (`sheets.py`), `detail/`, `lakes/` and,
with the towns named from zoom 8 on, `towns/`, whose lines are written shorter. In all of them:

    source    whose data it is, and the licence
    scale     units to a degree
    land      outlines without regard to country, each [x, y, dx, dy, …] in those units, clockwise;
              inland seas among them run the other way round
    borders   lines between countries, in the same form
    towns     [name, x, y, first zoom at which it is shown], in the order of those zooms
    capitals  which of the towns are capitals, by their place in `towns`
    left      which of the towns have their name to the left of them
    lakes     outlines of lakes, in the same form, largest first, and of the islands in them: to be
              filled as one path by the even-odd rule
"""

from __future__ import annotations

import csv
import gzip
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import shapely
from shapely import affinity
from shapely.geometry import LineString, Polygon, box, shape
from shapely.geometry.polygon import orient

from build.assets.sheets import lakes_sheet, land_sheet, sheets, towns_sheet

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "static" / "basemap"
GAZETTEER = ROOT / "data" / "gazetteer" / "places.tsv.gz"

Box = tuple[float, float, float, float]
Arc = list[tuple[float, float]]

#: West, south, east, north: Iceland to Moscow, Bohemia to the North Cape, where towns are named…
REGION: Box = (-26.0, 48.5, 46.0, 72.0)
#: …what is in sight of them on a wide screen…
SURROUNDINGS: Box = (-45.0, 42.0, 65.0, 78.0)
#: …and the rest of the world, without which a far zoom would show where the map ends.
WORLD: Box = (-180.0, -58.0, 191.0, 84.0)
#: Where lakes are drawn. Farther south the source shows reservoirs that are no more.
LAKES: Box = (-26.0, 47.5, 65.0, 72.0)


@dataclass(frozen=True)
class Level:
    """How closely a file follows its sources: tolerances in degrees of latitude, within the region,
    its surroundings and the world, and the smallest of what is shown in square degrees."""

    scale: int
    zooms: range
    region: float
    surroundings: float
    world: float
    island: float
    shore: float
    lake: float
    lake_island: float

    def tolerance(self, longitude: float, latitude: float) -> float:
        if within(REGION, longitude, latitude):
            return self.region
        return self.surroundings if within(SURROUNDINGS, longitude, latitude) else self.world


LEVELS = {
    "overview": Level(
        scale=100,
        zooms=range(3, 6),
        region=0.03,
        surroundings=0.05,
        world=0.5,
        island=0.006,
        shore=0.025,
        lake=0.012,
        lake_island=0.003,
    ),
    "detail": Level(
        scale=500,
        zooms=range(6, 10),
        region=0.004,
        # As the overview's, which goes on where the sheets end.
        surroundings=0.05,
        world=0.5,
        island=0.00015,
        shore=0.0052,
        lake=0.003,
        lake_island=0.0012,
    ),
}
#: Degrees by which the halves of a lake may lie apart.
HAIR = 0.0005
#: Islands and seas out of sight of the region, in square degrees.
FAR_ISLAND = 0.8
#: Fewest inhabitants of a town that is named at a zoom.
INHABITANTS = {3: 1_000_000, 4: 150_000, 5: 60_000, 6: 20_000, 7: 9_000, 8: 5_000, 9: 3_500}
#: Where towns lie close together only larger ones are named: so many times that, from zoom 7 on.
CROWDED = {"DE": 2.5, "RU": 2.0, "PL": 1.5}
#: Country and name, as the gazetteer has it, of the towns that are named whatever their size, and
#: whether the name stands to the left, where it leaves room for a neighbour's.
CAPITALS = {
    ("BY", "Minsk"): False,
    ("DE", "Berlin"): False,
    ("DK", "Copenhagen"): True,
    ("EE", "Tallinn"): True,
    ("FI", "Helsinki"): False,
    ("IS", "Reykjavík"): False,
    ("LT", "Vilnius"): False,
    ("LV", "Riga"): False,
    ("NO", "Oslo"): True,
    ("PL", "Warsaw"): False,
    ("RU", "Moscow"): False,
    ("SE", "Stockholm"): True,
}
#: Names that the gazetteer spells without their letters, out of date or at length…
SPELLED = {
    ("BY", "Homyel'"): "Homyel",
    ("DE", "Universitäts- und Hansestadt Greifswald"): "Greifswald",
    ("DK", "Århus"): "Aarhus",
    ("FI", "Hyvinge"): "Hyvinkää",
    ("FI", "Sibbo"): "Sipoo",
    ("FI", "Yomala"): "Jomala",
    ("LT", "Birzai"): "Biržai",
    ("LT", "Kupiskis"): "Kupiškis",
    ("LT", "Mazeikiai"): "Mažeikiai",
    ("LT", "Naujoji Akmene"): "Naujoji Akmenė",
    ("LT", "Plunge"): "Plungė",
    ("LT", "Radviliskis"): "Radviliškis",
    ("LT", "Silute"): "Šilutė",
    ("LT", "Taurage"): "Tauragė",
    ("LT", "Telsiai"): "Telšiai",
    ("LT", "Ukmerge"): "Ukmergė",
    ("LT", "Vilkaviskis"): "Vilkaviškis",
    ("PL", "Bielsko-Biala"): "Bielsko-Biała",
}
#: …and entries that are no towns: districts of a city, and one whose inhabitants are elsewhere.
NO_TOWNS = {
    ("DK", "Klinteby Frihed"),
    ("EE", "Lasnamäe"),
    ("FI", "East Helsinki"),
    ("LT", "Dainava (Kaunas)"),
    ("LV", "Bolderaja"),
    ("LV", "Karosta"),
    ("PL", "Pilczyce-Kozanów-Popowice Północne"),
}


def within(bounds: Box, longitude: float, latitude: float) -> bool:
    west, south, east, north = bounds
    return west <= longitude <= east and south <= latitude <= north


def decoded_arcs(topology: dict[str, Any]) -> list[Arc]:
    """TopoJSON's arcs as lists of (longitude, latitude)."""
    (kx, ky), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for deltas in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            arc.append((x * kx + tx, y * ky + ty))
        arcs.append(arc)
    return arcs


def polygons(topology: dict[str, Any]) -> Iterator[list[list[int]]]:
    """Each polygon of each country as rings of arc numbers."""
    for geometry in topology["objects"]["countries"]["geometries"]:
        if geometry["type"] == "Polygon":
            yield geometry["arcs"]
        elif geometry["type"] == "MultiPolygon":
            yield from geometry["arcs"]


def simplified(arc: Arc, level: Level) -> Arc:
    """An arc with fewer points, near the Baltic more than elsewhere.

    Neighbours share arcs, so their common border stays common.
    """
    stretches: list[tuple[float, Arc]] = []
    for start, end in pairwise(arc):
        tolerance = level.tolerance(*start)
        if not stretches or stretches[-1][0] != tolerance:
            stretches.append((tolerance, [start]))
        stretches[-1][1].append(end)
    line = [arc[0]]
    for tolerance, stretch in stretches:
        line += thinned(stretch, tolerance)[1:]
    return line


def thinned(points: Iterable[tuple[float, ...]], tolerance: float) -> Arc:
    """Fewer points. The tolerance is of latitude; longitudes are squeezed as at 60° north."""
    squeezed = LineString([(x / 2, y) for x, y in points]).simplify(tolerance)
    return [(x * 2, y) for x, y in squeezed.coords]


def land(topology: dict[str, Any], arcs: list[Arc], smallest: float) -> list[Polygon]:
    """All land as polygons without regard to country, the largest first."""
    countries = []
    for rings in polygons(topology):
        lines = [joined(ring, arcs) for ring in rings]
        if len(lines[0]) < 4:
            continue
        holes = [line for line in lines[1:] if len(line) >= 4]
        countries.append(shapely.make_valid(Polygon(lines[0], holes)))
    dissolved = shapely.unary_union(countries).intersection(box(*WORLD))
    parts = [part for part in shapely.get_parts(dissolved) if part.geom_type == "Polygon"]
    kept = [part for part in parts if part.area >= least_area(part, smallest)]
    return sorted(kept, key=lambda part: -part.area)


def least_area(part: Polygon, smallest: float) -> float:
    """Smallest area, in square degrees, at which a piece of land or a sea in it is drawn."""
    return smallest if box(*SURROUNDINGS).intersects(part) else FAR_ISLAND


def joined(ring: list[int], arcs: list[Arc]) -> Arc:
    """One ring's points; ~n means arc n backwards, and arcs share their end points.

    A ring that crosses the date line (Russia's) goes on beyond 180° instead of jumping back.
    """
    points: Arc = []
    for number in ring:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        for x, y in arc[1:] if points else arc:
            turns = round((points[-1][0] - x) / 360) if points else 0
            points.append((x + 360 * turns, y))
    east = 360 if points and min(points)[0] < -180 else 0
    return [(x + east, y) for x, y in points]


def outlines(shapes: Iterable[Polygon], smallest: float) -> Iterator[Arc]:
    """Outer rings clockwise, inner ones (inland seas, not slivers) the other way round."""
    for part in shapes:
        turned = orient(part, -1)
        yield list(turned.exterior.coords)
        for hole in turned.interiors:
            sea = Polygon(hole)
            if sea.area >= least_area(sea, 10 * smallest):
                yield list(hole.coords)


def borders(topology: dict[str, Any], arcs: list[Arc]) -> Iterator[LineString]:
    """Lines with a country on either side, but enclaves: arcs that two polygons use.

    Farther away than twice the surroundings they end, where hardly anyone looks.
    """
    near = box(*SURROUNDINGS).buffer(30)
    uses = Counter(
        number if number >= 0 else ~number
        for rings in polygons(topology)
        for ring in rings
        for number in ring
    )
    for number, count in sorted(uses.items()):
        arc = arcs[number]
        if count > 1 and arc[0] != arc[-1] and near.contains(line := LineString(arc)):
            yield line


def deltas(points: Iterable[tuple[float, ...]], scale: int) -> list[int]:
    """Points as whole units, each relative to the one before; repeated points are dropped."""
    numbers: list[int] = []
    last = (0, 0)
    for x, y in points:
        here = (round(x * scale), round(y * scale))
        if here != last or not numbers:
            numbers += [here[0] - last[0], here[1] - last[1]]
            last = here
    return numbers


@dataclass
class Town:
    """A town, and how it is named: from which zoom on, and on which side of it."""

    country: str
    name: str
    longitude: float
    latitude: float
    inhabitants: int
    capital: bool = False
    zoom: int = 99
    left: bool = False

    def large_enough(self, zoom: int) -> bool:
        crowd = CROWDED.get(self.country, 1.0) if zoom >= 7 else 1.0
        return self.capital or self.inhabitants >= INHABITANTS[zoom] * crowd

    def at(self, zoom: int) -> tuple[float, float]:
        """Where it is on the Mercator map at a zoom, in pixels."""
        world = 256 * 2**zoom
        y = (1 - math.asinh(math.tan(math.radians(self.latitude))) / math.pi) / 2
        return (self.longitude + 180) / 360 * world, y * world

    def label(self, zoom: int, left: bool) -> Box:
        """The rectangle its dot and name take there, with some air."""
        x, y = self.at(zoom)
        near, far = 3, 14 + 7 * len(self.name)
        west, east = (far, near) if left else (near, far)
        return x - west, y - 7.5, x + east, y + 7.5

    def surroundings(self, zoom: int) -> Box:
        x, y = self.at(zoom)
        return x - 14, y - 7.5, x + 14, y + 7.5


class Names:
    """A map at one zoom on which names must not overlap."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[Box]] = {}

    def is_free(self, label: Box) -> bool:
        taken = (other for cell in cells_of(label) for other in self._cells.get(cell, []))
        return not any(overlap(label, other) for other in taken)

    def take(self, label: Box) -> None:
        for cell in cells_of(label):
            self._cells.setdefault(cell, []).append(label)


def towns(gazetteer: Path, zooms: range) -> list[Town]:
    """Towns whose names do not overlap, in the order in which they appear, the largest first."""
    places = read_towns(gazetteer)
    for zoom in zooms:
        names = Names()
        for town in sorted(places, key=lambda town: town.zoom):
            if town.large_enough(zoom):
                place(town, names, zoom)
    return sorted((town for town in places if town.zoom < 99), key=lambda town: town.zoom)


def place(town: Town, names: Names, zoom: int) -> None:
    """Name the town where there is room. Its side stays the same at all zooms."""
    free_to_choose = town.zoom > zoom and not town.capital
    for left in (False, True) if free_to_choose else (town.left,):
        label = town.label(zoom, left)
        if names.is_free(label):
            names.take(label)
            town.zoom, town.left = min(town.zoom, zoom), left
            return
    # Or a suburb would be named in place of the city.
    names.take(town.surroundings(zoom))


def read_towns(gazetteer: Path) -> list[Town]:
    """The region's towns, capitals first, then the largest."""
    with gzip.open(gazetteer, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows.sort(key=lambda row: (-int(row["population"] or 0), row["geonameid"]))
    places = []
    capitals = dict(CAPITALS)
    for row in rows:
        key = (row["country"], row["name"])
        town = Town(
            row["country"],
            SPELLED.get(key, row["name"]),
            float(row["longitude"]),
            float(row["latitude"]),
            int(row["population"] or 0),
        )
        if key in NO_TOWNS or not within(REGION, town.longitude, town.latitude):
            continue
        if key in capitals:  # the largest of that name
            town.capital, town.left = True, capitals.pop(key)
        places.append(town)
    return sorted(places, key=lambda town: not town.capital)


def cells_of(label: Box) -> list[tuple[int, int]]:
    west, north, east, south = (int(value // 128) for value in label)
    return [(x, y) for x in range(west, east + 1) for y in range(north, south + 1)]


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def map_of(topology: dict[str, Any], level: Level, gazetteer: Path) -> dict[str, Any]:
    """The content of overview.json or detail.json."""
    scale = level.scale
    arcs = [simplified(arc, level) for arc in decoded_arcs(topology)]
    coasts = outlines(land(topology, arcs, level.island), level.island)
    rings = [deltas(coast, scale) for coast in coasts]
    lines = [deltas(line.coords, scale) for line in borders(topology, arcs)]
    first = min(LEVELS["overview"].zooms)
    named = towns(gazetteer, range(first, max(level.zooms) + 1))
    return {
        "source": "Natural Earth (public domain); towns: GeoNames (CC BY 4.0)",
        "scale": scale,
        "land": [ring for ring in rings if len(ring) >= 8],
        "borders": [line for line in lines if len(line) >= 4],
        "towns": [
            [town.name, round(town.longitude * scale), round(town.latitude * scale), town.zoom]
            for town in named
        ],
        "capitals": [place for place, town in enumerate(named) if town.capital],
        "left": [place for place, town in enumerate(named) if town.left],
    }


def lakes(waters: dict[str, Any], countries: list[Polygon]) -> list[Polygon]:
    """The lakes of the region, the largest first.

    The source is a collection of three: rivers, lakes, and the sea with what is part of it. It cuts
    large lakes in two. Where Natural Earth has sea already (the Caspian, the lagoon of Szczecin)
    there is no lake.
    """
    _, collection, _ = waters["geometries"]
    dry = shapely.unary_union(countries)
    shapely.prepare(dry)
    halves = []
    for part in shape(collection).geoms:
        middle = part.representative_point()
        if within(LAKES, middle.x, middle.y) and dry.contains(middle):
            halves.append(part.buffer(HAIR, quad_segs=1))
    whole = shapely.get_parts(shapely.unary_union(halves).buffer(-HAIR, quad_segs=1))
    return sorted(whole, key=lambda lake: -size(lake))


def size(part: Polygon) -> float:
    """Square degrees as they are at the equator."""
    _, south, _, north = part.bounds
    return float(part.area) * math.cos(math.radians((south + north) / 2))


def lakes_of(found: list[Polygon], level: Level) -> dict[str, Any]:
    """The content of lakes.json or lakes-detail.json."""
    rings = []
    for lake in found:
        if size(lake) < level.lake:
            break
        for part in without_spikes(lake, level.shore):
            islands = [r for r in part.interiors if size(Polygon(r)) >= level.lake_island]
            rings += [thinned(ring.coords, level.shore) for ring in (part.exterior, *islands)]
    lines = [deltas(ring, level.scale) for ring in rings]
    return {
        "source": "© OpenStreetMap contributors (ODbL 1.0), 2017",
        "scale": level.scale,
        "lakes": [line for line in lines if len(line) >= 8],
    }


def without_spikes(lake: Polygon, width: float) -> list[Polygon]:
    """The lake's parts without what is narrower than half of `width`, degrees of latitude."""
    squeezed = affinity.scale(lake, 0.5, 1, origin=(0, 0))
    opened = squeezed.buffer(-width / 4).buffer(width / 4, quad_segs=1, join_style="mitre")
    return [
        affinity.scale(part, 2, 1, origin=(0, 0))
        for part in shapely.get_parts(opened)
        if part.geom_type == "Polygon"
    ]


@click.command()
@click.argument("countries", type=click.Path(exists=True, path_type=Path))
@click.option("--lakes", "waters", type=click.Path(exists=True, path_type=Path))
@click.option("--gazetteer", type=click.Path(exists=True, path_type=Path), default=GAZETTEER)
@click.option("--output", type=click.Path(path_type=Path), default=OUTPUT)
def main(countries: Path, waters: Path | None, gazetteer: Path, output: Path) -> None:
    """Write the basemap from COUNTRIES, world-atlas' countries-10m.json.

    With --lakes, earth-waterbodies-1km's map.geo.json, its lakes too.
    """
    topology = json.loads(countries.read_text(encoding="utf-8"))
    content = {name: map_of(topology, level, gazetteer) for name, level in LEVELS.items()}
    detail = content["detail"]
    for sheet in sheets(REGION):
        content[f"detail/{sheet.name}"] = land_sheet(detail, sheet)
        content[f"towns/{sheet.name}"] = towns_sheet(detail, sheet)
    if waters:
        dry = land(topology, decoded_arcs(topology), 0)
        found = lakes(json.loads(waters.read_text(encoding="utf-8")), dry)
        content["lakes"] = lakes_of(found, LEVELS["overview"])
        content["lakes-detail"] = lakes_of(found, LEVELS["detail"])
        for sheet in sheets(REGION):
            content[f"lakes/{sheet.name}"] = lakes_sheet(content["lakes-detail"], sheet)
    for name, data in content.items():
        write(output / f"{name}.json", data)


def write(file: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text + "\n", encoding="utf-8")
    packed = len(gzip.compress(text.encode()))
    click.echo(f"{file.parent.name}/{file.name}: {packed:,} bytes compressed")


if __name__ == "__main__":
    main()
