"""When an event is, in the reader's words: its days and times, and where that is from today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal.calendar_days import city_of, is_past, today
from portal.catalogue import Table
from portal.language import N_, day, period, weekday
from portal.language import gettext as _

#: States in which an event does not take place on its days.
_OFF = ("cancelled", "postponed")
#: The country of the network with several times of day.
_OF_SEVERAL_ZONES = "RU"
#: Times of day of the region, each with what is said of it on the same day and on another one.
#: The clocks of the towns of one line have agreed since 2003.
_IN_THE_REGION = (
    (
        "Europe/Helsinki",
        N_("In Tallinn, Riga, Vilnius and Helsinki: %(time)s"),
        N_("In Tallinn, Riga, Vilnius and Helsinki: %(time)s on %(day)s"),
    ),
    (
        "Europe/Copenhagen",
        N_("In Copenhagen, Warsaw, Berlin and Stockholm: %(time)s"),
        N_("In Copenhagen, Warsaw, Berlin and Stockholm: %(time)s on %(day)s"),
    ),
)
#: Of events of at least so many days no day of the week is told.
_MANY_DAYS = 7

Values = dict[str, Any]


def takes_place(values: Values) -> bool:
    """Whether it is not called off or put off."""
    return values.get("status") not in _OFF


def seen_from_today(values: Values) -> str:
    """That it is over or on now; empty of what is to come, and of what does not take place."""
    start, end = values["start"], values.get("end") or values["start"]
    if not takes_place(values) or start > today().isoformat():
        return ""
    if is_past(values):
        return _("This event is over.")
    if end == start:
        return _("It is today.")
    return _("It is on now, until %(day)s.") % {"day": day(end)}


def days_and_times(values: Values) -> str:
    """`Thursday 28 May 2026, from 09:30 (time of Tallinn)`, as far as it is known."""
    words = {
        "days": _days(values["start"], values.get("end") or values["start"]),
        "time": values.get("start_time"),
        "end": values.get("end_time"),
    }
    if not words["time"]:
        return str(words["days"])
    if zone := values.get("timezone"):
        words["city"] = city_of(zone)
        sentence = (
            _("%(days)s, %(time)s to %(end)s (time of %(city)s)")
            if words["end"]
            else _("%(days)s, from %(time)s (time of %(city)s)")
        )
    else:
        sentence = (
            _("%(days)s, %(time)s to %(end)s") if words["end"] else _("%(days)s, from %(time)s")
        )
    return sentence % words


def _days(start: str, end: str) -> str:
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    words = {"first": weekday(first), "last": weekday(last), "days": period(start, end)}
    if end == start:
        return _("%(first)s %(days)s") % words
    if (last - first).days + 1 < _MANY_DAYS:
        return _("%(first)s to %(last)s, %(days)s") % words
    return words["days"]


def in_the_region(values: Values, table: Table) -> Iterator[str]:
    """Its beginning by the clocks of the region, where they differ from its own.

    Of what is online, or held where a reader of the region may not know the time of day: not in
    a country of the network that has one time of day.
    """
    zone = _zone(values.get("timezone"))
    local = table.columns["country"].with_page - {_OF_SEVERAL_ZONES}
    if not (zone and values.get("start_time")):
        return
    if values["country"] in local and not values.get("online"):
        return
    start = datetime.fromisoformat(f"{values['start']}T{values['start_time']}")
    for name, same_day, other_day in _IN_THE_REGION:
        there = start.replace(tzinfo=zone).astimezone(ZoneInfo(name)).replace(tzinfo=None)
        if there != start:
            sentence = same_day if there.date() == start.date() else other_day
            yield _(sentence) % {
                "time": f"{there:%H:%M}",
                "day": day(there.date().isoformat()),
            }


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # not known on this machine
        return None
