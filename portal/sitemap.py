"""What search engines are told of the portal's pages: robots.txt (RFC 9309) and the sitemaps.

The sitemap protocol is that of https://www.sitemaps.org/protocol.html. That a page has translations
is said as https://developers.google.com/search/docs/specialty/international/localized-versions
asks: each language has an address of its own, and each names all of them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from datasette.utils import sqlite_timelimit, tilde_encode

from portal import countries, partners, support
from portal.catalogue import Catalogue
from portal.language import ENGLISH
from portal.limits import TIME_LIMIT_MS
from portal.record import content_tables

#: Pages of one file. Each comes in every language with eight lines, some 6 kB in all, so that the
#: file stays far below the protocol's 50,000 addresses and 50 MB.
PAGES_OF_A_PART = 2_500

#: Pages of no record, each with the tables that it shows, and without which it is refused.
_PAGES: dict[str, tuple[str, ...]] = {
    "/": ("enterprises",),
    "/countries": countries.NEEDED,
    "/countries/compare": countries.NEEDED,
    support.PATH: support.TABLES,
    partners.PATH: partners.TABLES,
    "/baltic": (),
    "/about": (),
    "/about/privacy": (),
    "/about/accessibility": (),
}

#: Robots may look at every page: one that is not to be listed says so itself (`noindex`), and only
#: who may look can read that. They do not wander into the combinations of filters, for a choice is
#: made in a form, and links with a query string are `nofollow`.
#:
#: Closed is what would be work for nothing: answers to scripts (suggestions, squares of the map),
#: the downloads of choices, of which there are as many as choices, and SQL. The download of a whole
#: table is open, and so are pictures, which networks fetch beside a shared link, and calendars and
#: feeds with any choice, whose readers obey these rules too.
_CLOSED = (
    "/suggest",
    "/*/suggest",
    "/*.map?",
    *(f"/*.{ending}?" for ending in ("json", "csv", "xlsx", "geojson", "bib", "csl")),
    "/*?sql=",
    "/-/",
)
#: Scripts and styles of pages.
_OPEN = ("/-/static",)

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_PROTOCOL = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_XHTML = 'xmlns:xhtml="http://www.w3.org/1999/xhtml"'


@dataclass(frozen=True)
class Page:
    """A page that may be listed: its path without a language, and the day it changed (ISO)."""

    path: str
    changed: str | None


@dataclass(frozen=True)
class Part:
    """One file of the sitemap, counted from 1, and the day on which any page in it changed."""

    number: int
    changed: str | None


def robots(sitemap: str, base_url: str = "/") -> str:
    """The text of robots.txt. `sitemap` is the absolute address of the sitemap."""
    base = base_url.rstrip("/")
    rules = [f"Allow: {base}{path}" for path in _OPEN]
    rules += [f"Disallow: {base}{path}" for path in _CLOSED]
    return "\n".join(["User-agent: *", *rules, "", f"Sitemap: {sitemap}", ""])


def tables_shown(known: Catalogue) -> set[str]:
    """The tables of which listed pages tell. Those withheld from the public are to be left out."""
    return {*content_tables(known), *(table for shown in _PAGES.values() for table in shown)}


def parts(connection: sqlite3.Connection, known: Catalogue, public: set[str]) -> list[Part]:
    """The files into which the pages that show `public` tables alone are split.

    Raises sqlite3.OperationalError (interrupted) beyond the time limit.
    """
    sql, given = _all_pages(connection, known, public)
    rows = _rows(
        connection,
        "select part, max(changed) from (select changed, "  # noqa: S608
        f"(row_number() over (order by place, id) - 1) / :size + 1 as part from ({sql})) "
        "group by part order by part",
        given,
    )
    return [Part(*row) for row in rows]


def pages(
    connection: sqlite3.Connection, known: Catalogue, public: set[str], number: int
) -> list[Page]:
    """The pages of file `number`; none where there is no such file. Raises as `parts` does."""
    sql, given = _all_pages(connection, known, public)
    rows = _rows(
        connection,
        f"select name, id, changed from ({sql}) order by place, id limit :size offset :skipped",  # noqa: S608
        given | {"skipped": (number - 1) * PAGES_OF_A_PART},
    )
    return [
        Page(f"/baltic/{name}/{tilde_encode(id)}" if name else id, changed)
        for name, id, changed in rows
    ]


def _all_pages(
    connection: sqlite3.Connection, known: Catalogue, public: set[str]
) -> tuple[str, dict[str, Any]]:
    """SQL with (place, name, id, changed) of each page, and its values.

    `name` is the table of a record; `id` is the path of what is none.
    """
    tables = [table for name, table in content_tables(known).items() if name in public]
    latest = {
        table.name: connection.execute(f'select max(updated_on) from "{table.name}"').fetchone()[0]  # noqa: S608
        for table in tables
    }
    shown = _PAGES | {f"/baltic/{name}": (name,) for name in latest}
    if public >= set(countries.NEEDED):
        network = known.tables["enterprises"].columns["country"].with_page
        shown |= {f"/countries/{code.lower()}": () for code in network}
    of_no_record = [
        (path, max((latest.get(name) or "" for name in needed), default="") or None)
        for path, needed in shown.items()
        if public >= set(needed)
    ]
    given = "select -1 as place, '' as name, value ->> 0 as id, value ->> 1 as changed"
    selects = [f"{given} from json_each(:pages)"]
    selects += [
        f"select {place}, '{table.name}', id, updated_on from \"{table.name}\""  # noqa: S608
        for place, table in enumerate(tables)
    ]
    return " union all ".join(selects), {
        "pages": json.dumps(of_no_record),
        "size": PAGES_OF_A_PART,
    }


def _rows(connection: sqlite3.Connection, sql: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with sqlite_timelimit(connection, TIME_LIMIT_MS):
        return connection.execute(sql, given).fetchall()


def index(addresses: Iterable[tuple[str, str | None]]) -> str:
    """The sitemap of sitemaps, of the absolute address and the last change of each."""
    files = "".join(
        f"<sitemap><loc>{escape(address)}</loc>{_changed(changed)}</sitemap>\n"
        for address, changed in addresses
    )
    return f"{_DECLARATION}<sitemapindex {_PROTOCOL}>\n{files}</sitemapindex>\n"


def sitemap(listed: Iterable[Page], homes: dict[str, str]) -> Iterator[str]:
    """A sitemap in pieces. `homes` are the absolute addresses of the home page by language."""
    roots = {code: home.rstrip("/") for code, home in homes.items()}
    yield f"{_DECLARATION}<urlset {_PROTOCOL} {_XHTML}>\n"
    for page in listed:
        addresses = {
            code: escape(root + page.path, {'"': "&quot;"}) for code, root in roots.items()
        }
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang="{code}" href="{address}"/>\n'
            for code, address in [*addresses.items(), ("x-default", addresses[ENGLISH])]
        )
        changed = _changed(page.changed)
        yield "".join(
            f"<url><loc>{address}</loc>{changed}\n{others}</url>\n"
            for address in addresses.values()
        )
    yield "</urlset>\n"


def _changed(day: str | None) -> str:
    return f"<lastmod>{day}</lastmod>" if day else ""
