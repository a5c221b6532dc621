"""What the home page tells: numbers by country and sector, the next events, the newest articles."""

from __future__ import annotations

from typing import Any

from datasette.app import Datasette
from datasette.database import Database

from portal.calendar_days import is_past, today
from portal.catalogue import Catalogue
from portal.explorer import Summary, summarise
from portal.facets import Choice
from portal.own_order import own_order
from portal.query import Selection


async def enterprises(ds: Datasette, known: Catalogue) -> Summary:
    """All enterprises, counted by country and sector."""
    return await summarise(ds, known, Selection("enterprises"), facets=["country", "sector"])


def most_first(shown: Summary, column: str) -> list[Choice]:
    """The values of a facet, the most frequent first."""
    return next((facet.choices for facet in shown.facets if facet.column.name == column), [])


async def sizes(db: Database, known: Catalogue) -> dict[str, int]:
    """How many records each table has."""
    counts: dict[str, int] = await db.table_counts(limit=1000)
    return {name: counts.get(name) or 0 for name in known.tables}


async def events(db: Database, known: Catalogue) -> tuple[list[dict[str, Any]], bool]:
    """The next events, or the latest when none is to come; and whether they are to come."""
    order, _called = own_order(known.tables["events"]) or ("id", "")
    sql = (
        "select id, name, start, end, city, country, online, status, language from events "  # noqa: S608
        f"order by {order}, id limit 4"
    )
    found = await _rows(db, sql, today=today().isoformat())
    coming = [event for event in found if not is_past(event)]
    return coming or found, bool(coming)


async def articles(db: Database) -> list[dict[str, Any]]:
    """The newest articles."""
    return await _rows(
        db,
        "select id, title, published, publisher, language from articles "
        "where published is not null order by published desc, id limit 5",
    )


async def _rows(db: Database, sql: str, **values: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in (await db.execute(sql, values)).rows]
