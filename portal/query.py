"""A view is its query string: parsed strictly, once, into a selection with a canonical form.

The words are Datasette's own (`country=DK`, `founded__gte=2015`, `_search=`, `_sort=`, …), made
strict: what is not understood is an error in words, never a wider result, for a filter ignored in
silence is a number that a journalist would print. And completed: a key given several times means
"or" among its values, different keys mean "and". Every format gets its records through here.

Values keep the meaning Datasette gives them; where that meaning would surprise (a `%` in
`contains`, a number with leading zeros in a comparison of text) the parser asks for another way of
saying it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl, urlencode

from portal.area import Box, Near
from portal.catalogue import Column, Table
from portal.errors import QueryError, shown
from portal.language import gettext as _
from portal.language import number
from portal.own_order import own_order
from portal.specials import (
    OF_LISTS,
    OF_RECORDS,
    OF_SQL,
    REFUSED,
    SPECIALS,
    Order,
    check_cursor,
    check_form,
    not_one_of,
    order_of,
    special_values,
    start_cursor,
    with_order_column,
)
from portal.values import OPERATORS, canonical_value

#: Longest query string; servers and proxies cut addresses somewhere above.
MAX_LENGTH = 60_000
MAX_VALUES = 200

#: How `column=value` is meant: of a list, that it holds the value.
EQUALITY = ("exact", "arraycontains")

_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, order=True)
class Filter:
    """One condition. Several values are alternatives."""

    column: str
    operator: str
    values: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.column if self.operator == "exact" else f"{self.column}__{self.operator}"


@dataclass(frozen=True)
class Selection:
    """Which records of a table, and how they are to be shown.

    `filters`, `area`, `near`, `search` and `when` decide which records there are; `view` holds the
    special parameters (`_sort`, `_size`, `_facet`, …) that only order, cut or dress them.
    """

    table: str
    filters: tuple[Filter, ...] = ()
    area: Box | None = None
    near: Near | None = None
    search: str | None = None
    #: `coming` or `past`, of records that begin on a day.
    when: str | None = None
    view: tuple[tuple[str, str], ...] = ()
    #: The cursor before the first record, for Datasette alone; empty where the key is the order.
    start: str = field(default="", compare=False)

    def canonical(self) -> str:
        """The one way of writing this selection; equal selections have equal strings."""
        pairs = [pair for item in self.filters for pair in _public_pairs(item)]
        return urlencode(pairs + self._special())

    def for_datasette(self) -> str:
        """The same in the words of Datasette, to which a repeated key would mean "and".

        Datasette breaks ties by the key from the second page on only, so that records with equal
        values would be lost or come twice at the end of the first. Its first page is therefore
        asked for as one that follows a cursor before all records.
        """
        cursor = [("_next", self.start)] if self.start and not self.get("_next") else []
        return urlencode(self.datasette_filters() + self._special() + cursor)

    def datasette_filters(self) -> list[tuple[str, str]]:
        """The conditions on columns in Datasette's words, but for `any_of`."""
        beside = self.any_of
        return [_datasette_pair(item) for item in self.filters if item not in beside]

    @property
    def any_of(self) -> list[Filter]:
        """Lists that hold any of several values, for which Datasette has no word."""
        return [
            item
            for item in self.filters
            if item.operator == "arraycontains" and len(item.values) > 1
        ]

    def narrowing(self) -> str:
        """Only what decides which records there are: for links to other formats."""
        return replace(self, view=()).canonical()

    @property
    def is_plain(self) -> bool:
        """Whether it is the whole table in its own order and dress, be it a later page of it."""
        return not self.narrows and all(pair[0] in _PAGING for pair in self.view)

    @property
    def narrows(self) -> bool:
        """Whether it leaves any record out."""
        return bool(self.filters or self.area or self.near or self.when or self.search is not None)

    @property
    def wants_columns(self) -> bool:
        """Whether its page is Datasette's table: only that chooses columns, or counts by them."""
        return any(pair[0] not in OF_LISTS and pair != ("_view", "map") for pair in self.view)

    def from_start(self) -> Selection:
        """The same from its first page."""
        return replace(self, view=tuple(pair for pair in self.view if pair[0] not in _PAGING))

    def viewed(self, **changes: Any) -> Selection:
        """The same from its first page with special parameters changed: `viewed(_sort="name")`."""
        kept = {key: value for key, value in self.from_start().view if key not in changes}
        kept |= {key: str(value) for key, value in changes.items() if value}
        return replace(self, view=_without_first_page(sorted(kept.items())))

    def kept(self, columns: Iterable[str] = ()) -> list[tuple[str, str]]:
        """What a form keeps in hidden fields; it asks for `columns` itself."""
        others = [
            item
            for item in self.filters
            if item.column not in columns or item.operator not in EQUALITY
        ]
        return [pair for item in others for pair in _public_pairs(item)] + self._where_and_when()

    @property
    def unplaced(self) -> Selection:
        """Those of it that have no place, from the first page."""
        nowhere = Filter("latitude", "isnull", ("1",))
        return replace(self.from_start(), filters=tuple(sorted({*self.filters, nowhere})))

    def at(self, when: str) -> Selection:
        """The same of what is `coming` or `past`, from the first page."""
        return replace(self.from_start(), when=when)

    def on_day(self, day: str) -> Selection:
        """Those of it that begin on `day` (ISO), as a list."""
        begins = Filter("start", "exact", (day,))
        others = [item for item in self.filters if item.column != "start"]
        view = tuple(pair for pair in self.from_start().view if pair[0] != "_month")
        return replace(self, filters=tuple(sorted([*others, begins])), view=view)

    def without(self, column: str) -> Selection:
        """The same without the choice among the values of `column`."""
        return replace(
            self,
            filters=tuple(
                item
                for item in self.filters
                if item.column != column or item.operator not in EQUALITY
            ),
        )

    def chosen(self, column: str) -> tuple[str, ...]:
        """The values of `column` that are chosen; any of them will do."""
        return next(
            (
                item.values
                for item in self.filters
                if item.column == column and item.operator in EQUALITY
            ),
            (),
        )

    def get(self, name: str) -> str | None:
        """First value of a special parameter."""
        return next((value for key, value in self.view if key == name), None)

    def _special(self) -> list[tuple[str, str]]:
        search = [] if self.search is None else [("_search", self.search)]
        return self._where_and_when() + search + list(self.view)

    def _where_and_when(self) -> list[tuple[str, str]]:
        asked = [("_bbox", self.area), ("_near", self.near), ("_when", self.when)]
        return [(key, str(value)) for key, value in asked if value]


def _without_first_page(view: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in view if pair != ("_page", "1"))


#: What only says which page of a list it is.
_PAGING = ("_next", "_page")


def parse(
    query: str | bytes, table: Table, *, order: Order | None = None, form: str = ""
) -> Selection:
    """Read the query string of a table's address. Raises QueryError, and nothing else.

    `order` is the table's when the address does not say; the page cursor depends on it. `form` is
    the format of the address, empty for a page: some parameters are of one format alone.
    """
    pairs = _pairs(query)
    groups: dict[str, list[str]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    filters: list[Filter] = []
    view: list[tuple[str, str]] = []
    search: str | None = None
    when: str | None = None
    places: dict[str, Any] = {}
    for key in sorted(groups):
        values = groups[key]
        if key == "_search":
            search = _search(values, table)
        elif key == "_when":
            when = _when(values, table)
        elif key in _PLACES:
            name, kind = _PLACES[key]
            places[name] = kind.read(_of_a_place(key, values, table))
        elif key in SPECIALS:
            check_form(key, form)
            view += [(key, value) for value in special_values(key, values, table)]
        else:
            filters.append(_filter(key, values, table))
    own, order = order, order_of(dict(view), order)
    # As Datasette's links to next pages say it. Where hits, near places or what is to come would
    # come first, it is the reader's wish.
    if order == own and search is None and "near" not in places and not own_order(table):
        view = [pair for pair in view if pair[0] not in ("_sort", "_sort_desc")]
    view = with_order_column(view, order, table)
    start = start_cursor(order, table)
    if ("_next", start) in view:
        view.remove(("_next", start))
    check_cursor(dict(view), order, table)
    selection = Selection(
        table.name,
        tuple(_merged(filters)),
        **places,
        search=search,
        when=when,
        view=_without_first_page(view),
        start=start,
    )
    if selection.wants_columns and selection.get("_page"):
        raise QueryError(_("_page is of the list alone; a table of columns goes on with _next."))
    if selection.wants_columns and selection.get("_month"):
        raise QueryError(_("_month is of the list alone; leave out what is of a table of columns."))
    return selection


_PLACES: dict[str, tuple[str, type[Box] | type[Near]]] = {
    "_bbox": ("area", Box),
    "_near": ("near", Near),
}


#: Values of `_when`.
WHEN = ("coming", "past")


def _when(values: list[str], table: Table) -> str:
    if not table.has_days:
        raise QueryError(
            _("%(key)s is not possible: %(table)s have no day on which they begin.")
            % {"key": "_when", "table": _(table.title)}
        )
    if len(values) > 1 or values[0] not in WHEN:
        raise QueryError(not_one_of("_when", WHEN, values[-1]))
    return values[0]


def _of_a_place(key: str, values: list[str], table: Table) -> str:
    if not table.has_geometry:
        raise QueryError(
            _("%(key)s is not possible: %(table)s have no place on the map.")
            % {"key": key, "table": _(table.title)}
        )
    if len(values) > 1:
        raise QueryError(
            _("%(key)s is given %(count)s times. Give it once.")
            % {"key": key, "count": len(values)}
        )
    return values[0]


def parse_record(query: str | bytes, table: Table) -> str:
    """Check the query string of one record's address, which selects nothing."""
    pairs = _pairs(query)
    for key, value in pairs:
        if key not in OF_RECORDS or not value:
            raise QueryError(
                _("A record's address does not take %(key)s. It takes %(allowed)s.")
                % {"key": shown(key), "allowed": ", ".join(OF_RECORDS)}
            )
    return urlencode(sorted((key, OF_RECORDS[key](key, value, table)) for key, value in pairs))


def check_sql(query: str | bytes, *, must_ask: bool) -> None:
    """Check the query string of the database's address, which is an SQL query or nothing."""
    pairs = _pairs(query)
    queries = [value for key, value in pairs if key == "sql"]
    if pairs and not queries:
        raise QueryError(
            _(
                "The database's address does not take %(key)s without sql=. Tables are filtered "
                "at their own addresses, like /baltic/enterprises?country=DK."
            )
            % {"key": shown(pairs[0][0])}
        )
    if must_ask and not "".join(queries).strip():
        raise QueryError(
            _(
                "This format is of one table, like /baltic/enterprises.csv, or of an SQL query: "
                "/baltic.csv?sql=select…"
            )
        )
    named = {name for sql in queries for name in _SQL_NAME.findall(sql)}
    for key, value in pairs:
        if key in OF_SQL:
            OF_SQL[key](key, value, _NO_TABLE)
        elif key not in ("sql", *named):
            raise QueryError(
                _("An SQL query takes its own parameters and %(allowed)s, not %(key)s.")
                % {"key": shown(key), "allowed": ", ".join(OF_SQL)}
            )
    if len(queries) > 1:
        raise QueryError(
            _("%(key)s is given %(count)s times. Give it once.")
            % {"key": "sql", "count": len(queries)}
        )


#: A parameter as SQLite names it in a query.
_SQL_NAME = re.compile(r"[:@$](\w+)")
#: An answer to SQL has the columns it has.
_NO_TABLE = Table("", "", "", (), {})


def _pairs(query: str | bytes) -> list[tuple[str, str]]:
    if len(query) > MAX_LENGTH:
        raise QueryError(
            _(
                "The address is too long: %(length)s characters after the question mark, where "
                "%(most)s are allowed."
            )
            % {"length": number(len(query)), "most": number(MAX_LENGTH)}
        )
    try:
        text = query.decode("utf-8") if isinstance(query, bytes) else query
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=MAX_VALUES * 2
        )
    except UnicodeError:
        raise QueryError(_("The address holds bytes that are not UTF-8 text.")) from None
    except ValueError:
        raise QueryError(
            _("At most %(most)s parameters are allowed.") % {"most": MAX_VALUES * 2}
        ) from None
    for key, value in pairs:
        if not _is_text(key + value):
            raise QueryError(_("The address holds control characters, which no record has."))
    return pairs


def _is_text(text: str) -> bool:
    """Whether a record could hold it: no control characters, no halves of characters."""
    return not _NO_TEXT.search(text)


def _filter(key: str, values: list[str], table: Table) -> Filter:
    column, operator = _column_and_operator(key, table)
    if operator in ("exact", "in", "notin") and column.type != "list":
        items = [item for value in values for item in _items(operator, value, key)]
    else:
        items = values
    if operator == "exact" and column.type == "list":
        operator = "arraycontains"
    if len(values) > 1 and operator not in ("in", *EQUALITY):
        raise QueryError(
            _("%(key)s is given %(count)s times; only equality takes several values. Give it once.")
            % {"key": shown(key), "count": len(values)}
        )
    if len(items) > MAX_VALUES:
        raise QueryError(
            _("%(key)s has more than %(most)s values.") % {"key": shown(key), "most": MAX_VALUES}
        )
    typed = [canonical_value(column, operator, item) for item in items]
    return Filter(column.name, operator, tuple(sorted(set(typed))))


def _column_and_operator(key: str, table: Table) -> tuple[Column, str]:
    name, separator, operator = key.rpartition("__")
    if not separator or key in table.columns:
        name, operator = key, "exact"
    if name not in table.columns:
        raise QueryError(_unknown(key, name, table))
    column = table.columns[name]
    if operator not in OPERATORS[column.type]:
        allowed = ", ".join(f"{name}__{other}" for other in OPERATORS[column.type])
        raise QueryError(
            _("%(key)s is not understood: %(column)s takes %(name)s or %(allowed)s.")
            % {"key": shown(key), "column": _(column.title), "name": name, "allowed": allowed}
            if operator != "exact"
            else _("%(column)s can only be asked for by %(allowed)s.")
            % {"column": _(column.title), "allowed": allowed}
        )
    return column, operator


def _unknown(key: str, name: str, table: Table) -> str:
    if key.startswith("_"):
        if key in REFUSED:
            return _("%(key)s is not allowed here: %(reason)s") % {
                "key": shown(key),
                "reason": _(REFUSED[key]),
            }
        allowed = ", ".join(("_search", *_PLACES, *SPECIALS))
        return _("There is no parameter %(key)s. There are %(allowed)s.") % {
            "key": shown(key),
            "allowed": allowed,
        }
    near = get_close_matches(name, table.columns, n=1)
    words = (
        _("%(table)s have no column %(name)s. Did you mean %(near)s? The columns are %(columns)s.")
        if near
        else _("%(table)s have no column %(name)s. The columns are %(columns)s.")
    )
    return words % {
        "table": _(table.title),
        "name": shown(name),
        "near": "".join(near),
        "columns": ", ".join(table.columns),
    }


def _items(operator: str, value: str, key: str) -> list[str]:
    if operator == "exact":
        return [value]
    if not value.startswith("["):
        return [item.strip() for item in value.split(",")]
    try:
        items = json.loads(value)
    except (ValueError, RecursionError):
        items = None
    if not items or not all(isinstance(item, str | int | float) for item in items):
        raise QueryError(
            _('%(key)s takes values like DK,SE or ["DK", "SE"].') % {"key": shown(key)}
        )
    texts = [str(item) for item in items]
    if not all(map(_is_text, texts)):
        raise QueryError(
            _("%(key)s holds control characters, which no record has.") % {"key": shown(key)}
        )
    return texts


def _merged(filters: Iterable[Filter]) -> list[Filter]:
    """`country__in=DK,SE` is `country=DK&country=SE`; given both, they must both hold."""
    kept: dict[tuple[str, str], Filter] = {}
    for item in sorted(filters):
        place = (item.column, item.operator)
        exact = (item.column, "exact")
        if item.operator == "in" and exact not in kept:
            place, item = exact, Filter(item.column, "exact", item.values)
        elif item.operator == "in":
            both = tuple(value for value in kept[exact].values if value in item.values)
            if both:
                place, item = exact, Filter(item.column, "exact", both)
        elif place in kept and item.values != kept[place].values:
            raise QueryError(
                _("%(key)s is given twice with different values. Give it once.") % {"key": item.key}
            )
        kept[place] = item
    return sorted(kept.values())


def _public_pairs(item: Filter) -> list[tuple[str, str]]:
    if item.operator in EQUALITY:
        return [(item.column, value) for value in item.values]
    return [(item.key, _joined(item))]


def _datasette_pair(item: Filter) -> tuple[str, str]:
    if item.operator == "exact" and len(item.values) > 1:
        return (f"{item.column}__in", _joined(item))
    return (item.key, _joined(item))


def _joined(item: Filter) -> str:
    if len(item.values) == 1 and item.operator not in ("in", "notin"):
        return item.values[0]
    if any("," in value or value != value.strip() or value[:1] == "[" for value in item.values):
        return json.dumps(item.values, ensure_ascii=False)
    return ",".join(item.values)


def _search(values: list[str], table: Table) -> str:
    if not table.searchable:
        raise QueryError(
            _("%(table)s cannot be searched by _search; filter by a column.")
            % {"table": _(table.title)}
        )
    if len(values) > 1:
        raise QueryError(_("_search is given more than once. Put all words into one."))
    words = " ".join(values[0].split())
    if not words:
        raise QueryError(_("_search is empty. Leave it out, or say what to look for."))
    return words
