"""How well and how fast the offline gazetteer places things: `python -m benchmarks.geocoding`.

The truth file is a CSV with the columns `query_address, query_postcode, query_city, query_region,
query_country, lat, lon, kind, source`; an empty `lat` means that the right answer is none. It
stays outside of the repository. Beside the gazetteer stands a naive geocoder: exact name, country,
largest population.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import Any

from geopy.distance import great_circle

from build.geocode.countries import GAZETTEER_DATA, country_code
from build.geocode.gazetteer import open_gazetteer
from build.geocode.index import PROJECT
from build.geocode.placement import Placement, PlaceQuery

Row = dict[str, str]
Place = Callable[[PlaceQuery], Placement]


def read_truth(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def query(row: Row) -> PlaceQuery:
    return PlaceQuery(**{
        part: row[f"query_{part}"] for part in ("address", "postcode", "city", "region", "country")
    })  # fmt: skip


def off_km(row: Row, placement: Placement) -> float | None:
    """Distance from the truth; None when either side has no position."""
    if not row["lat"] or placement.latitude is None:
        return None
    truth = float(row["lat"]), float(row["lon"])
    return float(great_circle(truth, (placement.latitude, placement.longitude)).km)


def score(rows: Iterable[Row], placements: Iterable[Placement]) -> dict[str, float | int | None]:
    """Shares in % of the queries that have an answer, and pins where there should be none."""
    pairs = list(zip(rows, placements, strict=True))
    answerable = [pair for pair in pairs if pair[0]["lat"]]
    away = [off_km(*pair) for pair in answerable]

    def share(count: int) -> float | None:
        return round(100 * count / len(answerable), 2) if answerable else None

    def pins(kind: str) -> str:
        undecidable = [p for row, p in pairs if row["kind"] == kind and not row["lat"]]
        return f"{sum(p.located for p in undecidable)}/{len(undecidable)}"

    return {
        "queries": len(pairs),
        "within_5_km": share(sum(km is not None and km <= 5 for km in away)),
        "within_25_km": share(sum(km is not None and km <= 25 for km in away)),
        "wrong_50_km": share(sum(km is not None and km > 50 for km in away)),
        "unresolved": share(sum(km is None for km in away)),
        "pins_on_bad": pins("bad"),
        "pins_on_ambiguous": pins("ambiguous"),
    }


def by_kind(rows: list[Row], placements: list[Placement]) -> dict[str, dict[str, Any]]:
    groups: dict[str, list[tuple[Row, Placement]]] = defaultdict(list)
    for row, placement in zip(rows, placements, strict=True):
        groups[row["kind"]].append((row, placement))
    scores = {kind: score(*zip(*pairs, strict=True)) for kind, pairs in sorted(groups.items())}
    return {"all": score(rows, placements)} | scores


def calibration(rows: list[Row], placements: list[Placement]) -> dict[str, str]:
    """For each confidence that was given: how many answers, and the share within 5 and 25 km."""
    groups: dict[float, list[float]] = defaultdict(list)
    for row, placement in zip(rows, placements, strict=True):
        if placement.located:
            km = off_km(row, placement)
            groups[placement.confidence].append(float("inf") if km is None else km)
    return {
        f"{confidence:.2f}": f"{len(away)} answers, {share(away, 5):.0f} % within 5 km, "
        f"{share(away, 25):.0f} % within 25 km"
        for confidence, away in sorted(groups.items(), reverse=True)
    }


def share(away: list[float], limit: float) -> float:
    return 100 * sum(km <= limit for km in away) / len(away)


def naive_geocoder() -> Place:
    """Exact name and country, the largest population: what one would write first."""
    largest: dict[tuple[str, str], tuple[int, float, float]] = {}
    with gzip.open(GAZETTEER_DATA / "places.tsv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            found = int(row["population"]), float(row["latitude"]), float(row["longitude"])
            for name in (row["name"], *row["alternates"].split("|")):
                key = name.lower(), row["country"]
                largest[key] = max(found, largest.get(key, found))

    def place(query: PlaceQuery) -> Placement:
        found = largest.get((query.city.lower(), country_code(query.country) or ""))
        return Placement(found[1], found[2], "place", 1.0) if found else Placement()

    return place


def distinct_queries(count: int = 20_000) -> list[PlaceQuery]:
    """Queries all different, mostly towns and villages by name, some with postcode or misspelt."""
    queries: dict[PlaceQuery, None] = {}
    with gzip.open(GAZETTEER_DATA / "postcodes.tsv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for number, row in enumerate(random.Random(2014).sample(rows, 2 * count)):  # all countries
        city, code = row["place"], ""
        if number % 4 == 0:
            code = row["postcode"]
        elif number % 20 == 1 and len(city) > 5:
            city = city[:3] + city[4:]
        queries[PlaceQuery(city=city, postcode=code, country=row["country"])] = None
    return list(queries)[:count]


def lookups_per_second(parts: int = 8) -> int:
    """The median rate of several samples of distinct queries."""
    gazetteer = open_gazetteer()
    queries = distinct_queries()
    rates = []
    for part in range(parts):
        sample = queries[part::parts]
        started = time.perf_counter()
        for asked in sample:
            gazetteer.place(asked)
        rates.append(len(sample) / (time.perf_counter() - started))
    return round(median(rates))


def resident_mb() -> float:
    scale = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 2**20, 1)


MEASURE_OPEN = """
import time
from build.geocode.gazetteer import open_gazetteer
from build.geocode.placement import PlaceQuery
from benchmarks.geocoding import resident_mb
started = time.perf_counter()
gazetteer = open_gazetteer({cache!r})
opened = time.perf_counter() - started
assert gazetteer.place(PlaceQuery(city="Riga", country="LV")).located
print(opened, resident_mb())
"""


def measure_open(cache: Path) -> tuple[float, float]:
    """Seconds to open and megabytes at the most, in a process of its own."""
    code = MEASURE_OPEN.format(cache=cache).replace("PosixPath", "__import__('pathlib').Path")
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=PROJECT
    )
    seconds, megabytes = done.stdout.split()
    return round(float(seconds), 3), float(megabytes)


def measure() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as scratch:
        bake_s, bake_mb = measure_open(Path(scratch))
        open_s, open_mb = measure_open(Path(scratch))
    return {
        "bake_s": bake_s, "bake_mb": bake_mb, "open_s": open_s, "open_mb": open_mb,
        "lookups_per_s": lookups_per_second(),
    }  # fmt: skip


def show_wrong(rows: list[Row], placements: list[Placement]) -> None:
    for row, placement in zip(rows, placements, strict=True):
        km = off_km(row, placement)
        if (km is not None and km > 5) or bool(row["lat"]) != placement.located:
            asked = ", ".join(filter(None, (row[key] for key in row if key.startswith("query_"))))
            away = (
                "unresolved" if not placement.located else "pin" if km is None else f"{km:.0f} km"
            )
            print(
                f"{row['kind']:10} {asked} → {placement.matched or '-'} ({away}): {placement.note}"
            )


def run(truth: Path | None, *, show: bool = False) -> dict[str, Any]:
    """Measure speed and, given a file of queries with their positions, exactness; print both."""
    report: dict[str, Any] = {"speed": measure()}
    print("  ".join(f"{name} {value}" for name, value in report["speed"].items()))
    if truth is None:
        return report
    rows = read_truth(truth)
    gazetteer, naive = open_gazetteer().place, naive_geocoder()
    placements = [gazetteer(query(row)) for row in rows]
    report["gazetteer"] = by_kind(rows, placements)
    report["naive"] = by_kind(rows, [naive(query(row)) for row in rows])
    report["calibration"] = calibration(rows, placements)
    for name in ("naive", "gazetteer"):
        print(f"\n{name}")
        for kind, figures in report[name].items():
            print(f"  {kind:10}", "  ".join(f"{key} {value}" for key, value in figures.items()))
    print("\nconfidence")
    for confidence, shares in report["calibration"].items():
        print(f"  {confidence}  {shares}")
    if show:
        show_wrong(rows, placements)
    return report


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.geocoding", description=__doc__)
    parser.add_argument("--truth", type=Path, help="CSV of queries and positions")
    parser.add_argument("--show", action="store_true", help="list what was placed wrongly")
    arguments = parser.parse_args()
    run(arguments.truth, show=arguments.show)
