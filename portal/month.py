"""The events of one month in weeks and days, as a calendar on the wall shows them."""

from __future__ import annotations

import calendar
import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from portal.calendar_days import today
from portal.catalogue import Table
from portal.conditions import Conditions
from portal.own_order import LAST_DAY
from portal.reading import rows

#: Events of one day that are shown; the list has them all.
SHOWN = 6
#: Events of one month that are read; more fit on no wall.
_READ = 2_000
#: Months that are offered to go to.
_MONTHS = 600
_COLUMNS = ("id", "name", "start", "end", "start_time", "language", "status", "city", "online")


@dataclass(frozen=True)
class Day:
    """One day of the grid and the events that take place on it."""

    date: date
    #: Rows by column names.
    events: list[dict[str, Any]]
    #: Whether it belongs to the month, and not to a neighbour that fills up the week.
    inside: bool
    is_today: bool

    @property
    def shown(self) -> list[dict[str, Any]]:
        return self.events[:SHOWN]

    @property
    def more(self) -> int:
        return len(self.events) - len(self.shown)


@dataclass(frozen=True)
class Month:
    """The weeks of a month, Monday first, and the months about it, as `2026-05`."""

    name: str
    weeks: list[list[Day]]
    before: str | None
    after: str | None
    #: The nearest months with events of the selection.
    earlier: str | None
    later: str | None

    #: The months in which events of the selection begin, the latest first, and how many do.
    others: dict[str, int]

    @property
    def count(self) -> int:
        """How many events take place in it."""
        days = (day for week in self.weeks for day in week if day.inside)
        return len({event["id"] for day in days for event in day.events})


def month(connection: sqlite3.Connection, table: Table, where: Conditions, name: str) -> Month:
    """The month `name` (`2026-05`) of the events that fulfil `where`."""
    year, number = map(int, name.split("-"))
    weeks = calendar.Calendar().monthdatescalendar(year, number)
    first, last = date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])
    events = _events(connection, table, where, weeks[0][0], weeks[-1][-1])
    now = today()
    return Month(
        name,
        [
            [
                Day(day, [e for e in events if _is_on(e, day)], day.month == number, day == now)
                for day in week
            ]
            for week in weeks
        ],
        before=_month_of(first - timedelta(days=1)),
        after=_month_of(last + timedelta(days=1)),
        earlier=_nearest(
            connection, table, where, f"max({LAST_DAY})", f"{LAST_DAY} < :edge", first
        ),
        later=_nearest(connection, table, where, "min(start)", "start > :edge", last),
        others=_beginning(connection, table, where),
    )


def _month_of(day: date) -> str:
    return day.isoformat()[:7]


def _is_on(event: dict[str, Any], day: date) -> bool:
    return bool(event["start"] <= day.isoformat() <= (event["end"] or event["start"]))


def _events(
    connection: sqlite3.Connection, table: Table, where: Conditions, first: date, last: date
) -> list[dict[str, Any]]:
    columns = ", ".join(f'"{name}"' for name in _COLUMNS)
    found = connection.execute(
        f'select {columns} from "{table.name}" where {where.sql} '  # noqa: S608
        f"and start <= :last_shown and {LAST_DAY} >= :first_shown "
        f"order by start, start_time, id limit {_READ}",
        where.params | {"first_shown": first.isoformat(), "last_shown": last.isoformat()},
    )
    return rows(found)


def _beginning(connection: sqlite3.Connection, table: Table, where: Conditions) -> dict[str, int]:
    found = connection.execute(
        f'select substr(start, 1, 7), count(*) from "{table.name}" where {where.sql} '  # noqa: S608
        f"group by 1 order by 1 desc limit {_MONTHS}",
        where.params,
    )
    return dict(found.fetchall())


def _nearest(
    connection: sqlite3.Connection,
    table: Table,
    where: Conditions,
    found: str,
    beyond: str,
    day: date,
) -> str | None:
    (nearest,) = connection.execute(
        f'select {found} from "{table.name}" where {where.sql} and {beyond}',  # noqa: S608
        where.params | {"edge": day.isoformat()},
    ).fetchone()
    return str(nearest)[:7] if nearest else None
