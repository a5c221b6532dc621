"""What changed lately: the days on which records were added or changed, and of which kinds."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from urllib.parse import urlencode

from portal.catalogue import Catalogue, Table
from portal.record import content_tables

#: Days that are told, and records of one kind that are named instead of counted.
DAYS, NAMED = 3, 3


@dataclass(frozen=True)
class Change:
    """The records of one table that were added or changed on one day."""

    table: Table
    count: int
    #: Key, name and code of the name's language of each, where they are few.
    records: tuple[tuple[str, str, str | None], ...]
    #: Query string that selects them.
    query: str


def changes(connection: sqlite3.Connection, known: Catalogue) -> list[tuple[str, list[Change]]]:
    """ISO day → changes, the latest days first."""
    days: dict[str, list[Change]] = {}
    for table in content_tables(known).values():
        if "updated_on" not in table.columns:
            continue
        counts = connection.execute(
            f'select updated_on, count(*) from "{table.name}" where updated_on is not null '  # noqa: S608
            f"group by updated_on order by updated_on desc limit {DAYS}"
        ).fetchall()
        for day, count in counts:
            records = _records(connection, table, day) if count <= NAMED else ()
            query = urlencode({"updated_on": day})
            days.setdefault(day, []).append(Change(table, count, records, query))
    return sorted(days.items(), reverse=True)[:DAYS]


def _records(
    connection: sqlite3.Connection, table: Table, day: str
) -> tuple[tuple[str, str, str | None], ...]:
    language = "language" if "language" in table.columns else "null"
    rows = connection.execute(
        f'select id, "{table.label_column}", {language} from "{table.name}" '  # noqa: S608
        f"where updated_on = ? order by id",
        [day],
    )
    return tuple(rows)
