"""Records as GeoJSON (RFC 7946)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from portal.catalogue import Catalogue, Table
from portal.walk import Page

#: About 10 cm, and what RFC 7946 recommends.
DECIMALS = 6


async def feature_collection(
    records: AsyncIterator[Page], table: Table, catalogue: Catalogue
) -> AsyncIterator[str]:
    """The pieces of one FeatureCollection. Its foreign members say whose data it is."""
    members = {
        "type": "FeatureCollection",
        "name": table.title,
        "license": catalogue.licence.get("path"),
        # CC BY asks that GeoNames, whose coordinates most are, be named wherever they go.
        "attribution": "; ".join(
            credit["title"] for credit in (catalogue.publisher, *catalogue.sources) if credit
        ),
        "version": catalogue.version,
    }
    yield json.dumps(members, ensure_ascii=False)[:-1] + ', "features": ['
    separator = "\n"
    async for page in records:
        if page.rows:
            records_of_page = (dict(zip(page.columns, row, strict=True)) for row in page.rows)
            yield separator + ",\n".join(
                json.dumps(feature(record, table), ensure_ascii=False) for record in records_of_page
            )
            separator = ",\n"
    yield "\n]}\n"


def feature(record: dict[str, Any], table: Table) -> dict[str, Any]:
    """One record; one that is not located keeps its place with `"geometry": null`."""
    properties: dict[str, Any] = {}
    for name, value in record.items():
        if name == "geometry":
            continue
        if isinstance(value, dict):  # Datasette's `_labels=on`
            properties |= {name: value["value"], f"{name}_label": value["label"]}
        elif name in table.columns and table.columns[name].type == "list" and value:
            properties[name] = json.loads(value)
        else:
            properties[name] = value
    result: dict[str, Any] = {"type": "Feature"}
    if table.key in record:
        result["id"] = record[table.key]
    return result | {"geometry": _geometry(record.get("geometry")), "properties": properties}


def _geometry(stored: str | None) -> Any:
    geometry = json.loads(stored) if stored else None
    if geometry:
        geometry["coordinates"] = _rounded(geometry["coordinates"])
    return geometry


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, list):
        return [_rounded(item) for item in coordinates]
    return round(coordinates, DECIMALS)
