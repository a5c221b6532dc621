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

from portal.catalogue import Column
from portal.groups import group
from portal.language import ENGLISH, N_, day, ngettext, number, period
from portal.language import gettext as _
from portal.record import Record

#: Headings and the columns below them, of whatever tables have these.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("When"), ("start", "published")),
    (N_("What it does"), ("sector", "impact_area", "target_group", "offer")),
    (
        N_("What it is"),
        (
            "kind",
            "part_of",
            "themes",
            "audiences",
            "needs",
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
    "end start_time end_time timezone founded_decade position broken_since".split()
)
#: What is not missed where it is empty, for most records have no use for it.
_NOT_MISSED = frozenset(
    "region venue topics organisation url period part_of themes audiences stages needs countries "
    "enterprises organisations authors seeks offers".split()
)
#: The same in one table alone: an event without a state takes place as announced.
_NOT_MISSED_IN = {("events", "status")}
#: What is not known, where the title alone would not say it.
_MISSED = {"founded": N_("year of foundation"), "employees": N_("number of employees")}

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
        empty = record.values.get(column.name) in (None, "", "[]")
        missed = column.name not in ELSEWHERE | _NOT_MISSED
        if empty and missed and (record.table.name, column.name) not in _NOT_MISSED_IN:
            title = _(_MISSED.get(column.name, column.title))
            titles.append(title[:1].lower() + title[1:])
    return titles


def lists(record: Record) -> Iterator[Value]:
    """Links to the lists of records like this one: of its field in its country, as far as known."""
    table, values = record.table, record.values
    columns = filter(None, (group(table), table.columns.get("country")))
    chosen = {
        column.name: str(values[column.name])
        for column in columns
        if column.codes and values.get(column.name)
    }
    if not chosen and values.get("language") and "language" in table.columns:
        chosen = {"language": str(values["language"])}
    labels = [table.columns[name].label(code) for name, code in chosen.items()]
    if chosen:
        words = (
            _("%(field)s in %(country)s: all records") % {"field": labels[0], "country": labels[-1]}
            if len(labels) > 1
            else _("%(field)s: all records") % {"field": labels[0]}
        )
        yield Value(words, path=f"/baltic/{table.name}?{urlencode(sorted(chosen.items()))}")


def _rank(name: str, order: list[str]) -> int:
    return order.index(name) if name in order else len(order)


def _facts(record: Record, names: tuple[str, ...]) -> Iterator[Fact]:
    linked = {named.label for names in record.names.values() for named in names}
    for name in names:
        column = record.table.columns.get(name)
        value = record.values.get(name)
        if column is None or value in (None, "", "[]"):
            continue
        if value in linked and name not in record.names:
            continue  # the provider's or organiser's name, which stands there as a link
        title = _("Days") if name == "start" else _(column.title)
        description = _(column.description) if column.description else ""
        yield Fact(title, description, _values(record, column, value))


def _values(record: Record, column: Column, value: Any) -> tuple[Value, ...]:
    if column.name == "start":
        return (_days(record.values),)
    if column.name in record.names:
        return tuple(
            Value(
                named.label,
                path=f"/baltic/{column.references}/{tilde_encode(named.key)}",
                language=named.language,
            )
            for named in record.names[column.name]
        )
    if column.type == "list":
        return tuple(_item(record, column, item) for item in _items(value))
    if column.codes is not None:
        return (_item(record, column, value),)
    return (_single(column, value),)


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


def _days(values: dict[str, Any]) -> Value:
    days = period(values["start"], values.get("end"))
    words = {"days": days, "time": values.get("start_time"), "end": values.get("end_time")}
    if not words["time"]:
        return Value(days, moment=values["start"])
    if zone := values.get("timezone"):
        words["city"] = zone.rpartition("/")[2].replace("_", " ")
        days = (
            _("%(days)s, %(time)s to %(end)s (time of %(city)s)")
            if words["end"]
            else _("%(days)s, from %(time)s (time of %(city)s)")
        )
    else:
        days = _("%(days)s, %(time)s to %(end)s") if words["end"] else _("%(days)s, from %(time)s")
    return Value(days % words, moment=values["start"])


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
