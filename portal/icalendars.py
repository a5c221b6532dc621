"""Events as calendars that programs subscribe to (RFC 5545, RFC 7986), by the icalendar library.

datasette-ics is not used: it knows no all-day events, no places and no identifiers of its own.

The same records always make the same bytes, so that a program that looks again sees what changed
and nothing else: identifiers do not depend on where the portal runs, times of change are those of
the records. As all machine formats a calendar speaks English.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from datasette.utils import sqlite_timelimit
from icalendar import Calendar, Event, vDuration, vText

from build.roles import EXACT
from portal.catalogue import Catalogue, Table
from portal.conditions import conditions
from portal.limits import TIME_LIMIT_MS
from portal.network import ACROSS
from portal.query import Selection
from portal.reading import items, rows
from portal.vtimezone import vtimezone

CONTENT_TYPE = "text/calendar; charset=utf-8"
#: How often a program may look for news. The data change a few times a week.
REFRESH = timedelta(hours=6)
#: About 10 m. More digits may come out as 1e-05, which GEO does not allow.
DECIMALS = 4

_STATUS = {"cancelled": "CANCELLED", "tentative": "TENTATIVE", "postponed": "TENTATIVE"}
#: States that stand before the name too, for hardly a program shows STATUS.
_TOLD_FIRST = ("cancelled", "postponed")
#: SEQUENCE counts the days from here.
_FIRST_DAY = date(2020, 1, 1)

Values = dict[str, Any]


@dataclass(frozen=True)
class Origin:
    """The table the events are of, and where its records have their pages."""

    table: Table
    #: Host of the network's own website, which makes identifiers unique in the world.
    host: str
    #: Key → absolute address of the record's page, in English.
    address: Callable[[str], str]


@dataclass(frozen=True)
class About:
    """What a calendar to subscribe to says of itself. Addresses are absolute."""

    title: str
    description: str
    #: Where it is to be had again.
    source: str
    #: The page of the same events.
    page: str


def about(known: Catalogue, title: str, *, source: str, page: str) -> About:
    """Describe the events that `title` tells; publisher and licence are those of `known`."""
    publisher, licence = known.publisher.get("title"), known.licence.get("title")
    words = [
        f"From: {known.title}.",
        f"Publisher: {publisher}." if publisher else "",
        f"Licence: {licence}." if licence else "",
    ]
    return About(title, " ".join(filter(None, words)), source, page)


def chosen(connection: sqlite3.Connection, selection: Selection, table: Table) -> list[Values]:
    """All records of a selection, by their first day; what only orders or cuts it is left aside.

    Raises sqlite3.OperationalError (interrupted) beyond the time limit.
    """
    with sqlite_timelimit(connection, TIME_LIMIT_MS):
        where = conditions(connection, selection, table)
        return _rows(connection, table, where.sql, where.params)


def single(connection: sqlite3.Connection, table: Table, key: str) -> list[Values]:
    """The record `key`, if there is one."""
    return _rows(connection, table, "id = :key", {"key": key})


def _rows(
    connection: sqlite3.Connection, table: Table, where: str, params: dict[str, Any]
) -> list[Values]:
    sql = f'select * from "{table.name}" where {where} order by start, id'  # noqa: S608
    return rows(connection.execute(sql, params))


def calendar(records: Iterable[Values], origin: Origin, told: About | None = None) -> bytes:
    """The events as an iCalendar file.

    Without `told` it is a calendar without a name of its own: programs take its events into one
    that they have, where they would open a named one beside it.
    """
    made = Calendar()
    made.add("VERSION", "2.0")
    made.add("PRODID", f"-//{origin.host}//Events//EN")
    made.add("METHOD", "PUBLISH")
    if told:
        _describe(made, told)
    events = [_event(values, origin) for values in records]
    made.subcomponents += [*_time_zones(events), *events]
    return bytes(made.to_ical())


def _describe(made: Calendar, told: About) -> None:
    # Not left to the library to type: it would leave out the escapes of names it does not know.
    for name in ("NAME", "X-WR-CALNAME"):
        made.add(name, vText(_line(told.title)))
    for name in ("DESCRIPTION", "X-WR-CALDESC"):
        made.add(name, vText(_line(told.description)))
    made.add("REFRESH-INTERVAL", REFRESH, {"VALUE": "DURATION"})
    made.add("X-PUBLISHED-TTL", vDuration(REFRESH))
    made.add("SOURCE", told.source, {"VALUE": "URI"})
    made.add("URL", told.page)


def _time_zones(events: list[Event]) -> Iterator[Any]:
    """A description of every zone in use.

    UTC's where there is none, for a calendar must have a component: a subscription to what is to
    come stays a good one when nothing is.
    """
    years = [event.decoded("DTSTART").year for event in events]
    years += [event.decoded("DTEND").year for event in events if "DTEND" in event]
    names = {event["DTSTART"].params.get("TZID") for event in events} - {None}
    for name in sorted(names or (() if events else ("UTC",))):
        yield vtimezone(name, min(years, default=2000), max(years, default=2000))


def _event(values: Values, origin: Origin) -> Event:
    made = Event()
    made.add("UID", f"{values['id']}@{origin.host}")
    _add_changes(made, values.get("updated_on"))
    when = _when(values)
    _add_moment(made, "DTSTART", when.start)
    if when.end:
        _add_moment(made, "DTEND", when.end)
    status = values.get("status")
    name = _line(values.get("name")) or values["id"]
    label = _label(origin.table, "status", status)
    made.add("SUMMARY", f"{label}: {name}" if status in _TOLD_FIRST else name)
    page = origin.address(values["id"])
    made.add("DESCRIPTION", _description(values, origin.table, when, page))
    made.add("STATUS", _STATUS.get(status or "", "CONFIRMED"))
    # That there is such an event takes up nobody's time.
    made.add("TRANSP", "TRANSPARENT")
    if location := _location(values, origin.table):
        made.add("LOCATION", location)
    if values.get("latitude") is not None and values.get("precision") in EXACT:
        made.add("GEO", (round(values["latitude"], DECIMALS), round(values["longitude"], DECIMALS)))
    if themes := [_label(origin.table, "themes", code) for code in items(values.get("themes"))]:
        made.add("CATEGORIES", themes)
    made.add("URL", page)
    return made


def _add_changes(made: Event, updated_on: str | None) -> None:
    """When it was last changed; the first day we count from where that is not known."""
    changed = date.fromisoformat(updated_on) if updated_on else _FIRST_DAY
    moment = datetime.combine(changed, time(), UTC)
    made.add("DTSTAMP", moment)
    if updated_on:
        made.add("LAST-MODIFIED", moment)
    made.add("SEQUENCE", max(0, (changed - _FIRST_DAY).days))


def _add_moment(made: Event, name: str, moment: date) -> None:
    """Its zone goes by its own name: the library would make UTC of zones that keep to it today."""
    zone = moment.tzinfo if isinstance(moment, datetime) else None
    if isinstance(moment, datetime) and isinstance(zone, ZoneInfo) and zone.key != "UTC":
        made.add(name, moment.replace(tzinfo=None), {"TZID": zone.key})
    else:
        made.add(name, moment)


@dataclass(frozen=True)
class _When:
    """Days, or times of day, from `start` up to `end`, which is no part of it any more."""

    start: date
    end: date | None
    #: The times of day that `start` and `end` do not tell.
    begins: str | None = None
    ends: str | None = None


def _when(values: Values) -> _When:
    """When an event is; whatever its days and times are, there is an answer.

    Several days with a beginning and no end are told as days: as times of day, they would be a
    moment on the first of them, and the others would be missing from every calendar.
    """
    first = date.fromisoformat(values["start"])
    last = max(first, date.fromisoformat(values["end"])) if values.get("end") else first
    begins, ends = values.get("start_time"), values.get("end_time")
    if begins and (ends or last == first):
        # Without a zone it is the time of day where the reader is, the best there is to say.
        zone = _zone(values.get("timezone"))
        start = datetime.combine(first, time.fromisoformat(begins), zone)
        end = datetime.combine(last, time.fromisoformat(ends), zone) if ends else None
        if end is None or _is_after(end, start):
            return _When(start, end)
        if last == first:
            return _When(start, None, ends=ends)
    return _When(first, _day_after(last), begins, ends)


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # not known on this machine
        return None


def _is_after(end: datetime, start: datetime) -> bool:
    """By the clock, and in truth: on the day on which clocks change these are two things."""
    # A time without a zone is in none, also not in this machine's.
    return end > start and (end.tzinfo is None or end.timestamp() > start.timestamp())


def _day_after(day: date) -> date | None:
    return day + timedelta(days=1) if day < date.max else None


def _description(values: Values, table: Table, when: _When, page: str) -> str:
    organiser, website = _line(values.get("organiser")), _line(values.get("website"))
    source = f"{_line(values.get('source_title'))} {_line(values.get('source_url'))}".strip()
    facts = [
        _hours(values, when),
        f"Organiser: {organiser}" if organiser else "",
        f"Website: {website}" if website else "",
        f"In the directory: {page}",
        f"Source: {source}" if source else "",
    ]
    parts = [_state(values, table), _text(values.get("summary")), "\n".join(filter(None, facts))]
    return "\n\n".join(filter(None, parts))


def _state(values: Values, table: Table) -> str:
    """What became of it: `Postponed. It does not take place on these days; …`."""
    status = values.get("status")
    if not status:
        return ""
    return (
        f"{_label(table, 'status', status)}. {table.columns['status'].definitions.get(status, '')}"
    )


def _hours(values: Values, when: _When) -> str:
    """The times of day that stand nowhere else."""
    several = bool(values.get("end")) and values["end"] > values["start"]
    words = []
    if when.begins:
        words.append(f"from {when.begins}" + (" on the first day" if several else ""))
    if when.ends:
        words.append(f"until {when.ends}" + (" on the last day" if several else ""))
    zone = f" (time of {values['timezone']})" if words and values.get("timezone") else ""
    return f"Time: {', '.join(words)}{zone}" if words else ""


def _location(values: Values, table: Table) -> str:
    """Where one goes, and where one finds it online: `Aula, Tartu, Estonia; online: https://…`."""
    on_site = [_line(values.get("venue")), _line(values.get("city"))]
    online = ""
    if values.get("online"):
        website = _line(values.get("website"))
        online = f"online: {website}" if website else "online"
    # The country of an event that is online alone is its organiser's.
    if values["country"] not in ACROSS and (any(on_site) or not online):
        on_site.append(_label(table, "country", values["country"]))
    place = ", ".join(dict.fromkeys(filter(None, ", ".join(on_site).split(", "))))
    words = "; ".join(filter(None, (place, online)))
    return words[:1].upper() + words[1:]


def _label(table: Table, column: str, code: str | None) -> str:
    """The English label of a code."""
    return (table.columns[column].codes or {}).get(code, code) if code else ""


#: What some programs take for the end of a line, also in the middle of a text.
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
#: What the RFC forbids (control characters), and what has no bytes (halves of characters).
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def _text(text: str | None) -> str:
    return _NO_TEXT.sub("", _BREAKS.sub("\n", text or "")).strip()


def _line(text: str | None) -> str:
    """The same on one line."""
    return " ".join(_text(text).split())
