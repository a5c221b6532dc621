"""Home and lists in the terms of schema.org, as JSON-LD; records are in `portal/linked_data.py`."""

from __future__ import annotations

from datasette.utils import tilde_encode

from portal.catalogue import Table
from portal.linked_data import (
    About,
    Node,
    blog,
    breadcrumbs,
    document,
    item_list,
    publisher,
    reference,
    thing,
    web_page,
)
from portal.listing import Listing
from portal.record import Record


def home(page: About, *, title: str, description: str, search: str) -> Node:
    """The home page: the site, who publishes it, how to search it.

    `search` is the absolute address of the search, which takes the words as `q`.
    """
    site = {
        "@type": "WebSite",
        "@id": f"{page.identity}#site",
        "url": page.url,
        "name": title,
        "description": description,
        "inLanguage": page.language,
        "license": page.licence,
        "publisher": publisher(page),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{search}?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }
    return document(site, web_page(page, title) | {"about": {"@id": site["@id"]}})


def records(page: About, table: Table, title: str, shown: Listing | None) -> Node:
    """The list of a selection; `title` says in words which, `shown` are the records on the page.

    Events are told with their days and places, other records by their names.
    """
    about = web_page(page, title, "CollectionPage")
    the_blog = None
    if shown:
        about["mainEntity"] = _items(page, table, title, shown)
    if table.name == "articles":
        the_blog = blog(page, table.title) | {
            "description": table.description,
            "publisher": publisher(page),
        }
        about["about"] = {"@id": the_blog["@id"]}
    return document(about, the_blog, breadcrumbs(page, title))


def plain(page: About, name: str, kind: str = "WebPage") -> Node:
    """A page that is about no one thing, called `name`; which `kind` of schema.org's it is."""
    return document(web_page(page, name, kind), breadcrumbs(page, name))


def _items(page: About, table: Table, title: str, shown: Listing) -> Node:
    here = page.url.partition("?")[0]
    records = [Record(table, str(row[table.key or ""]), row) for row in shown.records]
    entries = [
        (
            f"{here}/{tilde_encode(record.key)}",
            thing(record, page)
            if table.has_days
            else reference(page, table.name, record.key, record.label),
        )
        for record in records
    ]
    return item_list(title, shown.total, entries, first=shown.first)
