"""The part of schema.org that our JSON-LD uses: types, what is above each, what it may say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyld import jsonld

ADDRESS = "https://schema.org"

#: Type → the type above it, and its own properties.
TYPES: dict[str, tuple[str, str]] = {
    "Thing": (
        "",
        "alternateName description identifier mainEntityOfPage name potentialAction sameAs url",
    ),
    "CreativeWork": (
        "Thing",
        "about audience author dateModified datePublished genre hasPart headline inLanguage "
        "isBasedOn isPartOf keywords learningResourceType license mainEntity mentions position "
        "publisher version",
    ),
    "Article": ("CreativeWork", ""),
    "Blog": ("CreativeWork", ""),
    "Dataset": ("CreativeWork", ""),
    "LearningResource": ("CreativeWork", ""),
    "WebSite": ("CreativeWork", ""),
    "WebPage": ("CreativeWork", "breadcrumb lastReviewed"),
    "AboutPage": ("WebPage", ""),
    "CollectionPage": ("WebPage", ""),
    "SearchResultsPage": ("WebPage", ""),
    "Organization": ("Thing", "address email foundingDate keywords location numberOfEmployees"),
    "Event": (
        "Thing",
        "about endDate eventAttendanceMode eventStatus inLanguage keywords location organizer "
        "startDate",
    ),
    "Place": ("Thing", "address geo"),
    "Country": ("Place", ""),
    "Action": ("Thing", "target"),
    # `query-input` as https://schema.org/docs/actions.html describes it.
    "SearchAction": ("Action", "query-input"),
    "Intangible": ("Thing", ""),
    "Audience": ("Intangible", "audienceType"),
    "DefinedTerm": ("Intangible", "inDefinedTermSet termCode"),
    "EntryPoint": ("Intangible", "urlTemplate"),
    "GeoCoordinates": ("Intangible", "address latitude longitude"),
    "ItemList": ("Intangible", "itemListElement numberOfItems"),
    "BreadcrumbList": ("ItemList", ""),
    "ListItem": ("Intangible", "item position"),
    "PostalAddress": (
        "Intangible",
        "addressCountry addressLocality addressRegion postalCode streetAddress",
    ),
    "QuantitativeValue": ("Intangible", "value"),
    "Service": ("Intangible", "areaServed audience provider serviceType"),
    "VirtualLocation": ("Intangible", ""),
}
#: Properties whose values are addresses.
_ADDRESSES = "eventAttendanceMode eventStatus inDefinedTermSet license sameAs url".split()
_CONTEXT = {
    "@vocab": f"{ADDRESS}/",
    **{name: {"@id": f"{ADDRESS}/{name}", "@type": "@id"} for name in _ADDRESSES},
}


def allowed(kind: str) -> set[str]:
    """The properties of a type and of those above it."""
    above, own = TYPES[kind]
    return set(own.split()) | (allowed(above) if above else set())


def nodes(document: Any) -> Iterator[dict[str, Any]]:
    """All nodes of a JSON-LD document."""
    if isinstance(document, list):
        for item in document:
            yield from nodes(item)
    elif isinstance(document, dict):
        yield document
        for key, value in document.items():
            if key != "@type":
                yield from nodes(value)


def kinds(node: dict[str, Any]) -> list[str]:
    """The types of a node."""
    given = node.get("@type", [])
    return given if isinstance(given, list) else [given]


def problems(document: dict[str, Any]) -> list[str]:
    """What schema.org does not know, and what says nothing, in words."""
    found = []
    for node in nodes(document["@graph"]):
        own = kinds(node)
        found += [f"no type {kind}" for kind in own if kind not in TYPES]
        known = {name for kind in own if kind in TYPES for name in allowed(kind)}
        said = {key for key in node if not key.startswith("@")}
        found += [f"{own or 'a reference'} has no {key}" for key in sorted(said - known)]
        found += [f"{own}: {key} says nothing" for key in said if node[key] in (None, "", [], {})]
    return found


def expanded(document: dict[str, Any]) -> list[Any]:
    """The document with all its words written out by an independent library, without a network."""

    def context(address: str, _options: Any) -> dict[str, Any]:
        assert address.rstrip("/") == ADDRESS
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": address,
            "document": {"@context": _CONTEXT},
        }

    result: list[Any] = jsonld.expand(document, {"documentLoader": context})
    return result
