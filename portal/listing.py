"""One page of the records of a selection, in order, and how many there are."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from math import ceil
from typing import Any

from portal.area import Box
from portal.calendar_days import today
from portal.catalogue import Table
from portal.conditions import DISTANCE, Conditions
from portal.own_order import own_order
from portal.query import Selection
from portal.reading import rows
from portal.search import rank_sql
from portal.specials import MAX_PAGE, Order, order_of

PAGE_SIZE = 20


@dataclass(frozen=True)
class Extent:
    """How many records a selection has, and where on the map they are."""

    total: int
    located: int
    #: None when no record is located.
    bounds: Box | None

    @property
    def unlocated(self) -> int:
        return self.total - self.located


@dataclass(frozen=True)
class Listing:
    """One page of records, each a row by column names, with `km` where nearness was asked for."""

    records: list[dict[str, Any]]
    page: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, ceil(self.total / self.size)) if self.size else 1

    @property
    def numbers(self) -> list[int]:
        """Pages to link: the first, the last, those about this one, and ten over all of them.

        Of up to fifty pages each is linked from one that is linked here.
        """
        step = max(1, ceil(self.pages / 10))
        about = range(self.page - 2, self.page + 3)
        numbers = {1, self.pages, *range(1, self.pages, step), *about}
        return sorted(number for number in numbers if 1 <= number <= self.pages)

    @property
    def first(self) -> int:
        """Number of the first record of the page, counted from 1."""
        return (self.page - 1) * self.size + 1


def extent(connection: sqlite3.Connection, table: Table, where: Conditions) -> Extent:
    """Count a selection."""
    columns = (
        "count(latitude), min(longitude), min(latitude), max(longitude), max(latitude)"
        if table.has_geometry
        else "0, null, null, null, null"
    )
    sql = f'select count(*), {columns} from "{table.name}" where {where.sql}'  # noqa: S608
    total, located, *bounds = connection.execute(sql, where.params).fetchone()
    return Extent(total, located, Box(*bounds) if located else None)


def listing(
    connection: sqlite3.Connection,
    selection: Selection,
    table: Table,
    where: Conditions,
    *,
    order: Order | None,
    total: int,
) -> Listing:
    """The page that the selection asks for; one beyond the last is empty.

    Unless the address asks for a column, the nearest come first, else the best hits, else the
    table's own `order`.
    """
    asked = selection.get("_size")
    size = PAGE_SIZE if asked is None else MAX_PAGE if asked == "max" else int(asked)
    page = int(selection.get("_page") or 1)
    sources, columns, by = _order(selection, table, order)
    sql = (
        f'select "{table.name}".*{columns} from {sources} where {where.sql} '  # noqa: S608
        f"order by {by} limit :size offset :skipped"
    )
    cursor = connection.execute(
        sql,
        where.params | {"size": size, "skipped": (page - 1) * size, "today": today().isoformat()},
    )
    return Listing(rows(cursor), page, size, total)


def _order(selection: Selection, table: Table, own: Order | None) -> tuple[str, str, str]:
    """Tables, columns beside the table's own, and the order."""
    source, key = f'"{table.name}"', f'"{table.name}"."{table.key}"'
    columns = f", {DISTANCE} as km" if selection.near else ""
    in_alphabet = f'{source} join "{table.name}_order" on record_rowid = "{table.name}".rowid'
    if chosen := order_of(dict(selection.view), None):
        own = chosen
    elif selection.near:
        return source, columns, f"km, {key}"
    elif selection.search is not None:
        index = f'"{table.name}_fts"'
        hits = (
            f"(select rowid as hit, {rank_sql(table.name)} as score from {index} "  # noqa: S608
            f"where {index} match :search)"
        )
        return f'{source} join {hits} on hit = "{table.name}".rowid', columns, f"score, {key}"
    elif natural := own_order(table):
        return in_alphabet, columns, f"{natural[0]}, alphabet_position"
    if own is None:
        return source, columns, key
    if own.column == table.label_column:
        return in_alphabet, columns, f"alphabet_position{' desc' if own.falling else ''}"
    column = f'"{table.name}"."{own.column}"'
    return source, columns, f"{column} is null, {column}{' desc' if own.falling else ''}, {key}"
