"""One record of the directory and all that belongs to it, read from the database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from portal.catalogue import Catalogue, Table
from portal.groups import group
from portal.nearby import NONE, Neighbours, in_same_town, of_same_field
from portal.network import ACROSS

#: The column that says of which other record of its table a record is one part.
PART_OF = "part_of"
#: Tables whose records are of finished works: with time these grow old, but not untrue.
WORKS = ("library", "articles")
#: Records named in one column, or parts of a whole, that are shown.
MOST_NAMES = 200


@dataclass(frozen=True)
class Named:
    """A record by its name."""

    key: str
    label: str
    #: Code of the language the name is in, where the record says.
    language: str | None = None
    #: First and last day and state, for an event.
    start: str | None = None
    end: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class Part(Named):
    """A record that is one part of another one."""

    #: Which part of it, counted from 1, where that is known.
    position: int | None = None
    #: Whether its address was found not to lead there any more.
    is_broken: bool = False


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
    #: Its parts in their order, such as the sections of a course.
    parts: tuple[Part, ...] = ()
    #: If it is a part itself: all parts of the same whole in their order.
    siblings: tuple[Part, ...] = ()
    #: Columns and codes of a list of records like it; none where it would stand there alone.
    alike: dict[str, str] = field(default_factory=dict)
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
    def before(self) -> Part | None:
        """The part before this one."""
        return self._sibling(-1)

    @property
    def after(self) -> Part | None:
        """The part after this one."""
        return self._sibling(1)

    def _sibling(self, step: int) -> Part | None:
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
    """The record `key` of a content table; None when there is none.

    Of the records it names those are told that are in tables of `known`.
    """
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
        parts=tuple(_parts(connection, table, key)),
        siblings=tuple(_parts(connection, table, values.get(PART_OF))),
        alike=_alike(connection, table, values),
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
            in_order = {named.key: named for named in _named(connection, target, keys)}
            names[column.name] = tuple(in_order[key] for key in json.loads(keys) if key in in_order)
    return names


def _named(connection: sqlite3.Connection, table: Table, keys: str) -> Iterator[Named]:
    """The first of the records whose keys are in a JSON array."""
    language = "language" if "language" in table.columns else "null"
    rows = connection.execute(
        f'select id, "{table.label_column}", {language} from "{table.name}" '  # noqa: S608
        f"where id in (select value from json_each(?)) limit {MOST_NAMES}",
        [keys],
    )
    return (Named(*row) for row in rows)


def _parts(connection: sqlite3.Connection, table: Table, key: str | None) -> Iterator[Part]:
    if PART_OF not in table.columns or not key:
        return
    rows = connection.execute(
        f'select id, "{table.label_column}", language, position, broken_since is not null '  # noqa: S608
        f'from "{table.name}" where {PART_OF} = ? order by position, id',
        [key],
    )
    for key, label, language, position, is_broken in rows:
        yield Part(key, label, language, position=position, is_broken=bool(is_broken))


def _alike(connection: sqlite3.Connection, table: Table, values: dict[str, Any]) -> dict[str, str]:
    """Its field and its country as far as known, which work across countries is not; else its
    language.
    """
    columns = filter(None, (group(table), table.columns.get("country")))
    alike = {
        column.name: str(values[column.name])
        for column in columns
        if column.codes and values.get(column.name) and values[column.name] not in ACROSS
    }
    if not alike and values.get("language") and "language" in table.columns:
        alike = {"language": str(values["language"])}
    where = " and ".join(f'"{name}" = ?' for name in alike) or "0"
    others = connection.execute(
        f'select 1 from "{table.name}" where {where} and id <> ? limit 1',  # noqa: S608
        [*alike.values(), values["id"]],
    )
    return alike if others.fetchone() else {}


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
