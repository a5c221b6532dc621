"""A record in the terms of schema.org, as JSON-LD for search engines and other machines.

Two nodes: the thing the record is about, and our page on it, which carries licence and sources.
Nothing is said that the record does not know: no coordinates of an organisation where only its town
is known, no country for work across countries.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal.facts import is_web_address
from portal.record import Record

_TYPES = {
    "enterprises": "Organization",
    "organisations": "Organization",
    "programmes": "Service",
    "events": "Event",
    "library": "CreativeWork",
    "articles": "Article",
}
#: Kinds of library items from which one learns.
_TO_LEARN_FROM = ("course", "guide", "teaching-material")
#: The only precision at which coordinates are the record's own, and not its town's or its area's.
_OWN_PLACE = "address"

Node = dict[str, Any]


@dataclass(frozen=True)
class About:
    """The page a record is shown on. Addresses are absolute."""

    url: str
    #: The same in English, by which all languages name the thing.
    identity: str
    language: str
    catalogue_url: str
    catalogue_title: str
    version: str
    licence: str
    publisher: dict[str, str]


def linked_data(record: Record, page: About) -> Node:
    """The JSON-LD document."""
    thing: Node = {"@type": _type(record), "@id": f"{page.identity}#it"}
    thing |= _described(record)
    thing |= _OF_TYPE.get(record.table.name, _nothing)(record)
    thing["mainEntityOfPage"] = {"@id": page.url}
    about_page: Node = {
        "@type": "WebPage",
        "@id": page.url,
        "url": page.url,
        "name": record.label,
        "inLanguage": page.language,
        "mainEntity": {"@id": thing["@id"]},
        "license": page.licence,
        "isBasedOn": [
            {"@type": "WebPage", "url": source.url, "name": source.title}
            for source in record.sources
        ],
        "dateModified": record.values.get("updated_on"),
        "lastReviewed": record.values.get("checked_on"),
        "isPartOf": {
            "@type": "Dataset",
            "@id": page.catalogue_url,
            "name": page.catalogue_title,
            "version": page.version,
            "license": page.licence,
        },
        "publisher": _organisation(page.publisher.get("title"), page.publisher.get("path")),
    }
    return {"@context": "https://schema.org", "@graph": [_known(thing), _known(about_page)]}


def script_text(document: Node) -> str:
    """The document as the text of a script element, out of which nothing in it can break."""
    text = json.dumps(document, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _type(record: Record) -> str | list[str]:
    kind = _TYPES.get(record.table.name, "Thing")
    if record.table.name == "library" and record.values.get("kind") in _TO_LEARN_FROM:
        return [kind, "LearningResource"]
    return kind


def _described(record: Record) -> Node:
    """What can be said of anything. Labels are in English, so that all languages say the same."""
    values = record.values
    address = next(filter(_is_address, (values.get("website"), values.get("url"))), None)
    return {
        "name": record.label,
        "alternateName": values.get("name_alt"),
        "description": values.get("summary"),
        "identifier": record.key,
        "url": address,
        "sameAs": address if values.get("website") else None,
    }


def _organization(record: Record) -> Node:
    values = record.values
    founded, employees = values.get("founded"), values.get("employees")
    return {
        "address": _postal_address(values),
        "location": _place(record, values.get("city")),
        "email": values.get("email"),
        "foundingDate": str(founded) if founded else None,
        "numberOfEmployees": (
            {"@type": "QuantitativeValue", "value": employees} if employees is not None else None
        ),
        "keywords": _labels(record, "sector", "impact_area", "kind", "offer"),
    }


def _service(record: Record) -> Node:
    provider = record.names.get("organisation")
    return {
        "serviceType": _labels(record, "kind"),
        "provider": _organisation(provider.label if provider else record.values.get("provider")),
        "areaServed": _labels(record, "country"),
    }


def _event(record: Record) -> Node:
    values = record.values
    organiser = record.names.get("organisation")
    place = _place(record, values.get("venue") or values.get("city"))
    if place is None and values.get("city"):
        address = _postal_address(values)
        place = {"@type": "Place", "name": values.get("venue"), "address": address}
    online = _online(values)
    attendance = "Mixed" if place and online else "Online" if online else "Offline"
    return {
        "startDate": _moment(values),
        "endDate": values.get("end"),
        "eventAttendanceMode": f"https://schema.org/{attendance}EventAttendanceMode",
        "location": [item for item in (place, online) if item],
        "organizer": _organisation(organiser.label if organiser else values.get("organiser")),
        "inLanguage": values.get("language"),
    }


def _online(values: dict[str, Any]) -> Node | None:
    return {"@type": "VirtualLocation", "url": values.get("website")} if values["online"] else None


def _work(record: Record) -> Node:
    values = record.values
    year = values.get("year")
    return {
        "datePublished": str(year) if year else values.get("published"),
        "publisher": _organisation(values.get("publisher")),
        "inLanguage": values.get("language"),
        "keywords": _items(values.get("topics")),
    }


def _library_item(record: Record) -> Node:
    learn = record.values.get("kind") in _TO_LEARN_FROM
    kind = _labels(record, "kind")
    return _work(record) | ({"learningResourceType": kind} if learn else {"genre": kind})


def _article(record: Record) -> Node:
    return {"headline": record.label} | _work(record)


def _nothing(_record: Record) -> Node:
    return {}


_OF_TYPE = {
    "enterprises": _organization,
    "organisations": _organization,
    "programmes": _service,
    "events": _event,
    "library": _library_item,
    "articles": _article,
}


def _postal_address(values: dict[str, Any]) -> Node | None:
    country = values.get("country")
    parts = {
        "streetAddress": values.get("address"),
        "postalCode": values.get("postcode"),
        "addressLocality": values.get("city"),
        "addressRegion": values.get("region"),
        "addressCountry": None if country in ("EU", "INT") else country,
    }
    return {"@type": "PostalAddress", **parts} if any(parts.values()) else None


def _place(record: Record, name: str | None) -> Node | None:
    values = record.values
    if not record.is_located or values.get("precision") != _OWN_PLACE:
        return None
    point = {
        "@type": "GeoCoordinates",
        "latitude": values["latitude"],
        "longitude": values["longitude"],
    }
    return {"@type": "Place", "name": name, "address": _postal_address(values), "geo": point}


def _moment(values: dict[str, Any]) -> str:
    """The first day; with the time of day and its offset from UTC where both are known."""
    start, time, zone = values["start"], values.get("start_time"), values.get("timezone")
    try:
        if time and zone:
            return (
                datetime.fromisoformat(f"{start}T{time}").replace(tzinfo=ZoneInfo(zone)).isoformat()
            )
    except (ValueError, OSError):  # no such day, or no such zone on this machine
        pass
    return str(start)


def _organisation(name: str | None, url: str | None = None) -> Node | None:
    return {"@type": "Organization", "name": name, "url": url} if name else None


def _labels(record: Record, *names: str) -> list[str]:
    """The English labels of coded columns."""
    labels = []
    for name in names:
        column, value = record.table.columns.get(name), record.values.get(name)
        if column and value:
            codes = _items(value) if column.type == "list" else [value]
            labels += [(column.codes or {}).get(code, code) for code in codes]
    return labels


def _items(stored: str | None) -> list[str]:
    items = json.loads(stored) if stored else []
    return [str(item) for item in items]


def _is_address(text: str | None) -> bool:
    return bool(text) and is_web_address(str(text))


def _known(node: Node) -> Node:
    """The node without what is not known."""
    return {key: _pruned(value) for key, value in node.items() if value not in (None, "", [], {})}


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return _known(value)
    return [_pruned(item) for item in value] if isinstance(value, list) else value
