"""Countries of the directory: their codes, and their names in the languages of the region."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from build.geocode.names import plain

GAZETTEER_DATA = Path(__file__).resolve().parents[2] / "data" / "gazetteer"

#: ISO 3166-1 alpha-2 → English name.
COUNTRIES = {
    "BY": "Belarus",
    "DE": "Germany",
    "DK": "Denmark",
    "EE": "Estonia",
    "FI": "Finland",
    "IS": "Iceland",
    "LT": "Lithuania",
    "LV": "Latvia",
    "NO": "Norway",
    "PL": "Poland",
    "RU": "Russia",
    "SE": "Sweden",
}


@cache
def country_names() -> dict[str, str]:
    """Return plain names and codes of the countries → code, from `countries.csv`."""
    names = {code.lower(): code for code in COUNTRIES}
    with (GAZETTEER_DATA / "countries.csv").open(encoding="utf-8", newline="") as file:
        names |= {plain(row["name"]): row["country"] for row in csv.DictReader(file)}
    return names


def country_code(text: str) -> str | None:
    """Return the code of a country of the region named by code or in any of its languages.

    None means that the text names no country of the region; Åland counts as Finland.
    """
    return country_names().get(plain(text))
