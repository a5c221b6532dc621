"""How the value of a filter is written: checked against its column, and in one spelling."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from difflib import get_close_matches
from math import isfinite

from portal.catalogue import Column
from portal.errors import QueryError, shown
from portal.language import gettext as _
from portal.language import number

#: Longest value; no name or address comes near.
MAX_VALUE = 1_000

SETS = ("exact", "not", "in", "notin")
COMPARISONS = ("gt", "gte", "lt", "lte")
PATTERNS = ("contains", "startswith", "endswith", "like", "notlike", "glob")
BLANKS = ("isnull", "notnull", "isblank", "notblank")
OPERATORS: dict[str, tuple[str, ...]] = {
    "string": SETS + COMPARISONS + PATTERNS + BLANKS,
    "date": SETS + COMPARISONS + PATTERNS + ("date",) + BLANKS,
    "integer": SETS + COMPARISONS + BLANKS,
    "number": SETS + COMPARISONS + BLANKS,
    "boolean": SETS + BLANKS,
    "list": ("exact", "arraycontains", "arraynotcontains", *BLANKS),
    "geojson": BLANKS,
}

INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_START = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
TRUTH = {"1": "1", "true": "1", "on": "1", "0": "0", "false": "0", "off": "0"}


def canonical_value(column: Column, operator: str, value: str) -> str:
    """`value` in its canonical spelling, if the column can hold it."""
    if operator in BLANKS:
        if value != "1":
            raise QueryError(
                _("%(key)s takes the value 1 and no other.") % {"key": f"{column.name}__{operator}"}
            )
        return value
    if not value or len(value) > MAX_VALUE:
        raise QueryError(
            (
                _("%(column)s needs a value of 1 to %(most)s characters.")
                if value
                else _(
                    "%(column)s needs a value of 1 to %(most)s characters; records without one are "
                    "found by %(name)s__isblank=1."
                )
            )
            % {"column": _(column.title), "most": number(MAX_VALUE), "name": column.name}
        )
    if operator in PATTERNS:
        return _pattern(column, operator, value)
    if column.codes is not None:
        return _code(column, value)
    return _TYPES.get(column.type, _text)(column, operator, value)


def _code(column: Column, value: str) -> str:
    codes = column.codes or {}
    if value in codes:
        return value
    likeliest = get_close_matches(value.lower(), [code.lower() for code in codes], n=1)
    near = next((code for code in codes if [code.lower()] == likeliest), None)
    words = (
        _("%(column)s has no code %(value)s. Did you mean %(near)s? The codes are %(codes)s.")
        if near
        else _("%(column)s has no code %(value)s. The codes are %(codes)s.")
    )
    raise QueryError(
        words
        % {
            "column": _(column.title),
            "value": shown(value),
            "near": near,
            "codes": ", ".join(codes),
        }
    )


def _pattern(column: Column, operator: str, value: str) -> str:
    if operator in ("contains", "startswith", "endswith") and re.search("[%_]", value):
        raise QueryError(
            _(
                "%% and _ stand for other characters in %(name)s__%(operator)s; to mean that, use "
                "%(name)s__like, else %(name)s__glob with * and ?."
            )
            % {"name": column.name, "operator": operator}
        )
    return value


def _integer(column: Column, operator: str, value: str) -> str:
    if not INTEGER.fullmatch(value):
        raise QueryError(
            _("%(column)s is a whole number, which %(value)s is not.") % _told(column, value)
        )
    return str(int(value))


def _number(column: Column, operator: str, value: str) -> str:
    if not NUMBER.fullmatch(value) or not isfinite(float(value)):
        raise QueryError(
            _("%(column)s is a number like 54.35, which %(value)s is not.") % _told(column, value)
        )
    return repr(float(value) + 0.0)


def _boolean(column: Column, operator: str, value: str) -> str:
    if value not in TRUTH:
        raise QueryError(
            _("%(column)s is 1 (yes) or 0 (no), not %(value)s.") % _told(column, value)
        )
    return TRUTH[value]


def _date(column: Column, operator: str, value: str) -> str:
    if operator in COMPARISONS and _DATE_START.fullmatch(value):
        return value
    try:
        if not _DATE.fullmatch(value):
            raise ValueError
        date.fromisoformat(value)
    except ValueError:
        raise QueryError(
            _("%(column)s is a date like 2026-11-24, which %(value)s is not.")
            % _told(column, value)
        ) from None
    return value


def _text(column: Column, operator: str, value: str) -> str:
    if operator in COMPARISONS and value.isdigit() and not _plain_digits(value):
        raise QueryError(
            _(
                "%(column)s is text; %(value)s would be compared as a number. "
                "Use %(name)s__glob instead."
            )
            % (_told(column, value) | {"name": column.name})
        )
    return value


def _told(column: Column, value: str) -> dict[str, str]:
    return {"column": _(column.title), "value": shown(value)}


def _plain_digits(value: str) -> bool:
    """Whether Datasette, which makes a number of digits when comparing, gets them back whole."""
    return value.isascii() and len(value) <= 18 and (value == "0" or not value.startswith("0"))


_TYPES: dict[str, Callable[[Column, str, str], str]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
}
