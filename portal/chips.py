"""The conditions of a selection in words, each with the address that leaves it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from portal.catalogue import Column, Table
from portal.query import Filter, Selection

_WORDS = {
    "exact": "{}",
    "not": "not {}",
    "in": "one of {}",
    "notin": "none of {}",
    "gt": "more than {}",
    "gte": "from {}",
    "lt": "less than {}",
    "lte": "up to {}",
    "contains": "contains {}",
    "startswith": "begins with {}",
    "endswith": "ends with {}",
    "arraycontains": "{}",
    "arraynotcontains": "not {}",
    "isnull": "not known",
    "notnull": "known",
    "isblank": "not given",
    "notblank": "given",
}


@dataclass(frozen=True)
class Chip:
    """One removable condition. `without` is the query string that lacks it."""

    words: str
    without: str


def chips(selection: Selection, table: Table) -> Iterator[Chip]:
    """One chip for the search, and one for each value of each filter."""
    rest = selection.from_start()
    if selection.search is not None:
        yield Chip(f"“{selection.search}”", replace(rest, search=None).canonical())
    for item in selection.filters:
        column = table.columns[item.column]
        others = tuple(other for other in selection.filters if other != item)
        if item.operator != "exact":
            yield Chip(_words(item, column), replace(rest, filters=others).canonical())
            continue
        for value in item.values:
            kept = replace(item, values=tuple(other for other in item.values if other != value))
            filters = (*others, kept) if kept.values else others
            yield Chip(
                _words(replace(item, values=(value,)), column),
                replace(rest, filters=tuple(sorted(filters))).canonical(),
            )


def _words(item: Filter, column: Column) -> str:
    values = ", ".join(_label(column, value) for value in item.values)
    template = _WORDS.get(item.operator, item.operator + " {}")
    return f"{column.title}: {template.format(values)}"


def _label(column: Column, value: str) -> str:
    if column.codes:
        return column.codes.get(value, value)
    if column.type == "boolean":
        return "Yes" if value == "1" else "No"
    return value if len(value) <= 60 else value[:59] + "…"
