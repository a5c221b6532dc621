"""Makes directories of data of any size, shaped like the real one, for benchmarks alone."""

from __future__ import annotations

import csv
import gzip
import random
import shutil
from collections import defaultdict
from pathlib import Path

from build.findings import Findings
from build.read import read_table
from build.schema import Schema

ROOT = Path(__file__).parent.parent


def generate(size: int, folder: Path, seed: int = 2014) -> Path:
    """Make `folder` a data directory with `size` enterprises and return it.

    Countries, sectors and filled cells occur as often as in the real records; towns are the
    gazetteer's, drawn by population, and every record says that it is generated.
    """
    source = ROOT / "data"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.csv.part"))
    table = Schema.load(source).tables["enterprises"]
    samples = [row.cells for row in read_table(table, source, Findings())]
    towns = _towns(source / "gazetteer" / "places.tsv.gz")
    pick = random.Random(seed)
    by_country: dict[str, list[dict[str, object]]] = defaultdict(list)
    for number in range(size):
        record: dict[str, object] = dict(pick.choice(samples))
        country = str(record["country"])
        names, weights = towns[country]
        record |= {
            "id": f"{country.lower()}-generated-{number}",
            "name": f"Generated {number} {record['name']}",
            "summary": f"Generated for a benchmark. {record['summary']}",
            "website": "",
            "city": pick.choices(names, cum_weights=weights)[0],
            "region": "",
            "postcode": "",
        }
        by_country[country].append(record)
    for old in (folder / "enterprises").glob("*.csv"):
        old.unlink()
    columns = [field.name for field in table.input_fields if field.input == "expected"]
    for country, records in by_country.items():
        path = folder / "enterprises" / f"{country.lower()}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(records)
    return folder


def _towns(places: Path) -> dict[str, tuple[list[str], list[int]]]:
    """Names and cumulated populations of each country's places."""
    towns: dict[str, tuple[list[str], list[int]]] = defaultdict(lambda: ([], []))
    with gzip.open(places, "rt", encoding="utf-8", newline="") as file:
        for place in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            names, weights = towns[place["country"]]
            names.append(place["name"])
            weights.append((weights[-1] if weights else 0) + int(place["population"] or 0))
    return towns
