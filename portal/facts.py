"""The columns of a record as facts in the reader's words, in groups.

Only the order and the groups are laid down here. A field that the schema gains shows up by itself,
in the last group.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from datasette.utils import tilde_encode

from portal.calendar_days import is_past
from portal.catalogue import Column
from portal.event_days import days_and_times, in_the_region
from portal.language import ENGLISH, N_, day, ngettext, number
from portal.language import gettext as _
from portal.record import MOST_NAMES, WORKS, Record

#: Headings and the columns below them, of whatever tables have these.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("What it does"), ("sector", "impact_area", "target_group", "offer")),
    (
        N_("What it is"),
        (
            "start",
            "published",
            "kind",
            "themes",
            "audiences",
            "stages",
            "topics",
            "year",
            "language",
            "amount",
            "status",
            "deadline",
            "period",
        ),
    ),
    (N_("Who and what it is about"), ("countries", "enterprises", "organisations")),
    (N_("Who is behind it"), ("provider", "organiser", "organisation", "publisher", "authors")),
    (N_("Working together across borders"), ("seeks", "offers")),
    (N_("Where it is"), ("venue", "address", "postcode", "city", "region", "country", "online")),
    (N_("Legal form and size"), ("legal_form", "registered_status", "founded", "employees")),
    (N_("Contact"), ("website", "email", "url")),
)
_MORE = N_("More")

#: Shown in places of their own: heading, lead, text, location, sources; or told with another.
ELSEWHERE = frozenset(
    "id name title name_alt summary body latitude longitude precision confidence geonameid "
    "place_matched place_note geometry source_url source_title checked_on updated_on "
    "end start_time end_time timezone founded_decade part_of position broken_since "
    "needs".split()  # which tell the kinds of support once more, and less exactly
)
#: The same in one table alone, where a line below the heading tells it.
_ELSEWHERE_IN = {("articles", "published"), ("articles", "publisher")}
#: What is not missed where it is empty, for most records have no use for it.
_NOT_MISSED = frozenset(
    "region venue topics organisation url period themes audiences stages countries "
    "enterprises organisations authors seeks offers".split()
)
#: The same in one table alone: an event without a state takes place as announced.
_NOT_MISSED_IN = {("events", "status")}
#: What is not known, where the title alone would not say it.
_MISSED = {
    "founded": N_("year of foundation"),
    "employees": N_("number of employees"),
    "published": N_("day of publication"),
    "start_time": N_("time of day"),
    "end_time": N_("time at which it ends"),
}
#: Pages of a website that list its latest texts, so that what was there moves on.
_LISTING = re.compile(
    r"/page/\d+(/|$)|/(category|tag)/[^/]|/\d{4}/(0?[1-9]|1[0-2])/?$", re.IGNORECASE
)

_EMAIL = re.compile(r"[^\s@<>?&%]+@[^\s@<>?&%]+")
#: Longest address shown whole.
_ADDRESS_SHOWN = 70


@dataclass(frozen=True)
class Value:
    """One value in words, with the path of ours or the address elsewhere it links to."""

    text: str
    path: str | None = None
    href: str | None = None
    language: str | None = None
    #: The same for machines, of a date.
    moment: str | None = None


@dataclass(frozen=True)
class Fact:
    title: str
    description: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Group:
    title: str
    facts: tuple[Fact, ...]


def groups(record: Record) -> list[Group]:
    """What is known of the record, in the language spoken now."""
    placed = {name for _title, names in GROUPS for name in names} | ELSEWHERE
    rest = tuple(
        column.name for column in record.table.columns.values() if column.name not in placed
    )
    found = []
    for title, names in (*GROUPS, (_MORE, rest)):
        facts = tuple(_facts(record, names))
        if facts:
            found.append(Group(_(title), facts))
    return found


def unknown(record: Record) -> list[str]:
    """What the schema has room for and the record does not tell."""
    titles = []
    order = [name for _title, names in GROUPS for name in names]
    columns = record.table.columns.values()
    for column in sorted(columns, key=lambda item: _rank(item.name, order)):
        if _is_empty(record, column.name) and _is_missed(record, column.name):
            title = _(_MISSED.get(column.name, column.title))
            titles.append(title[:1].lower() + title[1:])
    return titles


def _is_empty(record: Record, name: str) -> bool:
    return record.values.get(name) in (None, "", "[]")


def _is_missed(record: Record, name: str) -> bool:
    if name in ("start_time", "end_time"):  # told with the days
        return name == "start_time" or not _is_empty(record, "start_time")
    if name == "city" and record.values.get("online"):
        return False
    return name not in ELSEWHERE | _NOT_MISSED and (record.table.name, name) not in _NOT_MISSED_IN


def lists(record: Record) -> Iterator[Value]:
    """Links to the lists of records like this one: of its field in its country, as far as known."""
    labels = [record.table.columns[name].label(code) for name, code in record.alike.items()]
    if labels:
        words = (
            _("%(field)s in %(country)s: all records") % {"field": labels[0], "country": labels[-1]}
            if len(labels) > 1
            else _("%(field)s: all records") % {"field": labels[0]}
        )
        query = urlencode(sorted(record.alike.items()))
        yield Value(words, path=f"/baltic/{record.table.name}?{query}")


def may_have_changed(record: Record) -> bool:
    """Whether what it tells of goes on: not a finished work, nor an event that is over."""
    return record.table.name not in WORKS and not is_past(record.values)


def is_listing(address: str) -> bool:
    """Whether a web address is plainly that of a page that lists what a website has."""
    return bool(_LISTING.search(urlsplit(address).path))


def _rank(name: str, order: list[str]) -> int:
    return order.index(name) if name in order else len(order)


def _facts(record: Record, names: tuple[str, ...]) -> Iterator[Fact]:
    linked = {named.label for names in record.names.values() for named in names}
    for name in names:
        column = record.table.columns.get(name)
        value = record.values.get(name)
        if column is None or value in (None, "", "[]"):
            continue
        if (record.table.name, name) in _ELSEWHERE_IN:
            continue
        if column.references and column.codes is None and name not in record.names:
            continue  # records of a table that may not be told of
        if value in linked and name not in record.names:
            continue  # the provider's or organiser's name, which stands there as a link
        title = _("When") if name == "start" else _(column.title)
        description = _(column.description) if column.description else ""
        yield Fact(title, description, _values(record, column, value))


def _values(record: Record, column: Column, value: Any) -> tuple[Value, ...]:
    if column.name == "start":
        return tuple(_when(record))
    if column.name in record.names:
        return tuple(_named(record, column, value))
    if column.type == "list":
        return tuple(_item(record, column, item) for item in _items(value))
    if column.codes is not None:
        return (_item(record, column, value),)
    return (_single(column, value),)


def _named(record: Record, column: Column, value: Any) -> Iterator[Value]:
    """The records that a column names; of very many the first, and how many more there are."""
    names = record.names[column.name]
    for named in names:
        path = f"/baltic/{column.references}/{tilde_encode(named.key)}"
        yield Value(named.label, path=path, language=named.language)
    if len(names) == MOST_NAMES and (more := len(_items(value)) - MOST_NAMES):
        words = ngettext("and %(num)s more", "and %(num)s more", more)
        yield Value(words % {"num": number(more)})


def _items(stored: str) -> list[Any]:
    try:
        items = json.loads(stored)
    except ValueError:
        return [stored]
    return items if isinstance(items, list) else [items]


def _item(record: Record, column: Column, code: Any) -> Value:
    """A code or an item of a list, as a link to its own page, or to all records that have it."""
    if code in column.with_page:
        return Value(column.label(code), path=f"/countries/{code.lower()}")
    path = f"/baltic/{record.table.name}?{urlencode({column.name: code})}"
    if column.codes:
        return Value(column.label(code), path=path)
    return Value(str(code), path=path, language=ENGLISH)


def _single(column: Column, value: Any) -> Value:
    if column.type == "boolean":
        return Value(_("Yes") if value else _("No"))
    if column.type == "date" or column.name == "published":
        return Value(day(value), moment=value)
    if column.type in ("integer", "number"):
        return Value(_measured(column, value))
    text = str(value)
    if column.name == "email" and _EMAIL.fullmatch(text):
        return Value(text, href=f"mailto:{text}")
    if is_web_address(text):
        return Value(_without_scheme(text), href=text)
    return Value(text)


def _measured(column: Column, value: float) -> str:
    if column.unit == "year":
        return str(value)
    if column.unit == "persons":
        return ngettext("%(num)s person", "%(num)s people", int(value)) % {"num": number(value)}
    return f"{number(value)} {_(column.unit)}" if column.unit else number(value)


def _when(record: Record) -> Iterator[Value]:
    yield Value(days_and_times(record.values), moment=record.values["start"])
    for words in in_the_region(record.values, record.table):
        yield Value(words)


def is_web_address(text: str) -> bool:
    """Whether `text` may be a link: nothing but http and https, whatever a source wrote."""
    if re.search(r"\s", text) or not text.lower().startswith(("http://", "https://")):
        return False
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:
        return False


def _without_scheme(address: str) -> str:
    text = address.partition("://")[2].removeprefix("www.").rstrip("/")
    return text if len(text) <= _ADDRESS_SHOWN else text[: _ADDRESS_SHOWN - 1] + "…"
