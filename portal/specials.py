"""The special parameters of a table's address (`_sort`, `_size`, `_next`, …): what each takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from datasette.utils import tilde_decode, tilde_encode

from portal.area import Box
from portal.catalogue import Column, Table
from portal.errors import QueryError, shown
from portal.language import N_, number
from portal.language import gettext as _
from portal.values import INTEGER, MAX_VALUE, NUMBER, TRUTH

MAX_PAGE = 1_000


class Order(NamedTuple):
    """The column by which records are sorted, and the direction."""

    column: str
    falling: bool = False


def special_values(key: str, values: list[str], table: Table) -> list[str]:
    repeatable = key in _REPEATABLE
    if len(values) > 1 and not repeatable:
        raise QueryError(
            _("%(key)s is given %(count)s times. Give it once.")
            % {"key": key, "count": len(values)}
        )
    if not all(values):
        raise QueryError(_("%(key)s is empty. Leave it out, or give it a value.") % {"key": key})
    return [SPECIALS[key](key, value, table) for value in dict.fromkeys(values)]


def _is_column(key: str, value: str, table: Table) -> str:
    if value not in table.columns:
        raise QueryError(
            _(
                "%(key)s takes a column of %(table)s, which %(value)s is not. "
                "The columns are %(columns)s."
            )
            % {
                "key": key,
                "table": _(table.title),
                "value": shown(value),
                "columns": ", ".join(table.columns),
            }
        )
    return value


def _hidden_column(key: str, value: str, table: Table) -> str:
    if _is_column(key, value, table) in table.keys:
        raise QueryError(
            _("%(key)s=%(value)s is not possible: every record keeps its %(value)s.")
            % {"key": key, "value": value}
        )
    return value


def _sort_column(key: str, value: str, table: Table) -> str:
    return value if not table.keys and value == "rowid" else _is_column(key, value, table)


def _facet(key: str, value: str, table: Table) -> str:
    kind = table.columns[_is_column(key, value, table)].type
    wanted = {"list": "_facet_array", "date": "_facet_date"}.get(kind, "_facet")
    if key != wanted and not (key == "_facet" and kind == "date"):
        raise QueryError(
            _("%(key)s does not fit %(value)s. Use %(wanted)s=%(value)s.")
            % {"key": key, "value": value, "wanted": wanted}
        )
    if kind == "geojson":
        raise QueryError(
            _("%(key)s does not fit %(value)s: nearly every value is another.")
            % {"key": key, "value": value}
        )
    return value


def _page_size(key: str, value: str, table: Table) -> str:
    if value != "max" and not (INTEGER.fullmatch(value) and 0 <= int(value) <= MAX_PAGE):
        raise QueryError(
            _("%(key)s is a number from 0 to %(most)s or max, not %(value)s.")
            % {"key": key, "most": number(MAX_PAGE), "value": shown(value)}
        )
    return value if value == "max" else str(int(value))


def _switch(key: str, value: str, table: Table) -> str:
    if value not in TRUTH:
        raise QueryError(
            _("%(key)s is on or off, not %(value)s.") % {"key": key, "value": shown(value)}
        )
    return {"1": "on", "0": "off"}[TRUTH[value]]


def _one_of(*allowed: str) -> Callable[[str, str, Table], str]:
    def check(key: str, value: str, table: Table) -> str:
        if value not in allowed:
            raise QueryError(not_one_of(key, allowed, value))
        return value

    return check


def not_one_of(key: str, allowed: tuple[str, ...], value: str) -> str:
    return _("%(key)s takes %(allowed)s, not %(value)s.") % {
        "key": key,
        "allowed": ", ".join(allowed),
        "value": shown(value),
    }


def _page_number(key: str, value: str, table: Table) -> str:
    if not re.fullmatch("0*[1-9][0-9]{0,5}", value):
        raise QueryError(
            _("%(key)s is the number of a page, from 1 on, not %(value)s.")
            % {"key": key, "value": shown(value)}
        )
    return str(int(value))


def _month(key: str, value: str, table: Table) -> str:
    if not table.has_days:
        raise QueryError(
            _("%(key)s is not possible: %(table)s have no day on which they begin.")
            % {"key": key, "table": _(table.title)}
        )
    if not re.fullmatch("[12][0-9]{3}-(0[1-9]|1[0-2])", value):
        raise QueryError(
            _("%(key)s is a month, such as 2026-05, not %(value)s.")
            % {"key": key, "value": shown(value)}
        )
    return value


def _zoom(key: str, value: str, table: Table) -> str:
    if not NUMBER.fullmatch(value) or not 0 <= float(value) <= 22:
        raise QueryError(
            _("%(key)s is a zoom of the map from 0 to 22, not %(value)s.")
            % {"key": key, "value": shown(value)}
        )
    return f"{float(value):g}"


def _viewport(key: str, value: str, table: Table) -> str:
    return str(Box.read(value, key))


def _cursor(key: str, value: str, table: Table) -> str:
    if len(value) > MAX_VALUE * 4:
        raise QueryError(_("_next is too long to be a page of this table."))
    return value


#: What rows of SQL, which have no key, can be shaped into.
SQL_SHAPES = ("arrays", "objects", "array", "arrayfirst")
SPECIALS: dict[str, Callable[[str, str, Table], str]] = {
    "_sort": _sort_column,
    "_sort_desc": _sort_column,
    "_size": _page_size,
    "_next": _cursor,
    "_facet": _facet,
    "_facet_array": _facet,
    "_facet_date": _facet,
    "_facet_size": _page_size,
    "_col": _is_column,
    "_nocol": _hidden_column,
    "_label": _is_column,
    "_labels": _switch,
    "_json": _is_column,
    "_json_infinity": _switch,
    "_shape": _one_of(*SQL_SHAPES, "object"),
    "_nl": _switch,
    "_stream": _switch,
    "_dl": _switch,
    "_header": _one_of("off"),
    "_nofacet": _switch,
    "_nosuggest": _switch,
    "_nocount": _switch,
    "_view": _one_of("table", "map"),
    "_page": _page_number,
    "_month": _month,
    "_viewport": _viewport,
    "_zoom": _zoom,
}
#: What a list of records takes besides conditions; the others are of Datasette's table.
OF_LISTS = ("_sort", "_sort_desc", "_size", "_page", "_month")
#: Parameters of one format alone; a page's format is the empty one.
_OF_ONE_FORM = {"_page": "", "_month": "", "_viewport": "map", "_zoom": "map"}
#: What one record's address takes.
OF_RECORDS: dict[str, Callable[[str, str, Table], str]] = {
    **{
        key: SPECIALS[key]
        for key in ("_shape", "_json", "_json_infinity", "_labels", "_nl", "_dl", "_header")
    },
    "_extras": _one_of("foreign_key_tables"),
    "_blob_column": _is_column,
}


def _any_text(key: str, value: str, table: Table) -> str:
    return value


#: What the address of an SQL query takes besides the query and its own parameters.
OF_SQL: dict[str, Callable[[str, str, Table], str]] = {
    **{key: SPECIALS[key] for key in ("_nl", "_dl", "_header", "_json_infinity")},
    "_shape": _one_of(*SQL_SHAPES),
    "_json": _any_text,
    "_hide_sql": _switch,
    "_blob_column": _any_text,
    "_blob_hash": _any_text,
}
_REPEATABLE = {"_facet", "_facet_array", "_facet_date", "_col", "_nocol", "_label", "_json"}
#: Why; translated where they are told.
REFUSED = {
    "_where": N_("write the condition as column=value, or ask in SQL on the page of the database."),
    "_searchmode": N_("_search takes words, which it finds in any spelling."),
    "_through": N_("ask in SQL on the page of the database."),
    "_fts_table": N_("_search knows its index."),
    "_fts_pk": N_("_search knows its index."),
    "_ttl": N_("how long an answer keeps is ours to say."),
    "_timelimit": N_("how long a query may take is ours to say."),
    "_trace": N_("it is for developers."),
    "_lang": N_("the language is the first part of the path, as in /da/."),
}


def check_form(key: str, form: str) -> None:
    """Raise QueryError when a parameter is of another format than `form`."""
    if _OF_ONE_FORM.get(key, form) == form:
        return
    if key == "_page":
        raise QueryError(
            _("_page is of the web page alone; formats hold everything, or lead on by next_url.")
        )
    if key == "_month":
        raise QueryError(
            _("_month is of the web page alone; here start__gte and start__lte choose.")
        )
    raise QueryError(_("%(key)s is of the format .map alone.") % {"key": key})


def order_of(view: dict[str, str], default: Order | None) -> Order | None:
    if "_sort" in view and "_sort_desc" in view:
        raise QueryError(_("_sort and _sort_desc cannot both be given."))
    if "_sort" in view:
        return Order(view["_sort"])
    return Order(view["_sort_desc"], falling=True) if "_sort_desc" in view else default


def start_cursor(order: Order | None, table: Table) -> str:
    """The cursor before all records: nulls come first when rising, last when falling."""
    if order is None:
        return ""
    kinds = [table.columns[key].type for key in table.keys] or ["integer"]
    keys = ["-" + "9" * 18 if kind in ("integer", "number") else "!" for kind in kinds]
    value = tilde_encode(chr(0x10FFFF)) if order.falling else "$null"
    return ",".join([value, *(tilde_encode(key) for key in keys)])


def with_order_column(
    view: list[tuple[str, str]], order: Order | None, table: Table
) -> list[tuple[str, str]]:
    """The same columns and the one the records are ordered by, from which the next page is found.

    Datasette fails (500) on a page with a next one when that column is not there.
    """
    if order is None or order.column not in table.columns or order.column in table.keys:
        return view
    if ("_nocol", order.column) in view:
        raise QueryError(
            _(
                "_nocol=%(column)s is not possible while the records are ordered by it. "
                "Order them by another column with _sort."
            )
            % {"column": order.column}
        )
    chosen = [value for key, value in view if key == "_col"]
    if not chosen or order.column in chosen:
        return view
    return sorted([*view, ("_col", order.column)], key=lambda pair: pair[0])


def check_cursor(view: dict[str, str], order: Order | None, table: Table) -> None:
    cursor = view.get("_next")
    if cursor is None:
        return
    if view.get("_stream") == "on":
        raise QueryError(_("_stream gives everything from the beginning; leave _next out."))
    parts = cursor.split(",")
    known = len(parts) == bool(order) + max(1, len(table.keys)) and any(parts)
    if known and not table.keys:
        known = bool(INTEGER.fullmatch(parts[-1]))
    if known and order and order.column in table.columns and parts[0] != "$null":
        known = _fits(table.columns[order.column], tilde_decode(parts[0]))
    if not known:
        raise QueryError(
            _(
                "_next does not name a page of this table in this order. Take it from the address "
                "of a next page, whole, or leave it out."
            )
        )


def _fits(column: Column, value: str) -> bool:
    if column.type in ("integer", "boolean"):
        return bool(INTEGER.fullmatch(value))
    return column.type != "number" or bool(NUMBER.fullmatch(value))
