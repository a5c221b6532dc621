"""Rules by which one place is meant among several, and by which parts of a query contradict."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

from rapidfuzz.distance import OSA

from build.geocode.index import Candidate, Index, PostcodePoint
from build.geocode.matching import exact_matches, is_common, sound_matches
from build.geocode.names import plain, sound
from build.geocode.positions import KM_PER_DEGREE, distance_km
from build.geocode.reading import without_divisions, without_near

#: Candidates this near each other are one place (km).
ONE_PLACE_KM = 20.0

#: A postcode and a city, or a region and a city, further apart contradict each other (km).
CONTRADICTION_KM = 60.0

#: Among namesakes one is meant when it has this many inhabitants, this many times the next, and
#: this many times all the others together.
DOMINANT_POPULATION, DOMINANT_TIMES, DOMINANT_SHARE = 2_000, 8, 4
#: The same when no country is given and all countries' namesakes compete.
FAMOUS_POPULATION, FAMOUS_TIMES = 50_000, 20

#: Inhabitants assumed of a village that only the post knows.
VILLAGE_POPULATION = 250

#: A name that is common in its country means a town of this size, or nothing for sure.
KNOWN_TOWN_POPULATION = 5_000

#: A town of this size is known abroad by its names in other languages.
KNOWN_BY_ALL_NAMES = 20_000

#: Letters by which transcriptions of a town's own name differ (`Svislach`, `Свислочь`).
LIKE_ITS_OWN = 2

#: Namesakes count for less when the name is only the beginning of theirs, or another of theirs.
LONGER_NAME, OTHER_NAME = 3, 10

#: A hint that names a town means its surroundings (km); a hint's edge is not sharp (km).
AROUND_TOWN_KM, EDGE_KM = 30.0, 15.0


@dataclass(frozen=True, slots=True)
class Hint:
    """A region or town in or near which the place is said to be: its ids and its circles.

    A circle is latitude, longitude (degrees) and radius (km).
    """

    ids: frozenset[int]
    circles: tuple[tuple[float, float, float], ...]
    region: Candidate | None = None
    near: bool = False

    def holds(self, place: Candidate) -> bool:
        """Whether the region is known to hold the place."""
        return place.id in self.ids or not self.ids.isdisjoint(map(int, place.regions.split()))

    def agrees(self, place: Candidate) -> bool:
        """Whether the place lies in the region, or within 15 km of its circle."""
        return self.holds(place) or self._beyond(place) <= EDGE_KM

    def contradicts(self, place: Candidate) -> bool:
        """Whether the place lies so far outside that another must be meant."""
        return not self.agrees(place) and self._beyond(place) > CONTRADICTION_KM

    def _beyond(self, place: Candidate) -> float:
        return min(
            distance_km(latitude, longitude, place.latitude, place.longitude) - radius
            for latitude, longitude, radius in self.circles
        )


def find_hint(index: Index, country: str, text: str) -> Hint | None:
    """Return the region or town that `text` names in the country, or None when it is unknown."""
    text, near = without_near(text)
    forms = tuple(dict.fromkeys((text, without_divisions(text))))
    found = exact_matches(index, forms, country) or sound_matches(index, forms, country)
    regions = [candidate for candidate in found if (candidate.kind == "region") != near] or found
    if not regions:
        return None
    return Hint(
        frozenset(region.id for region in regions),
        tuple((r.latitude, r.longitude, r.radius or AROUND_TOWN_KM) for r in regions),
        regions[0],
        near,
    )


def postcode_area(index: Index, country: str, code: str) -> tuple[Hint, PostcodePoint] | None:
    """Return the area of an unknown postcode and its main place, from the codes that begin alike.

    The more digits they share with `code` the better, two at least. None when there are none.
    """
    prefixes = (code[:length] for length in range(len(code) - 1, 1, -1))
    return next(filter(None, (_area(index, country, prefix) for prefix in prefixes)), None)


@lru_cache(maxsize=4096)
def _area(index: Index, country: str, prefix: str) -> tuple[Hint, PostcodePoint] | None:
    points = index.postcodes(country, prefix)
    if not points:
        return None
    latitude = median(point.latitude for point in points)
    longitude = median(point.longitude for point in points)
    away = sorted(
        distance_km(latitude, longitude, point.latitude, point.longitude) for point in points
    )
    main = max(points, key=lambda point: (point.population, -point.place))
    return Hint(frozenset(), ((latitude, longitude, away[int(len(away) * 0.9)]),)), main


def narrowed(candidates: list[Candidate], hint: Hint) -> list[Candidate]:
    """The candidates that the hint holds, or those it agrees with, or all if there are none.

    A town comes before the region of its name that the hint may be itself.
    """
    places = [candidate for candidate in candidates if candidate.kind != "region"]
    return (
        [candidate for candidate in places if hint.holds(candidate)]
        or [candidate for candidate in places if hint.agrees(candidate)]
        or [candidate for candidate in candidates if hint.holds(candidate)]
        or [candidate for candidate in candidates if hint.agrees(candidate)]
        or candidates
    )


def best_of(candidates: Sequence[Candidate], key: str) -> Candidate:
    """The likeliest candidate for the plain name `key`: the largest, or a part of its own name.

    A town of 5,000 is meant by its other names too; of smaller places within 20 km of each other
    rather the one whose own name it is.
    """
    if len(candidates) == 1:
        return candidates[0]
    largest = max(candidates, key=_size)
    if largest.population >= KNOWN_TOWN_POPULATION:
        return largest
    own = [
        candidate
        for candidate in candidates
        if candidate.kind != "region"
        and plain(candidate.name) == key
        and not rivals(largest, [candidate])
    ]
    return max(own, key=_size, default=largest)


_KINDS = {"region": 0, "village": 1, "town": 2}


def _size(candidate: Candidate) -> tuple[int, int, float, int]:
    return candidate.population, _KINDS[candidate.kind], -candidate.radius, -candidate.id


def rivals(best: Candidate, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates that are another place than `best`."""
    return [candidate for candidate in candidates if not _same_place(best, candidate)]


def _same_place(one: Candidate, other: Candidate) -> bool:
    if one.id == other.id:
        return True
    within = max(ONE_PLACE_KM, other.radius) if other.kind == "region" else ONE_PLACE_KM
    if one.country != other.country or abs(one.latitude - other.latitude) * 111 > within:
        return False
    return distance_km(one.latitude, one.longitude, other.latitude, other.longitude) <= within


def dominates(
    best: Candidate,
    others: Sequence[Candidate],
    key: str,
    population: int = DOMINANT_POPULATION,
    times: int = DOMINANT_TIMES,
) -> bool:
    """Whether `best` is so much larger than its namesakes that it must be meant by `key`.

    Towns whose own name is longer, or another, count for a part of their inhabitants.
    """
    if best.population < population:
        return False
    sizes = [_weight(other, key) for other in others]
    weight = _weight(best, key)
    return weight >= times * max(sizes) and weight >= DOMINANT_SHARE * sum(sizes)


def _weight(candidate: Candidate, key: str) -> float:
    population = max(candidate.population, VILLAGE_POPULATION)
    name = plain(candidate.name)
    if name == key or OSA.distance(sound(name), sound(key)) <= LIKE_ITS_OWN:
        return population
    # `Dillingen an der Donau` is called Dillingen for short.
    return population / (LONGER_NAME if name.startswith(key) else OTHER_NAME)


def too_common(best: Candidate, key: str) -> bool:
    """Whether the name is so common that a small place of the index is likely not the one."""
    if not is_common(best.country, key):
        return False
    own = sound(plain(best.name)) == sound(key)
    return best.population < (KNOWN_TOWN_POPULATION if own else KNOWN_BY_ALL_NAMES)


def near_postcode(
    candidates: Sequence[Candidate], points: Sequence[PostcodePoint]
) -> list[Candidate]:
    """Candidates that the postcode does not contradict."""
    served = {point.place for point in points}
    # A postcode may serve hundreds of villages and have one position for them all.
    spots = {(point.latitude, point.longitude) for point in points}
    return [
        candidate
        for candidate in candidates
        if candidate.id in served or _near_any(candidate, spots)
    ]


def _near_any(candidate: Candidate, spots: Collection[tuple[float, float]]) -> bool:
    reach = CONTRADICTION_KM + candidate.radius
    return any(
        abs(candidate.latitude - latitude) * KM_PER_DEGREE <= reach
        and distance_km(candidate.latitude, candidate.longitude, latitude, longitude) <= reach
        for latitude, longitude in spots
    )


def apart(candidate: Candidate, point: PostcodePoint) -> float:
    """Distance in km between a candidate and a postcode's position."""
    return distance_km(candidate.latitude, candidate.longitude, point.latitude, point.longitude)
