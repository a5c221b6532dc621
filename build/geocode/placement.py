"""What a geocoder is asked and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

#: Characters of a part of a query. The longest in the real records has 90.
LONGEST_PART = 500


@dataclass(frozen=True, slots=True)
class PlaceQuery:
    """Where something is said to be. Every part may be empty; `country` is an ISO 3166-1 alpha-2
    code or a country's name in English or its own language."""

    address: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    name: str = ""

    @property
    def is_too_long(self) -> bool:
        """Whether a part is no place but a page of text, which would take hours to compare."""
        parts = (self.address, self.postcode, self.city, self.region, self.country)
        return max(map(len, parts)) > LONGEST_PART


@dataclass(frozen=True, slots=True)
class Placement:
    """Where it was put, how exactly, how surely, and why.

    `latitude` and `longitude` are WGS 84 degrees, both None when unresolved. `precision` is one
    of address, postcode, place, region, country (or empty when nothing is known). `confidence`
    is 0 to 1. `matched` names the place found; `note` says in words why, or why not.
    """

    latitude: float | None = None
    longitude: float | None = None
    precision: str = ""
    confidence: float = 0.0
    matched: str = ""
    geonameid: int | None = None
    note: str = ""
    geocoder: str = ""

    @property
    def located(self) -> bool:
        return self.latitude is not None
