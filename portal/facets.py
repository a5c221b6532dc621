"""How many records of a selection have each value of a column, the column's own choice left aside.

So each count says what a reader would get by adding that value: a second country widens the view.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portal.catalogue import Column, Table
from portal.conditions import Conditions, conditions
from portal.query import Selection
from portal.search import Found
from portal.wording import value_in_words

#: Values of a column of free text that are offered, the most frequent first.
MOST_VALUES = 200
#: Values that are shown before one asks for all.
SHOWN_AT_ONCE = 8

#: Column → value → number of records; None counts those without one.
Counts = dict[str, dict[Any, int]]


@dataclass(frozen=True)
class Choice:
    """One value of a facet."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """A column by which a reader narrows the view, with its values."""

    column: Column
    choices: list[Choice]
    #: Records of the view that do not say.
    unknown: int

    @property
    def first(self) -> list[Choice]:
        """What is shown at once: the most frequent values, and whatever is chosen."""
        return [c for i, c in enumerate(self.choices) if i < SHOWN_AT_ONCE or c.chosen]

    @property
    def rest(self) -> list[Choice]:
        return [c for i, c in enumerate(self.choices) if i >= SHOWN_AT_ONCE and not c.chosen]

    @property
    def is_chosen(self) -> bool:
        return any(choice.chosen for choice in self.choices)


def counts(
    connection: sqlite3.Connection,
    selection: Selection,
    table: Table,
    names: Iterable[str],
    *,
    found: Found | None = None,
) -> Counts:
    """Count the values of the columns `names` in one selection; `found` as for `conditions`."""

    def count(columns: list[str], asked: Selection) -> Counts:
        return _counted(
            connection, table, columns, conditions(connection, asked, table, found=found)
        )

    chosen = [name for name in names if selection.chosen(name)]
    result = count([name for name in names if name not in chosen], selection)
    for name in chosen:
        result |= count([name], selection.without(name))
    return {name: result[name] for name in names}


def _counted(
    connection: sqlite3.Connection, table: Table, names: list[str], where: Conditions
) -> Counts:
    """Count several columns of the same records, which are looked for once."""
    result: Counts = {name: {} for name in names}
    if not names:
        return result
    columns = ", ".join(f'"{name}"' for name in names)
    parts = " union all ".join(_part(table.columns[name], i) for i, name in enumerate(names))
    sql = (
        f'with records as materialized (select {columns} from "{table.name}" '  # noqa: S608
        f"where {where.sql}) {parts}"
    )
    for i, value, count in connection.execute(sql, where.params):
        result[names[i]][value] = count
    return result


def _part(column: Column, number: int) -> str:
    if column.type != "list":
        return f'select {number}, "{column.name}", count(*) from records group by 2'  # noqa: S608
    # A record with several values counts for each, one without any for none.
    items = f"json_each(coalesce(\"{column.name}\", '[null]'))"
    return f"select {number}, value, count(*) from records, {items} group by 2"  # noqa: S608


def facet(
    column: Column, overall: dict[Any, int], now: dict[Any, int], chosen: tuple[str, ...]
) -> Facet:
    """The facet as it is shown: values in the order of the whole table, so that none moves about.

    `overall` counts the whole table, `now` the selection.
    """
    values = [str(value) for value in _in_order(column, overall)[:MOST_VALUES]]
    counted = {str(value): count for value, count in now.items() if value is not None}
    choices = [
        Choice(value, value_in_words(column, value, {}), counted.get(value, 0), value in chosen)
        for value in dict.fromkeys([*values, *chosen])
    ]
    return Facet(column, choices, now.get(None, 0))


def _in_order(column: Column, overall: dict[Any, int]) -> list[Any]:
    values = [value for value in overall if value is not None]
    if column.type in ("integer", "number"):
        return sorted(values, reverse=True)
    return sorted(values, key=lambda value: (-overall[value], str(value)))
