"""Records that are parts of others of their table, such as the sections of a course."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from build.findings import Findings
from build.schema import Table
from build.validate import Context, Record


def check_parts(
    table: Table, records: Iterable[Record], context: Context, findings: Findings
) -> Iterator[Record]:
    """Yield `records`, those that name another record of `table` after all others.

    What they name must be there and be whole itself: a part of a part is shown nowhere. Each broken
    rule is an error. Of parts there are few; they are held in memory.
    """
    own = [name for name, target in table.references.items() if target == table.name]
    parts = []
    for record in records:
        if any(record.values.get(name) for name in own):
            parts.append(record)
        else:
            yield record
    keys = {record.values[table.key] for record in parts}
    for record in parts:
        problems = [
            (name, record.values[name], problem)
            for name in own
            if (problem := _problem(record.values[name], table, keys, context))
        ]
        for name, value, problem in problems:
            tell = findings.at(table.name, record.file, record.line, record.values[table.key])
            tell("error", "unknown-record", problem, field=name, value=value)
        if not problems:
            yield record


def _problem(key: str | None, table: Table, parts: set[str], context: Context) -> str | None:
    if key is None:
        return None
    if key not in context.lines[table.name]:
        return f"“{key}” is not among the {table.name}."
    return f"“{key}” is itself a part of another." if key in parts else None
