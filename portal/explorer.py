"""What the page of a list of records shows: the records, the facets, the choice in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

from datasette.app import Datasette
from datasette.database import Database

from portal import compat, wording
from portal.calendar_days import today
from portal.catalogue import Catalogue, Table
from portal.conditions import Conditions, conditions
from portal.facets import Counts, Facet, counts, facet
from portal.language import N_
from portal.language import gettext as _
from portal.listing import Extent, Listing, extent, listing
from portal.month import Month, month
from portal.own_order import own_order
from portal.query import WHEN, Selection
from portal.reading import in_time
from portal.search import Found, expression
from portal.specials import Order, order_of


@dataclass(frozen=True)
class Alone:
    """One word of a search that found nothing, and the records with that word alone."""

    word: str
    query: str
    count: int


@dataclass(frozen=True)
class Summary:
    """A selection counted. Words are in the reader's language only when they are asked for."""

    selection: Selection
    table: Table
    extent: Extent
    #: Of the whole table.
    whole: Extent
    found: Found | None
    called: wording.Names
    alone: list[Alone]
    overall: Counts
    now: Counts

    @property
    def facet_names(self) -> list[str]:
        return list(self.overall)

    @property
    def facets(self) -> list[Facet]:
        """Each facet that has something to choose from."""
        facets = [
            facet(self.table.columns[name], overall, self.now[name], self.selection.chosen(name))
            for name, overall in self.overall.items()
        ]
        return [item for item in facets if item.choices]

    @property
    def title(self) -> str:
        return wording.in_words(self.selection, self.table, self.called)

    @property
    def chips(self) -> list[wording.Chip]:
        return list(wording.chips(self.selection, self.table, self.called))


@dataclass(frozen=True)
class ListPage:
    """One page of the list of a selection."""

    summary: Summary
    listing: Listing
    #: The table's own order.
    order: Order | None
    #: In the place of the list, where the address asks for a month.
    month: Month | None
    #: Of records that have their days: `coming` and `past` → how many there would be.
    whens: dict[str, int]


def facet_columns(ds: Datasette, table: Table) -> list[str]:
    """The columns by which `metadata.yml` lets readers narrow a table."""
    settings = compat.table_metadata(ds, "baltic", table.name).get("facets", [])
    return [next(iter(item.values())) if isinstance(item, dict) else item for item in settings]


async def summarise(
    ds: Datasette, known: Catalogue, selection: Selection, *, facets: list[str]
) -> Summary:
    """Count a selection, and its values in the columns `facets`.

    Raises sqlite3.OperationalError (interrupted) beyond the time limit.
    """
    db = ds.get_database("baltic")
    table = known.tables[selection.table]

    def read(connection: sqlite3.Connection) -> Summary:
        found, where = _looked_up(connection, selection, table)
        return _summary(db, connection, known, selection, facets, found, where)

    return await in_time(db, read)


async def list_page(ds: Datasette, known: Catalogue, selection: Selection) -> ListPage:
    """Work out one page of a list. Raises sqlite3.OperationalError as `summarise` does."""
    db = ds.get_database("baltic")
    table = known.tables[selection.table]
    order = compat.order(ds, table.name)
    facets = facet_columns(ds, table)

    def read(connection: sqlite3.Connection) -> ListPage:
        found, where = _looked_up(connection, selection, table)
        summary = _summary(db, connection, known, selection, facets, found, where)
        total = summary.extent.total
        page = listing(connection, selection, table, where, order=order, total=total)
        name = selection.get("_month")
        days = month(connection, table, where, name) if name else None
        whens = _whens(connection, selection, table, found)
        return ListPage(summary, page, order, days, whens)

    return await in_time(db, read)


def _whens(
    connection: sqlite3.Connection, selection: Selection, table: Table, found: Found | None
) -> dict[str, int]:
    if not table.has_days:
        return {}
    return {
        when: extent(
            connection,
            table,
            conditions(connection, replace(selection, when=when), table, found=found),
        ).total
        for when in WHEN
    }


def _looked_up(
    connection: sqlite3.Connection, selection: Selection, table: Table
) -> tuple[Found | None, Conditions]:
    found = None
    if selection.search is not None:
        found = expression(connection, table.name, selection.search)
    return found, conditions(connection, selection, table, found=found)


def _summary(
    db: Database,
    connection: sqlite3.Connection,
    known: Catalogue,
    selection: Selection,
    facets: list[str],
    found: Found | None,
    where: Conditions,
) -> Summary:
    table = known.tables[selection.table]
    whole, overall = _whole(db, connection, table, facets)
    now, size = overall, whole
    if selection.narrows:
        now = counts(connection, selection, table, facets, found=found)
        size = extent(connection, table, where)
    called = wording.names(connection, selection, table, known)
    alone = [] if size.total else list(_alone(connection, selection, table, found))
    return Summary(selection, table, size, whole, found, called, alone, overall, now)


def _alone(
    connection: sqlite3.Connection, selection: Selection, table: Table, found: Found | None
) -> Iterator[Alone]:
    """What each word of a search would find among the same conditions."""
    for word in found.alone if found else ():
        asked = replace(selection.from_start(), search=word)
        total = extent(connection, table, conditions(connection, asked, table)).total
        if total:
            yield Alone(word, asked.canonical(), total)


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
    names = compat.plugin_config(ds, "portal", table.name).get("columns", [])
    return [table.columns[name] for name in names if name in table.columns]


def month_offered(page: ListPage) -> str | None:
    """The month that a reader of a list of events may want to see: that of its first record."""
    if not page.summary.table.has_days:
        return None
    first = next((str(record["start"]) for record in page.listing.records), today().isoformat())
    return first[:7]


def orders(page: ListPage) -> list[tuple[str, str, bool]]:
    """(value of `_sort`, words, whether it is so now) for each order a reader may choose.

    The first is the one without asking. What an address asks for beyond the usual is offered too,
    so that the next choice keeps it.
    """
    asked = order_of(dict(page.summary.selection.view), None)
    if page.summary.selection.near:
        unasked, words = None, _("Nearest first")
    elif page.summary.selection.search is not None:
        unasked, words = None, _("Best hits first")
    elif natural := own_order(page.summary.table):
        unasked, words = None, _(natural[1])
    else:
        unasked, words = page.order, _in_words(page.order, page.summary.table)
    others = [order for order in _usual(page) if order != unasked]
    if asked and asked not in others:
        others.append(asked)
    return [("", words, asked is None)] + [
        (_written(order), _in_words(order, page.summary.table), order == asked) for order in others
    ]


def _usual(page: ListPage) -> list[Order]:
    label, columns = page.summary.table.label_column, page.summary.table.columns
    orders = [Order(label)] if label else []
    if page.order:
        orders.append(page.order)
    if "founded" in columns:
        orders += [Order("founded", falling=True), Order("founded")]
    if page.summary.table.has_days:
        orders.append(Order("start"))
    if "updated_on" in columns:
        orders.append(Order("updated_on", falling=True))
    return list(dict.fromkeys(orders))


def _in_words(order: Order | None, table: Table) -> str:
    if order is None:
        return _("As in the data")
    if order == Order(table.label_column or ""):
        return _("By name")
    if known := _ORDERS.get((order.column, order.falling)):
        return _(known)
    words = _("%(column)s, falling") if order.falling else _("%(column)s, rising")
    return words % {"column": _(table.columns[order.column].title)}


#: Orders that have a better name than their column's.
_ORDERS = {
    ("founded", True): N_("Youngest first"),
    ("founded", False): N_("Oldest first"),
    ("updated_on", True): N_("Newest entries first"),
    ("start", True): N_("Latest first"),
    ("start", False): N_("Earliest first"),
    ("published", True): N_("Newest first"),
}


def _written(order: Order) -> str:
    return f"-{order.column}" if order.falling else order.column
