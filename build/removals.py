"""Removed and merged records: what `removals.csv` says must hold, so that old addresses lead on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from build.findings import Findings
from build.schema import Schema, Table
from build.validate import Context, Record

REMOVALS = "removals"


@dataclass(frozen=True, slots=True)
class _Problem:
    rule: str
    field: str
    message: str


def check_removals(
    table: Table,
    records: Iterable[Record],
    schema: Schema,
    context: Context,
    findings: Findings,
) -> Iterator[Record]:
    """Yield the removals that keep the rules, and the records of all other tables unchanged.

    A removal names `<table>/<id>` of a record that is not there any more, since a record that is
    kept goes before a line about it. `replaced_by` is a record of the same table, or one that was
    removed in its turn; followed on, replacements come to an end. Each broken rule is an error.

    `context` must know all records, so this table is read after the others. Of removals there are
    few; they are held in memory.
    """
    if table.name != REMOVALS:
        yield from records
        return
    removed = {record.values["record"]: record for record in records}
    for name, record in removed.items():
        problem = _of_record(name, schema, context) or _of_replacements(name, removed, context)
        if problem is None:
            yield record
        else:
            tell = findings.at(table.name, record.file, record.line, name)
            value = record.values[problem.field]
            tell("error", problem.rule, problem.message, field=problem.field, value=value)


def _of_record(name: str, schema: Schema, context: Context) -> _Problem | None:
    table, _, key = name.partition("/")
    tables = [other.name for other in schema.tables.values() if other.key == "id"]
    if table not in tables:
        message = f"There is no table “{table}” of records. There are {', '.join(tables)}."
        return _Problem("unknown-table", "record", message)
    if stands := context.lines[table].get(key):
        message = (
            f"“{key}” is still there, in {stands}, and stays published. "
            "Take out that record or this line."
        )
        return _Problem("removed-and-there", "record", message)
    return None


def _of_replacements(name: str, removed: Mapping[str, Record], context: Context) -> _Problem | None:
    table = name.partition("/")[0]
    passed = [name]
    while (key := removed[passed[-1]].values["replaced_by"]) and key not in context.lines[table]:
        following = f"{table}/{key}"
        if following in passed:
            circle = " → ".join([*passed, following])
            message = f"These records replace each other in a circle: {circle}."
            return _Problem("replaced-in-circle", "replaced_by", message)
        if following not in removed:
            message = f"“{key}” is not among the {table}, so it cannot stand for “{name}”."
            return _Problem("unknown-record", "replaced_by", message)
        passed.append(following)
    return None
