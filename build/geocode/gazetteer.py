"""The offline geocoder: GeoNames' places and postcodes of the countries around the Baltic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location

from build.geocode import answers
from build.geocode.answers import Unresolved
from build.geocode.countries import COUNTRIES
from build.geocode.deciding import (
    CONTRADICTION_KM,
    FAMOUS_POPULATION,
    FAMOUS_TIMES,
    KNOWN_TOWN_POPULATION,
    Hint,
    apart,
    best_of,
    dominates,
    find_hint,
    narrowed,
    near_postcode,
    postcode_area,
    rivals,
    too_common,
)
from build.geocode.index import Candidate, Index, PostcodePoint, Progress, open_index
from build.geocode.matching import exact_matches, similar_matches, sound_matches
from build.geocode.names import plain
from build.geocode.placement import Placement, PlaceQuery
from build.geocode.reading import Reading, read, wholes

#: A foreign town of this size is what a name means even beside a postcode of the country.
FOREIGN_POPULATION = 50_000

#: A name with more words than a known town's is taken for a part of it when the town has this
#: many inhabitants (`Berlin-Kreuzberg`).
COMPOUND_POPULATION = 20_000


class Gazetteer(Geocoder):
    """Places a query by name, postcode, region and country, without a network.

    The rules, in short: country first; postcode and city vote together and contradict each other
    beyond 60 km; namesakes are told apart by region, by postcode or by clear dominance in
    inhabitants; typing errors are forgiven last, within the country, when just one place is
    nearest. What is not sure stays unresolved, with the reason in the note.
    """

    def __init__(self, index: Index, **options: Any) -> None:
        """`index` from `open_index`; `options` are those of geopy's `Geocoder`."""
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._index = index
        # Many records of a list lie in the same town and say so in the same words.
        self._remembered = lru_cache(maxsize=8192)(self._answer)

    def geocode(
        self,
        query: str | Mapping[str, str] | PlaceQuery,
        *,
        exactly_one: bool = True,
        timeout: Any = DEFAULT_SENTINEL,
    ) -> Location | list[Location] | None:
        """Return the `geopy.Location` of an address or of a mapping with `PlaceQuery`'s keys.

        Its `raw` is the `Placement` as a dict. None when unresolved; a list of one when
        `exactly_one` is false. `timeout` has no meaning here.
        """
        placement = self.place(as_query(query))
        if placement.latitude is None or placement.longitude is None:
            return None
        location = Location(  # type: ignore[no-untyped-call]
            placement.matched, (placement.latitude, placement.longitude), asdict(placement)
        )
        return location if exactly_one else [location]

    def place(self, query: PlaceQuery) -> Placement:
        """Return where the query is, or a placement without coordinates that says why not."""
        if query.is_too_long:
            return Unresolved("That is too long to be a place.").placement
        return self._remembered(read(query))

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    # -- the parts of a query -------------------------------------------------------------------

    def _answer(self, reading: Reading) -> Placement:
        try:
            return self._place(reading)
        except Unresolved as reason:
            return reason.placement

    def _place(self, reading: Reading) -> Placement:
        country = reading.country
        if reading.conflict:
            raise Unresolved(f"Not placed: {reading.conflict}.")
        if reading.whole or reading.is_empty:
            if country is None:
                raise Unresolved("There is no place in the record to look for.")
            name = COUNTRIES[country]
            note = f"The whole of {name} is meant." if reading.whole else f"Only {name} is known."
            raise Unresolved(note, "country", name)
        if country is None:
            country = self._only_country(reading)
        points = self._index.postcode(country, reading.postcode) if reading.postcode else []
        if not reading.names:
            return self._without_name(reading, country, points)
        found, how = self._candidates(reading, country, points)
        if points:
            return self._with_postcode(reading, found, points)
        return self._by_name(reading, country, found, how)

    def _only_country(self, reading: Reading) -> str:
        """The country of a name that is unmistakable without one."""
        found = exact_matches(self._index, reading.names, None)
        if not found:
            raise Unresolved("No country is given, and the name alone is not known.")
        best = max(found, key=lambda candidate: candidate.population)
        others = [candidate for candidate in found if candidate.country != best.country]
        if others and not dominates(
            best, others, plain(reading.names[0]), FAMOUS_POPULATION, FAMOUS_TIMES
        ):
            raise Unresolved("No country is given, and there are such places in several countries.")
        return best.country

    def _without_name(
        self, reading: Reading, country: str, points: list[PostcodePoint]
    ) -> Placement:
        if points:
            best = max(points, key=lambda point: (point.population, -point.place))
            return answers.by_postcode(best, "postcode", f"By postcode {reading.postcode} alone.")
        if reading.postcode:
            return self._by_postcode_area(reading, country)
        if reading.odd_postcode:
            raise Unresolved(f"“{reading.odd_postcode}” is no postcode of {COUNTRIES[country]}.")
        hints = self._hints(reading, country)
        if not hints or not hints[0].region:
            raise Unresolved("The region is not known.")
        return answers.region(hints[0].region)

    def _hints(self, reading: Reading, country: str) -> list[Hint]:
        found = (find_hint(self._index, country, text) for text in reading.hints)
        return [hint for hint in found if hint]

    # -- the name -------------------------------------------------------------------------------

    def _candidates(
        self, reading: Reading, country: str, points: list[PostcodePoint]
    ) -> tuple[list[Candidate], str]:
        """Candidates for the name and how they were found; raises when it is a foreign place."""
        index, names = self._index, reading.names
        found = exact_matches(index, names, country)
        if found:
            if not points and not reading.hints:
                self._refuse_shadowed(names[0], country, found)
            return found, "exact"
        foreign = self._foreign(names, country)
        if foreign:
            if not points or foreign.population >= FOREIGN_POPULATION:
                raise Unresolved(
                    f"{foreign.name} is a place in {COUNTRIES[foreign.country]}, "
                    f"not in {COUNTRIES[country]}."
                )
            return [], ""
        found = sound_matches(index, names, country)
        if points:
            found = near_postcode(found, points)
        elif not reading.hints:
            # Many a hamlet sounds like a misspelt town: something else must speak for it.
            found = [candidate for candidate in found if candidate.population]
        if found:
            return found, "sound"
        found = self._similar(names, country, points)
        if found:
            return found, "similar"
        for name in wholes(names[0]):
            towns = [
                candidate
                for candidate in exact_matches(index, [name], country)
                if candidate.population >= COMPOUND_POPULATION
            ]
            if towns:
                return towns, "compound"
        return [], ""

    def _refuse_shadowed(self, name: str, country: str, found: list[Candidate]) -> None:
        """Refuse a hamlet that bears the name of a city abroad: `Hamburg` in Sweden."""
        if any(candidate.population for candidate in found):
            return
        city = self._index.city_abroad(plain(name), country)
        if city:
            raise Unresolved(
                f"{city[1]} is a city in {COUNTRIES[city[0]]}; whether a small place in "
                f"{COUNTRIES[country]} is meant cannot be told."
            )

    def _foreign(self, names: Sequence[str], country: str) -> Candidate | None:
        """The largest place abroad with exactly this name."""
        found = [
            candidate
            for name in names
            for candidate in exact_matches(self._index, [name], None)
            if candidate.country != country and candidate.kind != "region"
        ]
        return max(found, key=lambda candidate: candidate.population) if found else None

    def _similar(
        self, names: Sequence[str], country: str, points: list[PostcodePoint]
    ) -> list[Candidate]:
        for name in names:
            close = similar_matches(self._index, name, country)
            if points:
                close = [(errors, c) for errors, c in close if near_postcode([c], points)]
            if close:
                least = min(errors for errors, _ in close)
                return [candidate for errors, candidate in close if errors == least]
        return []

    # -- decisions ------------------------------------------------------------------------------

    def _with_postcode(
        self, reading: Reading, found: list[Candidate], points: list[PostcodePoint]
    ) -> Placement:
        if not found:
            best = max(points, key=lambda point: (point.population, -point.place))
            note = f"By postcode {reading.postcode}; the name “{reading.names[0]}” is not known."
            return answers.by_postcode(best, "postcode alone", note)
        near = near_postcode(found, points)
        largest = best_of(found, plain(reading.names[0]))
        served = {point.place for point in points}
        hamlets = largest.population >= KNOWN_TOWN_POPULATION and largest not in near
        if not near or (hamlets and all(candidate.id not in served for candidate in near)):
            raise Unresolved(
                f"Postcode {reading.postcode} and “{reading.names[0]}” contradict each other: "
                f"they are more than {CONTRADICTION_KM:.0f} km apart."
            )
        ids = {candidate.id for candidate in near}
        same = [point for point in points if point.place in ids]
        if same:
            best = max(same, key=lambda point: (point.population, -point.place))
        else:
            town = best_of(near, plain(reading.names[0]))
            best = min(points, key=lambda point: apart(town, point))
        note = f"Postcode {reading.postcode} and “{reading.names[0]}” agree."
        return answers.by_postcode(best, "agreed", note)

    def _by_postcode_area(self, reading: Reading, country: str) -> Placement:
        """Place an unknown postcode among those that begin alike, if they are near each other."""
        code = reading.postcode
        area = postcode_area(self._index, country, code)
        if not area or area[0].circles[0][2] > answers.PINNED_RADIUS_KM:
            raise Unresolved(f"Postcode {code} is not known in {COUNTRIES[country]}.")
        note = f"Postcode {code} is not in the list; those next to it are around {area[1].name}."
        return answers.by_postcode(area[1], "postcode area", note, "region")

    def _by_name(
        self, reading: Reading, country: str, found: list[Candidate], how: str
    ) -> Placement:
        name = reading.names[0]
        hints = self._hints(reading, country)
        if not found:
            for hint in hints:
                if hint.near and hint.region:
                    return answers.near(hint.region)
            raise Unresolved(f"“{name}” is not known in {COUNTRIES[country]}.")
        area = postcode_area(self._index, country, reading.postcode) if reading.postcode else None
        for hint in hints:
            found = narrowed(found, hint)
        key = plain(name)
        best = town = best_of(found, key)
        if area:
            found = narrowed(found, area[0])
            best = best_of(found, key)
        # A postcode that is not in the list does not make a hamlet of a town.
        hamlet = town.population >= KNOWN_TOWN_POPULATION and not best.population
        if area and (hamlet or area[0].contradicts(best)):
            raise Unresolved(f"Postcode {reading.postcode} and “{name}” contradict each other.")
        if hints and all(hint.contradicts(best) for hint in hints):
            raise Unresolved(
                f"“{name}” and “{reading.hints[0]}” contradict each other: the only such place "
                f"known is elsewhere in {COUNTRIES[country]}."
            )
        told = bool(area) or any(hint.agrees(best) for hint in hints)
        others = rivals(best, found) if len(found) > 1 else []
        if others and not dominates(best, others, key):
            raise Unresolved(
                f"There are several places called {best.name} in {COUNTRIES[country]}; "
                "a postcode or region would tell which."
            )
        if not told and too_common(best, key):
            raise Unresolved(
                f"{best.name} is too common a name in {COUNTRIES[country]} to be sure."
            )
        return self._settled(reading, best, how, told)

    def _settled(self, reading: Reading, best: Candidate, how: str, told: bool) -> Placement:
        if best.kind == "region":
            return answers.region(best)
        if reading.near:
            return answers.near(best)
        if best.radius:
            return answers.district(best)
        return answers.by_name(best, reading.names[0], how, told)


def as_query(query: str | Mapping[str, str] | PlaceQuery) -> PlaceQuery:
    """Make a `PlaceQuery` of an address in one line or of a mapping with its keys."""
    if isinstance(query, PlaceQuery):
        return query
    if isinstance(query, Mapping):
        known = {field.name for field in fields(PlaceQuery)}
        return PlaceQuery(**{key: str(query[key] or "") for key in known & query.keys()})
    return PlaceQuery(address=query) if "," in query else PlaceQuery(city=query)


def open_gazetteer(cache_dir: Path | None = None, progress: Progress | None = None) -> Gazetteer:
    """Open the offline geocoder, baking its index first when `cache_dir` has none yet.

    See `build.geocode.index.open_index` for both arguments and for what is raised.
    """
    return Gazetteer(open_index(cache_dir, progress))
