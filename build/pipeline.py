"""The stages in a row: read → validate → normalise → geocode → load → report → publish."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlite_utils import Database

from build.duplicates import watch_for_duplicates
from build.errors import CannotRun
from build.geocode.chain import Chain, Places
from build.geocode.corrections import read_corrections
from build.load import finish, load_table
from build.locate import locate
from build.normalise import normalise
from build.parts import check_parts
from build.publish import guard_against_loss, publish, workshop
from build.read import expected_rows, read_table
from build.removals import check_removals
from build.report import Report
from build.schema import Schema, Table
from build.validate import Context, Record, validate

CORRECTIONS_FILE = "geocodes.csv"

#: Called with a table's name, the number of its records done so far and about how many it has.
Progress = Callable[[str, int, int], None]


def no_progress(_table: str, _done: int, _total: int) -> None:
    """For whoever does not watch."""


def check(
    data: Path,
    geocoders: Sequence[Places],
    *,
    today: date | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Run all stages but loading and publishing. Raises CannotRun when `data` has no schema."""
    run = Run(Schema.load(data), data, geocoders, today or date.today(), progress)
    for _, records in run.tables():
        for _ in records:
            pass
    return run.report


def build(
    data: Path,
    output: Path,
    geocoders: Sequence[Places],
    *,
    allow_shrink: bool = False,
    today: date | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Build the database of the directory `data` and publish it as `output`.

    `geocoders` are asked in their order for what `geocodes.csv` does not say. The same data,
    schema and program make the same file. Raises CannotRun, with the old database still in place,
    when there is no schema, when too much would vanish, or when the disk is full.
    """
    run = Run(Schema.load(data), data, geocoders, today or date.today(), progress)
    with workshop(output) as scratch:
        try:
            _fill(scratch, run)
            if not allow_shrink:
                guard_against_loss(output, scratch, run.schema)
            run.report.version = publish(scratch, output)
        except (OSError, sqlite3.Error) as error:
            raise CannotRun(f"The database could not be written: {error}.") from error
    return run.report


def _fill(scratch: Path, run: Run) -> None:
    db = Database(scratch)
    try:
        # Nobody reads the scratch file before it is whole: no journal is needed.
        db.execute("pragma journal_mode = off")
        db.execute("pragma synchronous = off")
        with db.atomic():
            for table, records in run.tables():
                load_table(db, table, records)
            finish(db, run.schema)
            run.report.store(db)
        db.execute("analyze")
        db.vacuum()
    finally:
        db.close()


@dataclass
class Run:
    """One pass over the data: what it works on, and the report it makes."""

    schema: Schema
    data: Path
    geocoders: Sequence[Places]
    today: date
    progress: Progress
    report: Report = field(default_factory=Report)

    def tables(self) -> Iterator[tuple[Table, Iterator[Record]]]:
        """Yield each table with its records, ready to load; they flow one by one, none is kept."""
        findings = self.report.findings
        corrections = read_corrections(self.data / CORRECTIONS_FILE)
        findings.extend(corrections.findings)
        chain = Chain(self.geocoders, corrections)
        context = Context(today=self.today)
        for table in self.schema.in_dependency_order():
            rows = read_table(table, self.data, findings)
            records = validate(table, rows, context, findings)
            records = check_parts(table, records, context, findings)
            records = check_removals(table, records, self.schema, context, findings)
            records = watch_for_duplicates(table, records, findings)
            records = normalise(table, records)
            records = locate(table, records, chain, context.bounds, findings)
            yield table, self._counted(table, records)
            self.report.count_rejected(table.name)
        for table_name, key in corrections.placements:
            if key not in context.lines[table_name]:
                message = f"There is no record “{key}” in {table_name} to correct."
                tell = findings.at("geocodes", CORRECTIONS_FILE, record=key)
                tell("warning", "unknown-record", message, field="id", value=key)

    def _counted(self, table: Table, records: Iterable[Record]) -> Iterator[Record]:
        total = expected_rows(table, self.data)
        for done, record in enumerate(records, 1):
            self.report.count_record(table.name, record)
            self.progress(table.name, done, total)
            yield record
