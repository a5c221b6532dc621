"""What the page of a list of records shows: the records, the facets, the choice in words."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import sqlite_timelimit

from portal import compat, wording
from portal.catalogue import Table
from portal.conditions import conditions
from portal.facets import Counts, Facet, counts, facet
from portal.language import gettext as _
from portal.listing import Extent, Listing, extent, listing
from portal.query import Selection
from portal.search import Found, expression

#: A page may take this long, in ms; on 500,000 records it takes about a third of it.
TIME_LIMIT_MS = 5_000


@dataclass(frozen=True)
class View:
    """One page of a list. Words are in the reader's language only when they are asked for."""

    selection: Selection
    table: Table
    extent: Extent
    listing: Listing
    #: Records of the whole table.
    whole: Extent
    found: Found | None
    called: wording.Names
    _overall: Counts
    _now: Counts

    @property
    def facet_names(self) -> list[str]:
        return list(self._overall)

    @property
    def facets(self) -> list[Facet]:
        """Each facet that has something to choose from."""
        facets = [
            facet(self.table.columns[name], overall, self._now[name], self.selection.chosen(name))
            for name, overall in self._overall.items()
        ]
        return [item for item in facets if item.choices]

    @property
    def title(self) -> str:
        return wording.in_words(self.selection, self.table, self.called)

    @property
    def chips(self) -> list[wording.Chip]:
        return list(wording.chips(self.selection, self.table, self.called))


def facet_columns(ds: Datasette, table: Table) -> list[str]:
    """The columns by which `metadata.yml` lets readers narrow a table."""
    settings = compat.table_metadata(ds, "baltic", table.name).get("facets", [])
    return [next(iter(item.values())) if isinstance(item, dict) else item for item in settings]


async def explore(ds: Datasette, selection: Selection, table: Table, *, facets: list[str]) -> View:
    """Work out one page, with counts of the columns `facets`.

    Raises sqlite3.OperationalError (interrupted) beyond the time limit.
    """
    db = ds.get_database("baltic")
    order = compat.order(ds, table.name)

    def read(connection: sqlite3.Connection) -> View:
        with sqlite_timelimit(connection, TIME_LIMIT_MS):
            whole, overall = _whole(db, connection, table, facets)
            found = (
                expression(connection, table.name, selection.search)
                if selection.search is not None
                else None
            )
            where = conditions(connection, selection, table, found=found)
            if selection.narrows:
                now = counts(connection, selection, table, facets, found=found)
                size = extent(connection, table, where)
            else:
                now, size = overall, whole
            page = listing(connection, selection, table, where, order=order, total=size.total)
            called = wording.names(connection, selection, table)
        return View(selection, table, size, page, whole, found, called, overall, now)

    view: View = await db.execute_fn(read)
    return view


_wholes: WeakKeyDictionary[Database, dict[tuple[str, ...], tuple[Extent, Counts]]] = (
    WeakKeyDictionary()
)


def _whole(
    db: Database, connection: sqlite3.Connection, table: Table, names: list[str]
) -> tuple[Extent, Counts]:
    """Extent and counts of a whole table of an immutable database, worked out once."""
    known = _wholes.setdefault(db, {})
    key = (table.name, *names)
    if key not in known:
        everything = Selection(table.name)
        where = conditions(connection, everything, table)
        known[key] = (
            extent(connection, table, where),
            counts(connection, everything, table, names),
        )
    return known[key]


def shown_columns(ds: Datasette, table: Table) -> list[Any]:
    """The columns a card of the list shows, as `metadata.yml` names them."""
    config = ds.plugin_config("portal", database="baltic", table=table.name) or {}
    return [table.columns[name] for name in config.get("columns", []) if name in table.columns]


def orders(view: View) -> list[tuple[str, str, bool]]:
    """(value of `_sort`, words, whether it is so now) for each order a reader may choose."""
    asked = view.selection.get("_sort") or (
        f"-{falling}" if (falling := view.selection.get("_sort_desc")) else ""
    )
    if view.selection.near:
        offered = {"": _("Nearest first")}
    elif view.selection.search is not None:
        offered = {"": _("Best hits first")}
    else:
        offered = {}
    label = view.table.label_column
    offered |= {str(label): _("By name")} if offered else {"": _("By name")}
    offered |= {
        value: words
        for value, words in (
            ("-founded", _("Youngest first")),
            ("founded", _("Oldest first")),
            ("-updated_on", _("Newest entries first")),
        )
        if value.removeprefix("-") in view.table.columns
    }
    return [(value, words, value == asked) for value, words in offered.items()]
