"""The chain of geocoders: hand-made corrections, the offline gazetteer, then Nominatim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from build.geocode.corrections import Corrections
from build.geocode.placement import Placement, PlaceQuery


class Places(Protocol):
    """A geocoder that always answers, if only with the reason why it does not know."""

    def place(self, query: PlaceQuery) -> Placement: ...


class Chain:
    """Asks one source after the other until one places the record.

    `Placement.geocoder` names the one that did. An answer that only a country or a region
    without a pin is meant is kept unless a later geocoder finds more.
    """

    def __init__(self, geocoders: Sequence[Places], corrections: Corrections | None = None) -> None:
        """`geocoders` in the order of asking: the gazetteer, and Nominatim if opted for."""
        self._corrections = corrections or Corrections()
        self._geocoders = geocoders

    def place(
        self, query: PlaceQuery, *, table: str = "", id: str = "", given: Placement | None = None
    ) -> Placement:
        """Return where record `id` of `table` is: as corrected, as `given` with it, or as found."""
        known = self._corrections.place(table, id) or given
        if known:
            return known
        first: Placement | None = None
        for geocoder in self._geocoders:
            placement = geocoder.place(query)
            if placement.located or placement.precision == "country":
                return placement
            first = _joined(first, placement)
        return first or Placement(note="No geocoder was asked.")


def _joined(first: Placement | None, later: Placement) -> Placement:
    """The first answer, with the reason why the later one did not help."""
    if first is None:
        return later
    return replace(first, note=f"{first.note} {later.note}".strip())
