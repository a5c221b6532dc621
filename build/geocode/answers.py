"""The gazetteer's answers: placements with their precision, confidence and a note in words."""

from __future__ import annotations

from build.geocode.index import Candidate, PostcodePoint
from build.geocode.placement import Placement

NAME = "gazetteer"

#: A region gets a pin only when it is no larger than this (km).
PINNED_RADIUS_KM = 25.0

#: How sure an answer is by the way it was found: about the share of such answers that lie within
#: 5 km of the truth. Measured on 453 queries with known positions from registers independent of
#: GeoNames (`python -m benchmarks.geocoding --truth …` prints the shares again), and for
#: misspellings and postcodes alone, of which those have few, on thousands drawn from the
#: gazetteer itself (of postcodes alone 79 %). Of the 453 queries' answers 99 % lie within 25 km,
#: those of confidence 0.4 too, of which half lie within 5 km.
CONFIDENCE = {
    "agreed": 0.96,  # postcode and name agree
    "exact": 0.95,
    "sound": 0.85,
    "similar": 0.85,
    "postcode": 0.8,  # nothing else is given
    "postcode alone": 0.6,  # a name is given too, but not known
    "compound": 0.6,
    "postcode area": 0.4,
    "region": 0.4,
}


_READ_AS = {
    "sound": "“{}” read as {}.",
    "similar": "“{}” taken for a misspelling of {}.",
    "compound": "“{}” taken for a part of {}.",
}


class Unresolved(Exception):
    """Why a query cannot be placed; `precision` and `matched` if a region or country is known."""

    def __init__(self, note: str, precision: str = "", matched: str = "") -> None:
        super().__init__(note)
        self.placement = Placement(note=note, precision=precision, matched=matched, geocoder=NAME)


def by_postcode(
    point: PostcodePoint, how: str, note: str, precision: str = "postcode"
) -> Placement:
    """Put a query at a postcode's position in one of its places; `how` is of `CONFIDENCE`."""
    return Placement(
        point.latitude, point.longitude, precision, CONFIDENCE[how], point.name,
        point.geonameid or None, note, NAME,
    )  # fmt: skip


def by_name(place: Candidate, name: str, how: str, told: bool) -> Placement:
    """Put a query at a town or village found by `name`; `told` if a region confirms it."""
    if how == "exact":
        note = "By name and region." if told else "By name."
    else:
        note = _READ_AS[how].format(name, place.name)
    return _at(place, "place", CONFIDENCE[how], note)


def district(village: Candidate) -> Placement:
    """Put a query at the district of a village whose own position is not known."""
    note = (
        f"The list has only the position of the district of {village.name}, "
        f"good to about {village.radius:.0f} km."
    )
    return _at(village, "region", CONFIDENCE["region"], note)


def near(place: Candidate) -> Placement:
    """Put a query that says only `near X` at X, as a region."""
    if place.kind == "region":
        return region(place)
    note = f"Only said to be near {place.name}; its centre is shown."
    return _at(place, "region", CONFIDENCE["region"], note)


def region(place: Candidate) -> Placement:
    """Put a query at a small region's main town. Raises `Unresolved` when it is too large."""
    if place.kind == "region" and place.radius > PINNED_RADIUS_KM:
        note = f"Only the region {place.name} is known, too large for a pin."
        raise Unresolved(note, "region", place.name)
    radius = max(place.radius, 5.0)
    note = f"Only {place.name} is known; its centre is shown (within {radius:.0f} km)."
    return _at(place, "region", CONFIDENCE["region"], note)


def _at(place: Candidate, precision: str, confidence: float, note: str) -> Placement:
    return Placement(
        place.latitude, place.longitude, precision, confidence, place.name,
        place.geonameid or None, note, NAME,
    )  # fmt: skip
