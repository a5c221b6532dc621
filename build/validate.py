"""Rows of text → records of typed values that keep every rule, and findings for the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rapidfuzz import process

from build.findings import Findings, Reporter
from build.plausible import Bounds, implausible
from build.read import Row
from build.schema import Field, Table

#: What a value of each type, or of each string format, looks like to someone who types it.
_EXPECTED = {
    "integer": "a whole number, such as 2014",
    "number": "a number with a decimal point, such as 54.35",
    "boolean": "true or false",
    "date": "a day written as year-month-day, such as 2026-03-31",
    "uri": "a web address that begins with http:// or https://",
    "email": "an e-mail address, such as office@example.org",
}
#: More codes than this do not fit into a sentence.
_CODES_SHOWN = 20
#: And so many bad references could meet so many records that comparing them all takes hours.
_CODES_COMPARED = 1000


@dataclass(slots=True)
class Record:
    """A valid record: the table's fields that its file gave, typed, None where not known."""

    file: str
    line: int
    values: dict[str, Any]


@dataclass
class Context:
    """What rows are checked against besides the schema: the records accepted so far.

    `lines` maps each table's keys to where they stand, `bounds` each country's code to its
    bounds in degrees.
    """

    today: date
    lines: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    bounds: dict[str, Bounds] = field(default_factory=dict)


def validate(
    table: Table, rows: Iterable[Row], context: Context, findings: Findings
) -> Iterator[Record]:
    """Yield the records of those `rows` that keep every rule; each broken rule is a finding.

    A row with an error is left out whole: a record that shows only half of what its partner wrote
    would mislead. Accepted keys are added to `context`, so that tables referring to this one can
    be checked after it.
    """
    for row in rows:
        key = row.cells.get(table.key, "")
        tell = findings.at(table.name, row.file, row.line, key if isinstance(key, str) else "")
        values, errors = _read_cells(table, row, tell)
        errors += _check_references(table, values, context, tell)
        errors += _check_key(table, values, context, tell)
        record = Record(row.file, row.line, values)
        if not errors:
            errors += _check_plausible(table, record, context, tell)
        if not errors:
            context.lines[table.name][values[table.key]] = f"{row.file}:{row.line}"
            if table.name == "countries":
                context.bounds[values[table.key]] = Bounds.of(values)
            yield record


def _read_cells(table: Table, row: Row, tell: Reporter) -> tuple[dict[str, Any], int]:
    """Typed values of all fields that may be given, and the number of cells in error."""
    values: dict[str, Any] = {}
    errors = 0
    for column in table.input_fields:
        cell = row.cells.get(column.name, "")
        if column.type == "list" and isinstance(cell, str):
            delimiter = column.descriptor.get("delimiter", ",").strip()
            cell = [item.strip() for item in cell.split(delimiter) if item.strip()]
        value, notes = column.read(cell or "")
        for rule in notes or ():
            tell("error", rule, _explain(column, rule), field=column.name, value=cell)
            errors += 1
        values[column.name] = None if notes else value
    return values, errors


def _explain(column: Field, rule: str) -> str:
    """Say in words what a cell of `column` should be."""
    limit = column.descriptor.get("constraints", {}).get(rule)
    kind = column.descriptor.get("format", column.type)
    match rule:
        case "required":
            return f"{column.title} is missing, and no record can do without it."
        case "maxLength":
            return f"{column.title} is longer than {limit} characters."
        case "minimum":
            return f"{column.title} cannot be below {limit}."
        case "maximum":
            return f"{column.title} cannot be above {limit}."
        case "pattern" if "example" in column.descriptor:
            return f"{column.title} should look like “{column.descriptor['example']}”."
        case _:
            return (
                f"{column.title} should be {_EXPECTED.get(kind, _EXPECTED.get(column.type, kind))}."
            )


def _check_references(
    table: Table, values: dict[str, Any], context: Context, tell: Reporter
) -> int:
    errors = 0
    for name, target in table.references.items():
        # Whether a record of the same table is there is known when all have been read
        # (`build.parts`).
        if target == table.name or not (value := values.get(name)):
            continue
        known = context.lines[target]
        for code in value if isinstance(value, list) else [value]:
            if code not in known:
                message = _explain_code(code, target, known.keys())
                tell("error", "unknown-code", message, field=name, value=code)
                errors += 1
    return errors


def _explain_code(code: str, target: str, known: Collection[str]) -> str:
    message = f"“{code}” is not among the {target.replace('_', ' ')}."
    if len(known) > _CODES_COMPARED:
        return message
    if nearest := process.extractOne(code, known, score_cutoff=70):
        message += f" Did you mean “{nearest[0]}”?"
    if 0 < len(known) <= _CODES_SHOWN:
        message += f" Known are: {', '.join(known)}."
    return message


def _check_key(table: Table, values: dict[str, Any], context: Context, tell: Reporter) -> int:
    key = values.get(table.key)
    first = context.lines[table.name].get(key) if key else None
    if first is None:
        return 0
    message = f"“{key}” is already used in {first}; every record needs its own."
    tell("error", "duplicate-id", message, field=table.key, value=key)
    return 1


def _check_plausible(table: Table, record: Record, context: Context, tell: Reporter) -> int:
    """Number of errors; a merely odd value is a warning."""
    errors = 0
    for doubt in implausible(table, record, context):
        value = record.values[doubt.field]
        tell(doubt.severity, doubt.rule, doubt.message, field=doubt.field, value=value)
        errors += doubt.severity == "error"
    return errors
