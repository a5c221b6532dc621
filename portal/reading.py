"""What those who read the database have in common: a limit of time, rows by name, stored lists."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from datasette.database import Database
from datasette.utils import sqlite_timelimit

from portal.catalogue import Column
from portal.limits import TIME_LIMIT_MS

T = TypeVar("T")


async def in_time(
    db: Database, work: Callable[[sqlite3.Connection], T], limit: int | None = None
) -> T:
    """The result of `work`, which ends with sqlite3.OperationalError after `limit` ms, or after the
    time that any page has.
    """

    def limited(connection: sqlite3.Connection) -> T:
        with sqlite_timelimit(connection, TIME_LIMIT_MS if limit is None else limit):
            return work(connection)

    result: T = await db.execute_fn(limited)
    return result


def rows(cursor: sqlite3.Cursor) -> list[dict[str, Any]]:
    """All that a query finds, by the names of its columns."""
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def items(stored: str | None) -> list[str]:
    """The items of a list as it is stored, which is as JSON."""
    return [str(item) for item in json.loads(stored)] if stored else []


def held(column: Column | None, value: Any) -> list[str]:
    """What a record has in a column: the items of a list, else its one value; nothing if empty."""
    if column is None or value in (None, ""):
        return []
    return items(value) if column.type == "list" else [str(value)]
