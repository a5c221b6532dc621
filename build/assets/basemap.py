"""Make the portal's own basemap: `python -m build.assets.basemap countries-10m.json`.

The maintainer's script, run when the source or the region changes; its output is in the repository
(`static/basemap/`). The input is `countries-10m.json` of npm `world-atlas` 2.0.2, that is Natural
Earth 10m, public domain. Built from countries, not from its `land`, which loses the far north when
it is cut. Towns are the gazetteer's (GeoNames, CC BY 4.0).

Two files: `overview.json` serves to zoom 5 and for the map the server draws, `detail.json` from
zoom 6 to 9, beyond which Natural Earth has nothing to tell. In both:

    scale    units to a degree
    land     polygons without regard to country, each [x, y, dx, dy, …] in those units
    borders  lines between countries, in the same form
    towns    [name, x, y, first zoom at which it is shown]
"""

from __future__ import annotations

import csv
import gzip
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import shapely
from shapely.geometry import LineString, Polygon, box

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "static" / "basemap"
GAZETTEER = ROOT / "data" / "gazetteer" / "places.tsv.gz"

#: West, south, east, north: Iceland to Moscow, Bohemia to the North Cape, where towns are named…
REGION = (-26.0, 48.5, 46.0, 72.0)
#: …and what is in sight of them on a wide screen.
SURROUNDINGS = (-45.0, 42.0, 65.0, 78.0)
#: Name → (bounds, units to a degree, tolerance in degrees, smallest island in square degrees,
#: zooms).
LEVELS = {
    "overview": (SURROUNDINGS, 100, 0.03, 0.01, range(3, 6)),
    "detail": (REGION, 500, 0.0035, 0.0001, range(6, 10)),
}
#: Fewest inhabitants of a town that is named at a zoom.
INHABITANTS = {3: 400_000, 4: 150_000, 5: 60_000, 6: 20_000, 7: 8_000, 8: 4_000, 9: 2_500}

Arc = list[tuple[float, float]]


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


def simplified(arcs: list[Arc], tolerance: float) -> list[Arc]:
    """Arcs with fewer points. Neighbours share arcs, so their common border stays common.

    The tolerance is one of latitude; longitudes are squeezed as they are at 60° north.
    """
    result = []
    for arc in arcs:
        squeezed = LineString([(x / 2, y) for x, y in arc]).simplify(tolerance)
        result.append([(x * 2, y) for x, y in squeezed.coords])
    return result


def land(
    topology: dict[str, Any], arcs: list[Arc], bounds: Polygon, smallest: float
) -> list[Polygon]:
    """The polygons of all countries within `bounds`, largest first."""
    shapes = []
    for rings in polygons(topology):
        lines = [joined(ring, arcs) for ring in rings]
        if len(lines[0]) < 4:
            continue
        holes = [line for line in lines[1:] if len(line) >= 4]
        shape = shapely.make_valid(Polygon(lines[0], holes)).intersection(bounds)
        shapes += [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return sorted((s for s in shapes if s.area >= smallest), key=lambda s: -s.area)


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


def borders(topology: dict[str, Any], arcs: list[Arc], bounds: Polygon) -> Iterator[LineString]:
    """Lines with a country on either side: the arcs that two polygons use."""
    uses = Counter(
        number if number >= 0 else ~number
        for rings in polygons(topology)
        for ring in rings
        for number in ring
    )
    for number, count in sorted(uses.items()):
        if count > 1:
            line = LineString(arcs[number]).intersection(bounds)
            yield from (part for part in shapely.get_parts(line) if part.geom_type == "LineString")


def deltas(points: Iterable[tuple[float, float]], scale: int) -> list[int]:
    """Points as whole units, each relative to the one before; repeated points are dropped."""
    numbers: list[int] = []
    last = (0, 0)
    for x, y in points:
        here = (round(x * scale), round(y * scale))
        if here != last or not numbers:
            numbers += [here[0] - last[0], here[1] - last[1]]
            last = here
    return numbers


def towns(gazetteer: Path, zooms: range) -> Iterator[tuple[str, float, float, int]]:
    """Towns whose names do not overlap, the largest first, with the zoom at which each appears."""
    with gzip.open(gazetteer, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows.sort(key=lambda row: (-int(row["population"] or 0), row["geonameid"]))
    places = [
        (row["name"], float(row["longitude"]), float(row["latitude"]), int(row["population"] or 0))
        for row in rows
    ]
    shown: dict[int, int] = {}
    for zoom in zooms:
        taken: dict[tuple[int, int], list[tuple[float, float, float, float]]] = {}
        order = sorted(range(len(places)), key=lambda i: (shown.get(i, 99), i))
        for i in order:
            name, longitude, latitude, inhabitants = places[i]
            if inhabitants < INHABITANTS[zoom] or not in_region(longitude, latitude):
                continue
            label = label_box(name, longitude, latitude, zoom)
            cells = cells_of(label)
            if any(overlap(label, other) for cell in cells for other in taken.get(cell, [])):
                continue
            for cell in cells:
                taken.setdefault(cell, []).append(label)
            shown.setdefault(i, zoom)
    for i, zoom in sorted(shown.items(), key=lambda item: (item[1], item[0])):
        name, longitude, latitude, _ = places[i]
        yield name, longitude, latitude, zoom


def in_region(longitude: float, latitude: float) -> bool:
    west, south, east, north = REGION
    return west <= longitude <= east and south <= latitude <= north


def label_box(
    name: str, longitude: float, latitude: float, zoom: int
) -> tuple[float, float, float, float]:
    """The rectangle a town's name takes on the Mercator map at `zoom`, with some air."""
    world = 256 * 2**zoom
    x = (longitude + 180) / 360 * world
    y = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * world
    return x - 14, y - 14, x + 14 + 7 * len(name), y + 14


def cells_of(label: tuple[float, float, float, float]) -> list[tuple[int, int]]:
    west, north, east, south = (int(value // 128) for value in label)
    return [(x, y) for x in range(west, east + 1) for y in range(north, south + 1)]


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def level(topology: dict[str, Any], name: str, gazetteer: Path) -> dict[str, Any]:
    """One file's content."""
    corners, scale, tolerance, smallest, zooms = LEVELS[name]
    bounds = box(*corners)
    arcs = simplified(decoded_arcs(topology), tolerance)
    shapes = land(topology, arcs, bounds, smallest)
    rings = [deltas(shape.exterior.coords, scale) for shape in shapes]
    lines = [deltas(line.coords, scale) for line in borders(topology, arcs, bounds)]
    first = min(LEVELS["overview"][-1])
    named = [
        [town, round(x * scale), round(y * scale), zoom]
        for town, x, y, zoom in towns(gazetteer, range(first, max(zooms) + 1))
    ]
    return {
        "scale": scale,
        "land": [ring for ring in rings if len(ring) >= 8],
        "borders": [line for line in lines if len(line) >= 4],
        "towns": named,
    }


@click.command()
@click.argument("countries", type=click.Path(exists=True, path_type=Path))
@click.option("--gazetteer", type=click.Path(exists=True, path_type=Path), default=GAZETTEER)
@click.option("--output", type=click.Path(path_type=Path), default=OUTPUT)
def main(countries: Path, gazetteer: Path, output: Path) -> None:
    """Write overview.json and detail.json from COUNTRIES, world-atlas' countries-10m.json."""
    topology = json.loads(countries.read_text(encoding="utf-8"))
    output.mkdir(parents=True, exist_ok=True)
    for name in LEVELS:
        text = json.dumps(
            level(topology, name, gazetteer), ensure_ascii=False, separators=(",", ":")
        )
        (output / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        packed = len(gzip.compress(text.encode()))
        click.echo(f"{name}.json: {len(text):,} characters, {packed:,} bytes compressed")


if __name__ == "__main__":
    main()
