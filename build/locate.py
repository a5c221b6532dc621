"""Records → the same records with the place they were put at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from build.findings import Findings
from build.geocode.chain import Chain
from build.geocode.placement import Placement, PlaceQuery
from build.plausible import Bounds
from build.schema import Table
from build.validate import Record


def locate(
    table: Table,
    records: Iterable[Record],
    chain: Chain,
    bounds: Mapping[str, Bounds],
    findings: Findings,
) -> Iterator[Record]:
    """Yield `records` with latitude, longitude (degrees), precision, confidence, geonameid,
    place_matched, place_note and geometry filled as far as the place is known.

    Corrections by hand come first, then coordinates that stand with the record. A record that
    cannot be located, or whose place turns out to lie outside its country's `bounds`, stays
    without coordinates and is told in `findings`. Tables without geometry pass unchanged.
    """
    for record in records:
        if table.geocoded:
            key = record.values[table.key]
            placement = chain.place(_query(record), table=table.name, id=key, given=_given(record))
            tell = findings.at(table.name, record.file, record.line, key)
            if _outside(placement, bounds.get(record.values["country"])):
                message = f"{placement.geocoder} put it outside its country; it was not placed."
                tell("warning", "placed-outside", message, field="country")
                placement = Placement(note=message)
            _fill(record, placement)
            if not placement.located:
                city = record.values.get("city") or ""
                tell(
                    "info",
                    "not-located",
                    f"Not on the map: {placement.note}",
                    field="city",
                    value=city,
                )
        yield record


def _outside(placement: Placement, bounds: Bounds | None) -> bool:
    latitude, longitude = placement.latitude, placement.longitude
    if bounds is None or latitude is None or longitude is None:
        return False
    return not bounds.contains(latitude, longitude)


def _given(record: Record) -> Placement | None:
    latitude, longitude = record.values["latitude"], record.values["longitude"]
    if latitude is None:
        return None
    return Placement(
        latitude=float(latitude),
        longitude=float(longitude),
        precision=record.values["precision"] or "address",
        confidence=1.0,
        note="Coordinates given with the record.",
        geocoder="record",
    )


def _query(record: Record) -> PlaceQuery:
    def text(name: str) -> str:
        return record.values.get(name) or ""

    return PlaceQuery(
        address=text("address"),
        postcode=text("postcode"),
        city=text("city"),
        region=text("region"),
        country=text("country"),
        name=text("name"),
    )


def _fill(record: Record, placement: Placement) -> None:
    latitude, longitude, geometry = placement.latitude, placement.longitude, None
    if latitude is not None and longitude is not None:
        # 5 decimals are a metre; more would claim what no gazetteer knows.
        latitude, longitude = round(latitude, 5), round(longitude, 5)
        geometry = {"type": "Point", "coordinates": [longitude, latitude]}
    record.values |= {
        "latitude": latitude,
        "longitude": longitude,
        "precision": placement.precision or None,
        "confidence": round(placement.confidence, 2) if placement.precision else None,
        "geonameid": placement.geonameid,
        "place_matched": placement.matched or None,
        "place_note": placement.note or None,
        "geometry": geometry,
    }
