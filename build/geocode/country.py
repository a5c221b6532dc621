"""One country's places, names, regions and postcodes, made from its rows of the sources."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from build.geocode.names import DECLINING, nominatives, plain, undigraphed
from build.geocode.positions import Nearest, distance_km, middle, plausible
from build.geocode.reading import without_divisions
from build.geocode.sources import Area, Postal, Town

#: A postal row and a town of one name are one place within this distance (km); if it is only
#: another name of the town, within the second; where the country has just one town of that name,
#: and in the same region, within the third.
SAME_PLACE_KM, SAME_ALIAS_KM, SAME_NAME_KM = 20.0, 6.0, 100.0

#: Inhabitants from which a town may be that only one.
ONLY_ONE_POPULATION = 1_000

#: Where the post gives one position for this many places it is their parish's or district's, good
#: to about so many km.
SHARED_BY, SHARED_KM = 25, 15.0


class Place:
    """A row of `place` in the making, with its plain names."""

    __slots__ = ("geonameid", "id", "kind", "latitude", "longitude", "name", "names",
                 "population", "radius", "regions")  # fmt: skip

    def __init__(
        self,
        number: int,
        kind: str,
        name: str,
        position: tuple[float, float],
        names: Collection[str] = (),
    ) -> None:
        self.id, self.kind, self.name = number, kind, name
        self.latitude, self.longitude = position
        self.population = self.geonameid = 0
        self.radius = 0.0
        self.names = names
        self.regions: tuple[int, ...] = ()

    def km(self, latitude: float, longitude: float) -> float:
        return distance_km(self.latitude, self.longitude, latitude, longitude)


class Country:
    """One country's places, names and postcodes, made from its rows."""

    def __init__(
        self,
        code: str,
        first: int,
        towns: list[Town],
        postals: list[Postal],
        areas: list[Area],
        exonyms: dict[tuple[str, str], list[str]],
    ) -> None:
        self.code, self.first, self.exonyms = code, first, exonyms
        self.places: list[Place] = []
        self.admin1: dict[str, Place] = {}
        for area in areas:
            self._add_area(area)
        self.postals = plausible(code, postals, towns)
        self.chains = self._add_regions()
        self.by_name: dict[str, list[Place]] = defaultdict(list)
        self._add_towns(towns)
        self.postcodes: dict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
        self._link_postals()
        self._centre_regions()
        del self.postals, self.by_name

    def _new(
        self, kind: str, name: str, position: tuple[float, float], names: Collection[str]
    ) -> Place:
        place = Place(self.first + len(self.places), kind, name, position, names)
        self.places.append(place)
        return place

    def _by_hand(self, name: str) -> list[str]:
        """Names of a place that GeoNames lacks."""
        return self.exonyms.get((self.code, name), [])

    def _spellings(self, names: Iterable[str]) -> tuple[str, ...]:
        """Plain spellings under which a place of these names is to be found."""
        forms: set[str] = set()
        for name in names:
            forms.add(name)
            if " " in name or "." in name:
                bare = name.split(" (")[0]
                forms |= {bare, without_divisions(bare)}
        if self.code in DECLINING:
            if self.code == "LT" and len(forms) > 1:
                forms = {form for form in forms if not form.endswith(" k.")}
            for form in tuple(forms):
                forms.update(nominatives(form, self.code))
        return tuple({spelling for form in forms if (spelling := plain(form))})

    # -- regions --------------------------------------------------------------------------------

    def _add_area(self, area: Area) -> None:
        position = (area.latitude or 0.0, area.longitude or 0.0)
        names = self._spellings([*area.names, *area.admin1])
        region = self._new("region", area.names[0], position, names)
        region.radius = area.radius or 0.0
        for admin1 in area.admin1:
            # The first row to name a region is the region; later ones are unions of some.
            self.admin1.setdefault(admin1, region)

    def _add_regions(self) -> dict[tuple[str, str, str], tuple[int, ...]]:
        """Make the regions that postal rows name; return the ids of each chain of them."""
        regions: dict[tuple[str, ...], Place] = {}
        chains: dict[tuple[str, str, str], tuple[int, ...]] = {}
        for row in self.postals:
            if row.admin in chains:
                continue
            ids = []
            for level, name in enumerate(row.admin, start=1):
                if not name:
                    continue
                region = self.admin1.get(name) if level == 1 else regions.get(row.admin[:level])
                if region is None:
                    position = (row.latitude, row.longitude)
                    region = self._new(
                        "region", name, position, self._spellings([name, *self._by_hand(name)])
                    )
                    if level == 1:
                        self.admin1[name] = region
                    regions[row.admin[:level]] = region
                ids.append(region.id)
            chains[row.admin] = tuple(dict.fromkeys(ids))
        return chains

    def _centre_regions(self) -> None:
        """Put each region where its largest town is, with the radius that holds 90 % of it."""
        points: dict[int, set[tuple[float, float]]] = defaultdict(set)
        for row in self.postals:
            for number in self.chains[row.admin]:
                points[number].add((row.latitude, row.longitude))
        seats: dict[int, Place] = {}
        for place in self.places:
            for number in place.regions:
                if place.population > (seats[number].population if number in seats else 0):
                    seats[number] = place
        for number, members in points.items():
            region = self.places[number - self.first]
            seat = seats.get(number)
            region.latitude, region.longitude = (
                (seat.latitude, seat.longitude) if seat else middle(members)
            )
            reach = sorted(region.km(lat, lon) for lat, lon in members)
            region.radius = max(2.0, reach[int(len(reach) * 0.9)])
            if seat and self.code == "BY":
                # Districts of Belarus are named after their seats, here in French (`Svislotch`).
                region.names = (*region.names, *(n for n in seat.names if n not in region.names))

    # -- places ---------------------------------------------------------------------------------

    def _add_towns(self, towns: list[Town]) -> None:
        nearest = Nearest(self.postals)
        rows = [nearest(town.latitude, town.longitude) for town in towns]
        usual: dict[str, Counter[str]] = defaultdict(Counter)
        for town, row in zip(towns, rows, strict=True):
            if row:
                usual[town.admin1][row.admin[0]] += 1
        largest = {town.name: town for town in sorted(towns, key=lambda town: town.population)}
        called = {plain(name) for town in towns for name in (town.name, *town.alternates)}
        for town, row in zip(towns, rows, strict=True):
            by_hand = self._by_hand(town.name) if largest[town.name] is town else ()
            names = self._spellings([town.name, *town.alternates, *by_hand])
            # Of several towns called Nykøbing some are listed only with what tells them apart.
            short = plain(town.name.split()[0])
            if short in called:
                names = tuple({*names, short})
            place = self._new("town", town.name, (town.latitude, town.longitude), names)
            place.population, place.geonameid = town.population, town.geonameid
            if row:
                place.regions = self._town_regions(row, usual[town.admin1].most_common(1)[0][0])
            for name in {undigraphed(name) for name in place.names}:
                self.by_name[name].append(place)

    def _town_regions(self, row: Postal, admin1: str) -> tuple[int, ...]:
        """The regions of the nearest postal row, unless that is across the border."""
        if row.admin[0] == admin1:
            return self.chains[row.admin]
        return (self.admin1[admin1].id,) if admin1 in self.admin1 else ()

    def _link_postals(self) -> None:
        """Give every postal row its place: a town of that name nearby, or a new village."""
        sites = {((row.latitude, row.longitude), row.place) for row in self.postals}
        shared = Counter(position for position, _ in sites)
        villages: dict[tuple[str, int, int], Place] = {}
        known: dict[str, tuple[tuple[str, ...], dict[Place, bool]]] = {}
        for row in self.postals:
            if row.place not in known:
                names = self._postal_names(row.place)
                known[row.place] = names, self._towns_called(names)
            names, towns = known[row.place]
            position = (row.latitude, row.longitude)
            place = self._town(towns, row) if towns else None
            if place and place.km(*position) > SAME_PLACE_KM:
                position = (place.latitude, place.longitude)
            if place is None:
                cell = (row.place, round(row.latitude * 20), round(row.longitude * 10))
                place = villages.get(cell)
                if place is None:
                    place = villages[cell] = self._new("village", row.place, position, names)
                    place.regions = self.chains[row.admin]
                    place.radius = SHARED_KM if shared[position] >= SHARED_BY else 0.0
            self.postcodes[row.postcode, place.id].append(position)

    def _postal_names(self, name: str) -> tuple[str, ...]:
        names = [name]
        while (shorter := names[-1].rstrip("0123456789 -")) != names[-1] and shorter:
            names.append(shorter)  # "Reykjavík - 1", "Тихорецк 7"
        if self.code == "DE" and " " in name:
            # "Berghülen Bühlenhausen" is the part Bühlenhausen of the municipality Berghülen.
            municipality, part = name.split(" ", 1)
            if len(part) > 4 and undigraphed(plain(municipality)) in self.by_name:
                names.append(part)
        return self._spellings(names)

    def _towns_called(self, names: Iterable[str]) -> dict[Place, bool]:
        """Towns with one of the names, and whether it is their own name rather than another."""
        keys = {undigraphed(name) for name in names}
        towns = (town for key in keys for town in self.by_name.get(key, ()))
        return {town: undigraphed(plain(town.name)) in keys for town in towns}

    def _town(self, towns: dict[Place, bool], row: Postal) -> Place | None:
        """The town that a postal row means, or None when it is another place of the name."""
        best = min(towns, key=lambda town: town.km(row.latitude, row.longitude))
        km, own_name = best.km(row.latitude, row.longitude), towns[best]
        if km <= (SAME_PLACE_KM if own_name else SAME_ALIAS_KM):
            return best
        alone = own_name and len(towns) == 1 and best.population >= ONLY_ONE_POPULATION
        home = self.admin1.get(row.admin[0])
        same = alone and km <= SAME_NAME_KM and home is not None and home.id in best.regions
        return best if same else None
