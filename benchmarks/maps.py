"""What a map of 500,000 records costs, beside stock Datasette with datasette-cluster-map.

Both serve the same file, one after the other, over HTTP. Sizes are those of the compressed answers,
although stock Datasette does not compress them. The records are made up: sectors
and countries as often as in the real ones, towns drawn from the gazetteer by population, and a
third of them scattered around their town, as street addresses would be, which is harder for us than
the real ones, most of which share the middle of a town. They go through the stages `load` and
`finish` of the build; geocoding would take minutes and change nothing here.

datasette-cluster-map asks for 1,000 records at a time, each with all its columns, in a chain, stops
after the first and offers a button for the rest. Told are that first answer, which shows 0.2 % of
the records, and all of them, which is estimated from the first `CHAIN` links of the chain. Its
address is the one its script makes. What a browser then does with half a million markers is not
counted, nor are the scripts and tiles of either map.
"""

from __future__ import annotations

import csv
import gzip
import json
import math
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from sqlite_utils import Database

from benchmarks.generate import ROOT
from benchmarks.pages import free_port, serving
from build.findings import Findings
from build.load import finish, load_table
from build.read import read_table
from build.report import Report
from build.schema import Schema, Table
from build.validate import Record

SIZE = 500_000
#: What a reader may look at: name → (query, west, south, east, north, zoom).
VIEWS = {
    "the whole sea": ("", 0, 49, 37, 70, 4),
    "where it begins": ("", 3, 51, 33, 67, 5),
    "a country": ("", 7, 54, 16, 58, 7),
    "a town and around": ("", 10, 54, 15, 57, 9),
    "a big screen": ("", -20, 46, 50, 73, 6.5),
    "three sectors": ("sector=retail-and-trade&sector=arts-and-culture&sector=health-and-care",
                      3, 51, 33, 67, 5),
    "a country's young": ("country=PL&founded__gte=2015", 14, 49, 24, 55, 6),
    "a common word": ("_search=social", 3, 51, 33, 67, 5),
}  # fmt: skip
#: How often a view is asked for, each time of a process that has not seen it: ours keeps answers.
REPEATS = 3
#: Pages of the chain of datasette-cluster-map that are really loaded.
CHAIN = 20
#: Kept apart from our own packages, or our portal would load it too.
RIVAL = (
    "datasette-cluster-map==0.18.2 "
    "--hash=sha256:8074cdd42a7c1c4e95d52a3c5b0029eb7e5fe978498855d1ec804adadfd2b041"
)


def make_database(folder: Path, size: int = SIZE, seed: int = 2014) -> Path:
    """Build `folder`/baltic.db with `size` enterprises, and return it."""
    source = ROOT / "data"
    schema = Schema.load(source)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "baltic.db"
    db = Database(path)
    db.execute("pragma journal_mode = off")
    db.execute("pragma synchronous = off")
    with db.atomic():
        for table in schema.in_dependency_order():
            load_table(db, table, _records(table, source, size, seed))
        finish(db, schema)
        Report().store(db)
    db.execute("analyze")
    db.vacuum()
    db.close()
    return path


def _records(table: Table, source: Path, size: int, seed: int) -> Iterator[Record]:
    if table.key == "code":
        for row in read_table(table, source, Findings()):
            values = {name: _typed(table, name, cell) for name, cell in row.cells.items()}
            yield Record(row.file, row.line, values)
    if table.name == "enterprises":
        for number, values in enumerate(_enterprises(table, source, size, seed)):
            yield Record("generated", number, values)


def _typed(table: Table, name: str, cell: Any) -> Any:
    return table.by_name[name].read(cell)[0] if name in table.by_name else None


def _enterprises(table: Table, source: Path, size: int, seed: int) -> Iterator[dict[str, Any]]:
    pick = random.Random(seed)
    samples = [
        {name: _typed(table, name, cell) for name, cell in row.cells.items()}
        for row in read_table(table, source, Findings())
    ]
    places = _towns(source / "gazetteer" / "places.tsv.gz")
    for number in range(size):
        values = dict(pick.choice(samples))
        towns, populations = places[values["country"]]
        (town,) = pick.choices(towns, cum_weights=populations)
        latitude, longitude = float(town["latitude"]), float(town["longitude"])
        precision = pick.choices(("place", "address", "region"), (60, 33, 7))[0]
        if precision == "address":
            latitude += pick.gauss(0, 0.03)
            longitude += pick.gauss(0, 0.03) / math.cos(math.radians(latitude))
        latitude, longitude = round(latitude, 5), round(longitude, 5)
        yield values | {
            "id": f"{values['country'].lower()}-generated-{number}",
            "name": f"Generated {number} {values['name']}",
            "city": town["name"],
            "precision": precision,
            "latitude": latitude,
            "longitude": longitude,
            "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        }


def _size(response: httpx.Response) -> int:
    """Bytes that came over the line, compressed at the level of the portal."""
    body = response.content
    return len(gzip.compress(body, compresslevel=5))


def measure(database: Path) -> dict[str, dict[str, dict[str, float]]]:
    """{"ours": {view: …}, "stock": {what: …}}, each with kilobytes, milliseconds and records."""
    return {"ours": _ours(database), "stock": _stock(database)}


def _ours(database: Path) -> dict[str, dict[str, float]]:
    times: dict[str, list[float]] = defaultdict(list)
    again: dict[str, list[float]] = defaultdict(list)
    answers: dict[str, httpx.Response] = {}
    for _ in range(REPEATS):
        port = free_port()
        command = [sys.executable, "-m", "portal", "--database", str(database)]
        with serving([*command, "--port", str(port)], port) as client:
            for name, (query, *edges, zoom) in VIEWS.items():
                view = f"_viewport={','.join(map(str, edges))}&_zoom={zoom}"
                address = f"/baltic/enterprises.map?{query}&{view}".replace("?&", "?")
                answers[name], seconds = _timed(client, address)
                times[name].append(seconds)
                again[name].append(_timed(client, address)[1])
    return {
        name: {
            "kilobytes": _size(answer) / 1000,
            "ms": statistics.median(times[name]) * 1000,
            "again_ms": statistics.median(again[name]) * 1000,
            "records": len(answer.json()["records"])
            + sum(cluster[4] for cluster in answer.json()["clusters"]),
        }
        for name, answer in answers.items()
    }


def _stock(database: Path) -> dict[str, dict[str, float]]:
    """What the script of datasette-cluster-map loads for the whole table."""
    port = free_port()
    command = ["env", f"PYTHONPATH={_rival()}", sys.executable, "-m", "datasette", "serve"]
    command += ["-i", str(database), "--port", str(port), "--setting", "suggest_facets", "off"]
    command += ["--setting", "sql_time_limit_ms", "10000"]
    with serving(command, port) as client:
        page = client.get("/baltic/enterprises").text
        assert "datasette-cluster-map.js" in page, "datasette-cluster-map was not loaded"
        query = "_size=max&_labels=on&_extra=count&_extra=next_url&_shape=objects"
        address: str | None = f"/baltic/enterprises.json?{query}"
        sizes, times, records, total = [], [], [], 0
        while address and len(times) < CHAIN:
            answer, seconds = _timed(client, address)
            loaded = answer.json()
            times.append(seconds)
            sizes.append(_size(answer))
            records.append(len(loaded["rows"]))
            total, address = loaded["filtered_table_rows_count"], loaded["next_url"]
    links = math.ceil(total / records[0])
    first = {"kilobytes": sizes[0] / 1000, "ms": times[0] * 1000, "records": records[0]}
    everything = {
        "kilobytes": statistics.mean(sizes) * links / 1000,
        "ms": statistics.mean(times) * links * 1000,
        "records": total,
    }
    return {"its first answer": first, "all of them": everything}


def _rival() -> Path:
    """The folder with datasette-cluster-map, fetched when it is not there."""
    folder = ROOT / ".cache" / "cluster-map"
    if not folder.exists():
        wanted = ROOT / ".cache" / "cluster-map.txt"
        wanted.parent.mkdir(exist_ok=True)
        wanted.write_text(RIVAL)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        command += ["--require-hashes", "--target", str(folder), "-r", str(wanted)]
        subprocess.run(command, check=True)
    return folder


def _timed(client: httpx.Client, address: str) -> tuple[httpx.Response, float]:
    start = time.perf_counter()
    response = client.get(address)
    seconds = time.perf_counter() - start
    response.raise_for_status()
    return response, seconds


def run(database: Path | None = None) -> dict[str, dict[str, dict[str, float]]]:
    """Measure with `SIZE` generated records, or with a `database` of such; print a table."""
    with tempfile.TemporaryDirectory() as scratch:
        results = measure(database or make_database(Path(scratch)))
    ours, stock = results["ours"], results["stock"]
    whole = stock["all of them"]
    print(
        f"\n{'map of ' + format(whole['records'], ',.0f'):<26} {'records':>9} {'kB':>10} {'ms':>10}"
    )
    for name, figures in stock.items():
        print(f"  {'cluster-map, ' + name:<24} {_row(figures)}")
    for name, figures in ours.items():
        print(
            f"  {name:<24} {_row(figures)} {figures['again_ms']:>7.1f} again"
            f"   1/{whole['kilobytes'] / figures['kilobytes']:,.0f} of the bytes,"
            f" 1/{whole['ms'] / figures['ms']:,.0f} of the time of all of them"
        )
    return results


def _row(figures: dict[str, float]) -> str:
    return f"{figures['records']:>9,.0f} {figures['kilobytes']:>10,.1f} {figures['ms']:>10,.1f}"


def _towns(places: Path) -> dict[str, tuple[list[dict[str, str]], list[int]]]:
    """Each country's places and their cumulated populations."""
    towns: dict[str, tuple[list[dict[str, str]], list[int]]] = defaultdict(lambda: ([], []))
    with gzip.open(places, "rt", encoding="utf-8", newline="") as file:
        for place in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            known, populations = towns[place["country"]]
            known.append(place)
            populations.append(sum(populations[-1:]) + int(place["population"] or 0))
    return towns


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]) if sys.argv[1:] else None), indent=1))
