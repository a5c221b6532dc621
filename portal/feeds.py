"""Records as an Atom feed, RFC 4287: the newest of a selection, in English.

The same data make the same feed, byte for byte: no date is that of the reading. Names of feeds and
entries are `tag:` URIs, RFC 4151, which stay when the portal moves to another host. Of what is not
known, such as the day of an article of which only the year is, nothing is said.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from datasette.utils import sqlite_timelimit, tilde_encode
from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedGenerator

from portal.catalogue import Catalogue, Table
from portal.conditions import conditions
from portal.facts import is_web_address
from portal.language import ENGLISH, day, period
from portal.limits import TIME_LIMIT_MS
from portal.markdown import Address, rendered
from portal.network import host
from portal.query import Selection
from portal.reading import held, rows

#: Entries of a feed.
MOST = 50
#: A year in which the homepage was the network's, as RFC 4151 asks for; it never changes.
_TAGGED_IN = 2026
#: For a database that says nothing of its age.
_LONG_AGO = date(1970, 1, 1)

#: Who published what a record is about, the first that is known; else the data are the network's.
_AUTHORS = ("publisher", "organiser", "provider", "organisation_name")
_ORIGINALS = ("url", "website")
_CATEGORIES = ("themes", "topics", "sector", "impact_area", "kind")
#: What XML 1.0 cannot hold, not even escaped.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

Record = dict[str, Any]


@dataclass(frozen=True)
class About:
    """The feed as a whole. Addresses are absolute."""

    table: Table
    known: Catalogue
    #: What is selected, in words, and as a query string.
    title: str
    choice: str
    #: Of the feed, and of the page that shows the same records.
    address: str
    page: str
    #: Makes an address of a path of ours.
    absolute: Address


@dataclass(frozen=True)
class Newest:
    """The newest records of a selection, and the day of the data, for what has none of its own."""

    records: tuple[Record, ...]
    data_day: date

    def changed(self, record: Record) -> date:
        """The day on which a record was last changed."""
        return _whole_day(record.get("updated_on")) or self.data_day

    @property
    def last_changed(self) -> date:
        return max(map(self.changed, self.records), default=self.data_day)


def has_feed(table: Table) -> bool:
    """Whether the records of a table have pages and days, as entries of a feed must."""
    return table.key == "id" and bool(table.label_column) and "updated_on" in table.columns


def newest(
    connection: sqlite3.Connection, selection: Selection, table: Table, known: Catalogue
) -> Newest:
    """Read what a feed tells: by publication where records have one, else by their last change.

    `known` has the tables that the public may see. Raises sqlite3.OperationalError (interrupted)
    beyond the time limit.
    """
    days = [name for name in ("published", "updated_on") if name in table.columns]
    order = ", ".join([f'"{table.name}"."{name}" desc' for name in days])
    named = (
        ", (select name from organisations where organisations.id = organisation) "
        "as organisation_name"
        if "organisation" in table.columns and "organisations" in known.tables
        else ""
    )
    with sqlite_timelimit(connection, TIME_LIMIT_MS):
        where = conditions(connection, selection, table)
        cursor = connection.execute(
            f'select "{table.name}".*{named} from "{table.name}" where {where.sql} '  # noqa: S608
            f'order by {order}, "{table.name}".id limit {MOST}',
            where.params,
        )
        records = tuple(rows(cursor))
        (changed,) = connection.execute(
            f'select max(updated_on) from "{table.name}"'  # noqa: S608
        ).fetchone()
    return Newest(records, _whole_day(changed) or _day_of(known.version))


def atom(found: Newest, about: About) -> bytes:
    """The feed as a document in UTF-8."""
    feed = FeedGenerator()
    query = f"?{about.choice}" if about.choice else ""
    feed.id(_tag(about.known, about.table.name + query))
    feed.title(_line(f"{about.title} – {about.known.title}"))
    feed.subtitle(_line(about.table.description))
    feed.language(ENGLISH)
    feed.link(href=about.address, rel="self", type="application/atom+xml")
    feed.link(href=about.page, rel="alternate", type="text/html", hreflang=ENGLISH)
    publisher = about.known.publisher
    feed.author(name=publisher.get("title") or about.known.title, uri=publisher.get("path"))
    feed.generator("baltic-social-enterprise-portal")
    if rights := _licence(about.known):
        feed.rights(rights)
    feed.updated(_midnight(found.last_changed))
    for record in found.records:
        feed.add_entry(_entry(record, found, about), order="append")
    document: bytes = feed.atom_str(pretty=True)
    return document


def _entry(record: Record, found: Newest, about: About) -> FeedEntry:
    table, key = about.table, record["id"]
    page = about.absolute(f"/baltic/{table.name}/{tilde_encode(key)}")
    entry = FeedEntry()
    entry.id(_tag(about.known, f"{table.name}/{tilde_encode(key)}"))
    entry.title(_line(str(record[table.label_column or ""] or key)))
    entry.updated(_midnight(found.changed(record)))
    if published := _whole_day(record.get("published")):
        entry.published(_midnight(published))
    if author := next((record[name] for name in _AUTHORS if record.get(name)), None):
        entry.author(name=_line(author))
    links = list(_links(record, page))
    entry.link([dict(link) for link in links])
    entry.register_extension("own", lambda: _Completed(links, record.get("language")), rss=False)
    for category in _categories(record, about):
        entry.category(**category)
    if summary := _summary(record, table):
        entry.summary(summary)
    if body := record.get("body"):
        entry.content(_xml(str(rendered(body, about.absolute, page=page).html)), type="html")
    if licence := _licence(about.known):
        entry.rights(f"This record: {licence} What it links to has terms of its own.")
    return entry


def _links(record: Record, page: str) -> Iterator[dict[str, str]]:
    """Our page, then the original it tells of, then the page on which its facts were read."""
    yield {"href": page, "rel": "alternate", "type": "text/html", "hreflang": ENGLISH}
    original = next((record[name] for name in _ORIGINALS if record.get(name)), None)
    for relation, address in (("related", original), ("via", record.get("source_url"))):
        if address and is_web_address(address):
            yield {"href": _line(address), "rel": relation}


class _Completed(BaseEntryExtension):
    """What feedgen 1.0 cannot say of an entry: its language, and how its links relate to it."""

    def __init__(self, links: list[dict[str, str]], language: str | None) -> None:
        self._links = links
        self._language = language

    def extend_atom(self, entry: Any) -> Any:
        for element, link in zip(entry.findall("link"), self._links, strict=True):
            element.attrib.update(link)
        for name in ("title", "content") if self._language else ():
            for element in entry.findall(name):
                element.set(_XML_LANG, self._language)
        return entry


def _summary(record: Record, table: Table) -> str:
    """The record's own summary; before it what is no use to learn too late."""
    sentences = []
    if status := record.get("status") if table.has_days else None:
        sentences.append(table.columns["status"].label(status))
    if record.get("start"):
        sentences.append(
            ", ".join([period(record["start"], record.get("end")), *_where(record, table)])
        )
    if record.get("deadline"):
        sentences.append(f"Deadline: {day(record['deadline'])}")
    said = [f"{sentence}." for sentence in sentences]
    return _line(" ".join([*said, record.get("summary") or ""]))


def _where(record: Record, table: Table) -> Iterator[str]:
    if record.get("city"):
        yield record["city"]
    if record.get("country"):
        yield table.columns["country"].label(record["country"])
    if record.get("online"):
        yield "online"


def _categories(record: Record, about: About) -> Iterator[dict[str, str]]:
    for name in _CATEGORIES:
        column = about.table.columns.get(name)
        for item in held(column, record.get(name)):
            if not column or column.codes is None:
                yield {"term": _line(item)}
            else:
                scheme = _tag(about.known, column.references or name)
                yield {"term": item, "scheme": scheme, "label": _line(column.label(item))}


def _tag(known: Catalogue, what: str) -> str:
    return f"tag:{host(known)},{_TAGGED_IN}:{what}"


def _licence(known: Catalogue) -> str:
    words = [known.licence.get("title"), known.licence.get("path")]
    return f"{', '.join(filter(None, words))}." if any(words) else ""


def _whole_day(text: str | None) -> date | None:
    """The day that `text` tells; None for a year or a month alone."""
    try:
        return date.fromisoformat(text) if text and len(text) == len("2026-11-24") else None
    except ValueError:
        return None


def _day_of(version: str) -> date:
    """The first day of the month that a version of the data names, as `2026.11` does."""
    match = re.match(r"(\d{4})[.-](0?[1-9]|1[0-2])(?!\d)", version)
    return date(int(match[1]), int(match[2]), 1) if match else _LONG_AGO


def _midnight(of: date) -> datetime:
    return datetime(of.year, of.month, of.day, tzinfo=UTC)


def _line(text: str) -> str:
    return " ".join(_xml(text).split())


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
