"""A selection in words: its conditions one by one, and all of it as a title."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace

from portal.area import Box, Near, coordinates
from portal.catalogue import Catalogue, Column, Table
from portal.errors import shortened, shown
from portal.language import N_, day, either, number
from portal.language import gettext as _
from portal.query import EQUALITY, Filter, Selection

#: What an operator says of a column.
_SENTENCES = {
    "not": N_("%(column)s: not %(value)s"),
    "notin": N_("%(column)s: none of %(value)s"),
    "gt": N_("%(column)s: more than %(value)s"),
    "gte": N_("%(column)s: %(value)s or more"),
    "lt": N_("%(column)s: less than %(value)s"),
    "lte": N_("%(column)s: %(value)s or less"),
    "contains": N_("%(column)s contains “%(value)s”"),
    "startswith": N_("%(column)s begins with “%(value)s”"),
    "endswith": N_("%(column)s ends with “%(value)s”"),
    "like": N_("%(column)s is like “%(value)s”"),
    "notlike": N_("%(column)s is not like “%(value)s”"),
    "glob": N_("%(column)s is like “%(value)s”"),
    "date": N_("%(column)s: %(value)s"),
    "arraynotcontains": N_("%(column)s: not %(value)s"),
    "isnull": N_("%(column)s: not known"),
    "notnull": N_("%(column)s: known"),
    "isblank": N_("%(column)s: not known"),
    "notblank": N_("%(column)s: known"),
}
#: The same of a day.
_OF_DAYS = {
    "gt": N_("%(column)s: after %(value)s"),
    "gte": N_("%(column)s: from %(value)s on"),
    "lt": N_("%(column)s: before %(value)s"),
    "lte": N_("%(column)s: until %(value)s"),
}

_WHEN = {"coming": N_("Coming"), "past": N_("Past")}

#: What keys of other tables, and numbers of places, are called: (column, value) → name.
Names = dict[tuple[str, str], str]


def names(
    connection: sqlite3.Connection, selection: Selection, table: Table, known: Catalogue
) -> Names:
    """The names of the records and places that the conditions of `selection` name by a key."""
    found: Names = {}
    for item in selection.filters:
        column = table.columns[item.column]
        if item.operator not in EQUALITY or column.codes:
            continue
        is_own = column.name == table.key
        other = table if is_own else known.tables.get(column.references or "")
        if column.name == "geonameid" and "place_matched" in table.columns:
            sql = f'select min(place_matched) from "{table.name}" where geonameid = ?'  # noqa: S608
        elif other and other.key and other.label_column:
            sql = f'select "{other.label_column}" from "{other.name}" where "{other.key}" = ?'  # noqa: S608
        else:
            continue
        for value in item.values:
            (name,) = connection.execute(sql, [value]).fetchone() or (None,)
            if name:
                found[column.name, value] = name
    return found


@dataclass(frozen=True)
class Chip:
    """One removable condition. `without` is the query string that lacks it."""

    words: str
    without: str


def chips(selection: Selection, table: Table, called: Names) -> Iterator[Chip]:
    """One chip for the search, one for each place, and one for each value of each filter."""
    rest = selection.from_start()
    if selection.search is not None:
        yield Chip(shown(selection.search), replace(rest, search=None).canonical())
    if selection.area:
        yield Chip(_area(selection.area), replace(rest, area=None).canonical())
    if selection.when:
        yield Chip(_(_WHEN[selection.when]), replace(rest, when=None).canonical())
    if selection.near:
        yield Chip(_near(selection.near), replace(rest, near=None).canonical())
    for item in selection.filters:
        column = table.columns[item.column]
        others = tuple(other for other in selection.filters if other != item)
        if item.operator not in EQUALITY:
            yield Chip(_condition(item, column, called), replace(rest, filters=others).canonical())
            continue
        for value in item.values:
            kept = replace(item, values=tuple(other for other in item.values if other != value))
            filters = (*others, kept) if kept.values else others
            yield Chip(
                _("%(column)s: %(value)s")
                % {"column": _(column.title), "value": value_in_words(column, value, called)},
                replace(rest, filters=tuple(sorted(filters))).canonical(),
            )


def in_words(selection: Selection, table: Table, called: Names) -> str:
    """All of a selection as a title: `Social enterprises: Denmark or Sweden; “cykel”`."""
    parts = []
    for item in selection.filters:
        column = table.columns[item.column]
        if item.operator in EQUALITY:
            values = [value_in_words(column, value, called) for value in item.values]
            parts.append(either(values))
        else:
            parts.append(_condition(item, column, called))
    if selection.when:
        parts.append(_(_WHEN[selection.when]))
    if selection.near:
        parts.append(_near(selection.near))
    if selection.area:
        parts.append(_area(selection.area))
    if selection.search is not None:
        parts.append(shown(selection.search))
    title = _(table.title)
    return (
        _("%(table)s: %(choice)s") % {"table": title, "choice": "; ".join(parts)}
        if parts
        else title
    )


def value_in_words(column: Column, value: str, called: Names) -> str:
    """What one value of a column is called."""
    if column.codes:
        return column.label(value)
    if column.type == "boolean":
        return _("Yes") if value == "1" else _("No")
    if column.type == "date":
        return day(value)
    if column.name.endswith("_decade") and value.isdigit():
        return _("%(first)s to %(last)s") % {"first": value, "last": int(value) + 9}
    return called.get((column.name, value)) or shortened(value)


def _condition(item: Filter, column: Column, called: Names) -> str:
    values = [value_in_words(column, value, called) for value in item.values]
    sentences = _SENTENCES | (_OF_DAYS if column.type == "date" else {})
    sentence = sentences.get(item.operator, "%(column)s: %(value)s")
    return _(sentence) % {"column": _(column.title), "value": either(values)}


def _area(box: Box) -> str:
    return _("Between %(southwest)s and %(northeast)s") % {
        "southwest": coordinates(box.south, box.west),
        "northeast": coordinates(box.north, box.east),
    }


def _near(near: Near) -> str:
    place = coordinates(near.latitude, near.longitude)
    return _("Within %(km)s km of %(place)s") % {"km": number(near.km), "place": place}
