"""Where a record is, how exactly that is known and how surely, in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass

from build.roles import EXACT
from portal.area import coordinates
from portal.language import gettext as _
from portal.record import Record


@dataclass(frozen=True)
class Location:
    """The place of a located record."""

    #: A GeoJSON geometry, as datasette-leaflet-geojson wants it.
    geometry: str
    coordinates: str
    #: Address of the place on a street map.
    street_map: str
    precision: str
    #: What that precision means, in English.
    definition: str
    is_exact: bool
    certainty: str
    matched: str
    #: Page of the matched place at GeoNames.
    geonames: str
    #: How the build found it, in English.
    note: str


def location(record: Record) -> Location | None:
    """None for a record without a place, or of a table without places."""
    if not record.is_located:
        return None
    values = record.values
    latitude, longitude = values["latitude"], values["longitude"]
    precision = record.table.columns["precision"]
    code = values["precision"] or ""
    number = values["geonameid"]
    definition = precision.definitions.get(code)
    return Location(
        geometry=values["geometry"],
        coordinates=coordinates(latitude, longitude),
        street_map=(
            f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}"
            f"#map=15/{latitude}/{longitude}"
        ),
        precision=precision.label(code) if code else _("Not stated"),
        definition=_(definition) if definition else "",
        is_exact=code in EXACT,
        certainty=certainty(values["confidence"]),
        matched=values["place_matched"] or "",
        geonames=f"https://www.geonames.org/{number}" if number is not None else "",
        note=values["place_note"] or "",
    )


def certainty(confidence: float | None) -> str:
    """A confidence from 0 to 1 in a sentence; empty where there is none."""
    if confidence is None:
        return ""
    if confidence >= 0.95:
        return _("There is hardly a doubt that this is the place.")
    if confidence >= 0.8:
        return _("Most likely this is the place.")
    if confidence >= 0.5:
        return _("Probably this is the place.")
    return _("It is not sure that this is the place.")
