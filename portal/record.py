"""One record of the directory and all that belongs to it, read from the database."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from portal.catalogue import Catalogue, Table
from portal.nearby import NAMED, NONE, Neighbours, in_same_town, of_same_field

#: The column that says of which other record of its table a record is one part.
PART_OF = "part_of"
#: Records named in one column, or parts of a whole, that are shown.
MOST_NAMES = 200


@dataclass(frozen=True)
class Named:
    """A record by its name."""

    key: str
    label: str
    #: Code of the language the name is in, where the record says.
    language: str | None = None
    #: First day, for an event.
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True)
class Naming:
    """The records of one table that name this one in `column`: the first ones, and how many."""

    table: Table
    column: str
    records: tuple[Named, ...]
    count: int


@dataclass(frozen=True)
class Source:
    """A public page on which facts of the record were read; ISO date of the partner's check."""

    url: str
    title: str | None
    checked_on: str | None


@dataclass(frozen=True)
class Record:
    """Everything known of one record."""

    table: Table
    key: str
    values: dict[str, Any]
    #: Column → the records it names, one or, of a list, several.
    names: dict[str, tuple[Named, ...]] = field(default_factory=dict)
    naming: tuple[Naming, ...] = ()
    #: Its parts in their order, such as the sections of a course.
    parts: tuple[Named, ...] = ()
    #: If it is a part itself: all parts of the same whole in their order.
    siblings: tuple[Named, ...] = ()
    sources: tuple[Source, ...] = ()
    same_town: Neighbours = NONE
    same_field: Neighbours = NONE

    @property
    def label(self) -> str:
        return str(self.values.get(self.table.label_column or "") or self.key)

    @property
    def language(self) -> str | None:
        """Code of the language its name and text are in, where it says."""
        return self.values.get("language")

    @property
    def before(self) -> Named | None:
        """The part before this one."""
        return self._sibling(-1)

    @property
    def after(self) -> Named | None:
        """The part after this one."""
        return self._sibling(1)

    def _sibling(self, step: int) -> Named | None:
        at = [part.key for part in self.siblings].index(self.key) + step if self.siblings else -1
        return self.siblings[at] if 0 <= at < len(self.siblings) else None

    @property
    def is_located(self) -> bool:
        return self.table.has_geometry and bool(self.values.get("geometry"))


def content_tables(known: Catalogue) -> dict[str, Table]:
    """The tables whose records have a page of their own: enterprises, events, articles, …"""
    return {
        table.name: table
        for table in known.tables.values()
        if table.declared and table.key == "id" and table.label_column
    }


def read(connection: sqlite3.Connection, known: Catalogue, table: Table, key: str) -> Record | None:
    """The record `key` of a content table; None when there is none."""
    cursor = connection.execute(f'select * from "{table.name}" where id = ?', [key])  # noqa: S608
    row = cursor.fetchone()
    if row is None:
        return None
    values = dict(zip((column[0] for column in cursor.description), row, strict=True))
    return Record(
        table,
        key,
        values,
        names=_names(connection, known, table, values),
        naming=tuple(_naming(connection, known, table, key)),
        parts=tuple(_parts(connection, table, key)),
        siblings=tuple(_parts(connection, table, values.get(PART_OF))),
        sources=_sources(connection, known, table, values),
        same_town=in_same_town(connection, table, values),
        same_field=of_same_field(connection, table, values),
    )


def _names(
    connection: sqlite3.Connection, known: Catalogue, table: Table, values: dict[str, Any]
) -> dict[str, tuple[Named, ...]]:
    content = content_tables(known)
    names: dict[str, tuple[Named, ...]] = {}
    for column in table.columns.values():
        target, value = content.get(column.references or ""), values.get(column.name)
        if target and value:
            keys = value if column.type == "list" else json.dumps([value])
            where = "id in (select value from json_each(?))"
            found = _named(connection, target, where, keys, most=MOST_NAMES)
            in_order = {named.key: named for named in found}
            names[column.name] = tuple(in_order[key] for key in json.loads(keys) if key in in_order)
    return names


def _naming(
    connection: sqlite3.Connection, known: Catalogue, table: Table, key: str
) -> list[Naming]:
    found = []
    for other in content_tables(known).values():
        for column in other.columns.values():
            if column.references != table.name or column.name == PART_OF:
                continue
            where = f'"{column.name}" = ?'
            if column.type == "list":
                where = f'exists (select 1 from json_each("{column.name}") where value = ?)'  # noqa: S608
            (count,) = connection.execute(
                f'select count(*) from "{other.name}" where {where}',  # noqa: S608
                [key],
            ).fetchone()
            if count:
                records = _named(connection, other, where, key)
                found.append(Naming(other, column.name, tuple(records), count))
    return found


def _parts(connection: sqlite3.Connection, table: Table, key: str | None) -> list[Named]:
    if PART_OF not in table.columns or not key:
        return []
    return _named(connection, table, f"{PART_OF} = ?", key, most=MOST_NAMES, order="position, id")


def _named(
    connection: sqlite3.Connection,
    table: Table,
    where: str,
    value: str,
    *,
    most: int = NAMED,
    order: str = "",
) -> list[Named]:
    """The first records, the newest events and articles before the others."""
    columns = ["id", f'"{table.label_column}"']
    columns += [
        f'"{name}"' if name in table.columns else "null" for name in ("language", "start", "end")
    ]
    newest = next((name for name in ("start", "published") if name in table.columns), None)
    order = order or (f"{newest} desc, id" if newest else f'"{table.label_column}", id')
    rows = connection.execute(
        f'select {", ".join(columns)} from "{table.name}" where {where} '  # noqa: S608
        f"order by {order} limit {most}",
        [value],
    )
    return [Named(*row) for row in rows]


def _sources(
    connection: sqlite3.Connection, known: Catalogue, table: Table, values: dict[str, Any]
) -> tuple[Source, ...]:
    if "sources" not in known.tables:
        return ()
    rows = connection.execute(
        "select url, title, checked_on from sources where record_table = ? and record_id = ? "
        "order by url",
        [table.name, values["id"]],
    )
    return tuple(Source(*row) for row in rows)
