"""The records that name another one, and what they say of it: the articles it wrote, its events."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from portal.calendar_days import today
from portal.catalogue import Catalogue, Column, Table
from portal.language import N_, day, period
from portal.language import gettext as _
from portal.nearby import NAMED
from portal.own_order import own_order
from portal.record import PART_OF, content_tables
from portal.support import status_words

#: Table and column → what its records are to the one they name.
_HEADINGS = {
    ("programmes", "organisation"): N_("Programmes it gives"),
    ("events", "organisation"): N_("Events it organises"),
    ("library", "organisation"): N_("Library items it published"),
    ("articles", "authors"): N_("Articles it wrote"),
    ("articles", "organisations"): N_("Articles by others that mention it"),
    ("articles", "enterprises"): N_("Articles that mention it"),
}
#: Table and column → another column of it, under which a record that names it there too is told.
_TOLD_BEFORE = {("articles", "organisations"): "authors"}
#: Columns that name whoever is behind a record; its publisher need not be told then.
_BEHIND_IT = ("organisation", "authors")
#: What one wants to know of a record before opening it.
_TOLD = "start end published kind status deadline period city online year publisher".split()


@dataclass(frozen=True)
class Naming:
    """The records of one table that name another one in `column`: the first ones, and how many."""

    table: Table
    column: str
    #: The query string that selects all of them.
    query: str
    #: Rows by column names, with `key`, `label` and `language`.
    records: tuple[dict[str, Any], ...]
    count: int

    @property
    def heading(self) -> str:
        """What they are to the record they name, in the reader's language."""
        if heading := _HEADINGS.get((self.table.name, self.column)):
            return _(heading)
        column = self.table.columns[self.column]
        return _("%(table)s that name it (%(column)s)") % {
            "table": _(self.table.title),
            "column": _(column.title),
        }

    def details(self, values: dict[str, Any]) -> Iterator[str]:
        """When one of the records is, of which kind, in which state, where, and whose."""
        columns = self.table.columns
        if values.get("start"):
            yield period(values["start"], values["end"])
        if values.get("published"):
            yield day(values["published"])
        if values.get("kind"):
            yield columns["kind"].label(values["kind"])
        if values.get("status"):
            yield _state(columns["status"], values)
        if values.get("city"):
            yield values["city"]
        elif values.get("online"):
            yield _("online")
        if values.get("year"):
            yield str(values["year"])
        if values.get("publisher") and self.column not in _BEHIND_IT:
            yield values["publisher"]


def naming(
    connection: sqlite3.Connection, known: Catalogue, table: Table, key: str
) -> Iterator[Naming]:
    """What names the record `key` of `table`, by table and column; parts of a whole do not count.

    `known` has the tables that may be told of.
    """
    for other in content_tables(known).values():
        for column in other.columns.values():
            if column.references == table.name and column.name != PART_OF:
                found = _naming(connection, other, column, key)
                if found.count:
                    yield found


def _naming(connection: sqlite3.Connection, table: Table, column: Column, key: str) -> Naming:
    where, query = _has(column), {column.name: key}
    if before := table.columns.get(_TOLD_BEFORE.get((table.name, column.name), "")):
        where += f" and not {_has(before)}"
        query |= {f"{before.name}__arraynotcontains": key}
    (count,) = connection.execute(
        f'select count(*) from "{table.name}" where {where}',  # noqa: S608
        {"key": key},
    ).fetchone()
    told = {name: f'"{name}"' for name in _TOLD if name in table.columns}
    language = "language" if "language" in table.columns else "null"
    told |= {"key": "id", "label": f'"{table.label_column}"', "language": language}
    rows = connection.execute(
        f'select {", ".join(told.values())} from "{table.name}" where {where} '  # noqa: S608
        f"order by {', '.join(_order(table))} limit {NAMED}",
        {"key": key, "today": today().isoformat()},
    )
    records = tuple(dict(zip(told, row, strict=True)) for row in rows)
    return Naming(table, column.name, urlencode(query), records, count)


def _has(column: Column) -> str:
    if column.type == "list":
        return f'exists (select 1 from json_each("{column.name}") where value = :key)'  # noqa: S608
    return f'"{column.name}" = :key'


def _order(table: Table) -> Iterator[str]:
    """The newest first, or in the table's own order; then by name."""
    newest = next((name for name in ("published", "year") if name in table.columns), None)
    if newest:
        yield f'"{newest}" desc'
    elif own := own_order(table):
        yield own[0]
    yield f'"{table.label_column}"'
    yield "id"


def _state(column: Column, values: dict[str, Any]) -> str:
    if "deadline" in values:
        return status_words(values, column, today())
    return column.label(values["status"])
