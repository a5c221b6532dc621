"""A record in the terms of schema.org, as JSON-LD for search engines and other machines.

Three nodes: the thing the record is about, our page on it, which carries licence and sources, and
the way to it. Other pages are in `portal/linked_pages.py`. Nothing is said that the record does not
know: no coordinates of an organisation where only its town is known, no country for work across
countries, no blog for an article that was published elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from datasette.app import Datasette
from datasette.utils import tilde_encode
from datasette.utils.asgi import Request

from portal import compat
from portal.catalogue import Catalogue
from portal.facts import is_web_address
from portal.language import ENGLISH, language
from portal.language import gettext as _
from portal.links import Links
from portal.metadata import credited
from portal.network import ACROSS
from portal.reading import held, items
from portal.record import PART_OF, Named, Record

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
#: State of an event → schema.org's word for it; of one that is not certain yet it has none.
_STATES = {None: "EventScheduled", "postponed": "EventPostponed", "cancelled": "EventCancelled"}

Node = dict[str, Any]


@dataclass(frozen=True)
class About:
    """The page that is told of. Addresses are absolute."""

    url: str
    #: The same in English, by which all languages name the thing.
    identity: str
    language: str
    catalogue_url: str
    catalogue_title: str
    version: str
    licence: str
    publisher: dict[str, str]
    #: Names and addresses of the pages above it, the home page first.
    above: tuple[tuple[str, str], ...] = ()


def about(
    ds: Datasette,
    request: Request,
    known: Catalogue,
    path: str,
    *,
    above: Iterable[tuple[str, str]] = (),
) -> About:
    """The page at `path` without a language; `above` are names and paths from home down to it."""
    known = credited(known, compat.metadata(ds))
    way = [(_("Home"), "/"), *above]

    def absolute(path: str, code: str | None = None) -> str:
        return str(ds.absolute_url(request, str(Links(ds, code).path(path))))

    return About(
        url=absolute(path),
        identity=absolute(path, ENGLISH),
        language=language(),
        catalogue_url=absolute("/baltic", ENGLISH),
        catalogue_title=known.title,
        version=known.version,
        licence=known.licence.get("path", ""),
        publisher=known.publisher,
        above=tuple((name, absolute(higher)) for name, higher in way if path != "/"),
    )


def linked_data(record: Record, page: About) -> Node:
    """The JSON-LD document of a record's page."""
    it = thing(record, page) | {"mainEntityOfPage": {"@id": page.url}}
    about_page = web_page(page, record.label) | {
        "mainEntity": {"@id": it["@id"]},
        "isBasedOn": [
            {"@type": "WebPage", "url": source.url, "name": source.title}
            for source in record.sources
        ],
        "dateModified": record.values.get("updated_on"),
        "lastReviewed": record.values.get("checked_on"),
    }
    return document(it, about_page, breadcrumbs(page, record.label))


def thing(record: Record, page: About) -> Node:
    """What the record is about. Of a row alone, as in lists, that is without whom it names."""
    name = record.table.name
    return {
        "@type": _type(record),
        "@id": identity(page, name, record.key),
        **_described(record),
        **_OF_TYPE.get(name, _nothing)(record, page),
    }


def identity(page: About, table: str, key: str) -> str:
    """The name of what a record is about, the same in all languages and on all pages."""
    return f"{page.catalogue_url}/{table}/{tilde_encode(key)}#it"


def reference(page: About, table: str, key: str, name: str) -> Node:
    """A record that another one, or a list, speaks of."""
    return {"@type": _TYPES.get(table, "Thing"), "@id": identity(page, table, key), "name": name}


def item_list(
    name: str, total: int, entries: Iterable[tuple[str, Node]], *, first: int = 1
) -> Node:
    """A list called `name` that has `total` records, as far as a page shows it.

    `entries` are the addresses of their pages and what these are about, from the place `first` on.
    """
    return {
        "@type": "ItemList",
        "name": name,
        "numberOfItems": total,
        "itemListElement": [
            {"@type": "ListItem", "position": position, "url": url, "item": item}
            for position, (url, item) in enumerate(entries, first)
        ],
    }


def document(*nodes: Node | None) -> Node:
    """A JSON-LD document of what is known of these nodes."""
    return {"@context": "https://schema.org", "@graph": [_known(node) for node in nodes if node]}


def web_page(page: About, name: str, kind: str = "WebPage") -> Node:
    """The page itself, which `kind` of schema.org's it is."""
    return {
        "@type": kind,
        "@id": page.url,
        "url": page.url,
        "name": name,
        "inLanguage": page.language,
        "license": page.licence,
        "isPartOf": {
            "@type": "Dataset",
            "@id": page.catalogue_url,
            "name": page.catalogue_title,
            "version": page.version,
            "license": page.licence,
        },
        "publisher": publisher(page),
        "breadcrumb": {"@id": _trail(page)} if page.above else None,
    }


def publisher(page: About) -> Node | None:
    """Who publishes the directory."""
    return _organisation(page.publisher.get("title"), page.publisher.get("path"))


def breadcrumbs(page: About, name: str) -> Node | None:
    """The way from the home page to the page, which is called `name`."""
    if not page.above:
        return None
    way = [*page.above, (name, page.url)]
    return {
        "@type": "BreadcrumbList",
        "@id": _trail(page),
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": step, "item": {"@id": address}}
            for place, (step, address) in enumerate(way, 1)
        ],
    }


def _trail(page: About) -> str:
    return f"{page.url}#trail"


def blog(page: About, title: str) -> Node:
    """The portal's blog."""
    address = f"{page.catalogue_url}/articles"
    return {"@type": "Blog", "@id": f"{address}#it", "name": title, "url": address}


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


def _organization(record: Record, _page: About) -> Node:
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


def _service(record: Record, page: About) -> Node:
    return {
        "serviceType": _labels(record, "kind"),
        "provider": _by_record_or_name(record, page, "provider"),
        "areaServed": _labels(record, "country"),
    }


def _event(record: Record, page: About) -> Node:
    values = record.values
    place = _place(record, values.get("venue") or values.get("city"))
    if place is None and values.get("city"):
        address = _postal_address(values)
        place = {"@type": "Place", "name": values.get("venue"), "address": address}
    online = _online(values)
    attendance = "Mixed" if place and online else "Online" if online else "Offline"
    state = _STATES.get(values.get("status"))
    return {
        "startDate": _moment(values, values["start"], values.get("start_time")),
        "endDate": _end(values),
        "eventStatus": f"https://schema.org/{state}" if state else None,
        "eventAttendanceMode": f"https://schema.org/{attendance}EventAttendanceMode",
        "location": [item for item in (place, online) if item],
        "organizer": _by_record_or_name(record, page, "organiser"),
        "about": _subjects(record, page),
        "inLanguage": values.get("language"),
    }


def _online(values: dict[str, Any]) -> Node | None:
    return {"@type": "VirtualLocation", "url": values.get("website")} if values["online"] else None


def _work(record: Record, page: About) -> Node:
    values = record.values
    year = values.get("year")
    return {
        "datePublished": str(year) if year else values.get("published"),
        "publisher": _by_record_or_name(record, page, "publisher"),
        "inLanguage": values.get("language"),
        "keywords": items(values.get("topics")),
        "about": _subjects(record, page),
    }


def _library_item(record: Record, page: About) -> Node:
    learn = record.values.get("kind") in _TO_LEARN_FROM
    kind = _labels(record, "kind")
    return {
        **_work(record, page),
        ("learningResourceType" if learn else "genre"): kind,
        "audience": [
            {"@type": "Audience", "audienceType": label} for label in _labels(record, "audiences")
        ],
        "isPartOf": _named(record, page, PART_OF),
        "position": record.values.get("position"),
        "hasPart": _references(page, record.table.name, record.parts),
    }


def _article(record: Record, page: About) -> Node:
    return {
        "headline": record.label,
        **_work(record, page),
        "author": _named(record, page, "authors"),
        "mentions": _named(record, page, "enterprises") + _named(record, page, "organisations"),
        "isPartOf": None if record.values.get("url") else blog(page, record.table.title),
    }


def _nothing(_record: Record, _page: About) -> Node:
    return {}


_OF_TYPE: dict[str, Callable[[Record, About], Node]] = {
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
        "addressCountry": None if country in ACROSS else country,
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


def _moment(values: dict[str, Any], day: str, time: str | None) -> str:
    """The day; with the time of day and its offset from UTC where both are known."""
    zone = values.get("timezone")
    try:
        if time and zone:
            return (
                datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=ZoneInfo(zone)).isoformat()
            )
    except (KeyError, ValueError, OSError):  # no such day, or no such zone on this machine
        pass
    return str(day)


def _end(values: dict[str, Any]) -> str | None:
    """The last day and the time of its end; None where neither is known."""
    last, time = values.get("end"), values.get("end_time")
    return _moment(values, last or values["start"], time) if last or time else None


def _subjects(record: Record, page: About) -> list[Node]:
    """Themes and countries it is about."""
    themes: list[Node] = [
        {
            "@type": "DefinedTerm",
            "name": label,
            "termCode": code,
            "inDefinedTermSet": f"{page.catalogue_url}/themes",
        }
        for code, label in _coded(record, "themes")
    ]
    return themes + [
        {"@type": "Country", "name": label, "identifier": code}
        for code, label in _coded(record, "countries")
        if code not in ACROSS
    ]


def _named(record: Record, page: About, column: str) -> list[Node]:
    """The records that a column names."""
    named = record.names.get(column, ())
    return _references(page, record.table.columns[column].references or "", named) if named else []


def _references(page: About, table: str, records: Iterable[Named]) -> list[Node]:
    return [reference(page, table, named.key, named.label) for named in records]


def _by_record_or_name(record: Record, page: About, column: str) -> Any:
    """The organisation that a record names, else the name that its source gives."""
    named = _named(record, page, "organisation")
    return named[0] if named else _organisation(record.values.get(column))


def _organisation(name: str | None, url: str | None = None) -> Node | None:
    return {"@type": "Organization", "name": name, "url": url} if name else None


def _labels(record: Record, *names: str) -> list[str]:
    """The English labels of coded columns."""
    return [label for name in names for _code, label in _coded(record, name)]


def _coded(record: Record, name: str) -> list[tuple[str, str]]:
    """Codes in a column and their English labels."""
    column, value = record.table.columns.get(name), record.values.get(name)
    codes = (column.codes if column else None) or {}
    return [(code, codes.get(code, code)) for code in held(column, value)]


def _is_address(text: str | None) -> bool:
    return bool(text) and is_web_address(str(text))


def _known(node: Node) -> Node:
    """The node without what is not known."""
    return {key: _pruned(value) for key, value in node.items() if value not in (None, "", [], {})}


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return _known(value)
    return [_pruned(item) for item in value] if isinstance(value, list) else value
