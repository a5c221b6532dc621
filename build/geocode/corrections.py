"""Positions set by hand, which come before every geocoder and survive rebuilds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from build.findings import Finding, Findings, Reporter
from build.geocode.placement import Placement
from build.read.decode import decode_telling
from build.read.delimited import Record, sniff_delimiter, split_records
from build.read.rows import clean

NAME = "correction"
COLUMNS = ("table", "id", "latitude", "longitude", "precision", "note", "source")
PRECISIONS = ("address", "postcode", "place", "region", "country")


@dataclass(frozen=True)
class Corrections:
    """Placements by hand for single records, by table and record id.

    A row of `geocodes.csv` without coordinates means "do not pin": the record stays off the map
    for the reason in its note. `findings` tells of rows that could not be used.
    """

    placements: dict[tuple[str, str], Placement] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def place(self, table: str, record: str) -> Placement | None:
        """Return the placement set for a record, or None when there is none."""
        return self.placements.get((table, record))


class _Unusable(Exception):
    """A row that cannot be used: which cell, which rule, and a sentence for the editor."""

    def __init__(self, column: str, value: str, rule: str, message: str) -> None:
        super().__init__(message)
        self.column, self.value, self.rule = column, value, rule


def read_corrections(path: Path) -> Corrections:
    """Read `geocodes.csv` (columns `COLUMNS`, degrees); a missing file means no corrections.

    It may be encoded and delimited like any other file of `data/`. Never raises for what the file
    holds: unusable rows and files become findings.
    """
    findings = Findings()
    tell = findings.at("geocodes", path.name)
    try:
        text = decode_telling(path.read_bytes(), tell)
    except FileNotFoundError:
        return Corrections()
    except OSError as error:
        tell("error", "unreadable-file", f"The file cannot be read: {error.strerror}.")
        return Corrections(findings=tuple(findings))
    records = split_records(text, sniff_delimiter(text, set(COLUMNS)))
    header = next(records, None)
    columns = [clean(cell).lower() for cell in header.cells] if header else []
    for column in COLUMNS[:4]:
        if column not in columns:
            message = f"The column “{column}” is missing; no correction was used."
            tell("error", "missing-column", message, line=1, field=column)
    placements = {} if findings.count("error") else _placements(columns, records, tell)
    return Corrections(placements, tuple(findings))


def _placements(
    columns: list[str], records: Iterable[Record], tell: Reporter
) -> dict[tuple[str, str], Placement]:
    placements: dict[tuple[str, str], Placement] = {}
    for record in records:
        if record.problem:
            value = ", ".join(record.cells)
            tell("error", "row-shape", record.problem, line=record.line, value=value)
            continue
        cells = dict(zip(columns, map(clean, record.cells), strict=True))
        row = {column: cells.get(column, "") for column in COLUMNS}
        if not any(row.values()):
            continue
        key = row["table"], row["id"]
        try:
            placement = _placement(row)
            if key in placements:
                raise _Unusable("id", row["id"], "unique", "There is a correction of it already.")
            placements[key] = placement
        except _Unusable as problem:
            place = replace(tell, line=record.line, record=row["id"])
            place("error", problem.rule, f"{problem}", field=problem.column, value=problem.value)
    return placements


def _placement(row: dict[str, str]) -> Placement:
    for column in ("table", "id"):
        if not row[column]:
            raise _Unusable(column, "", "required", f"A correction needs a {column}.")
    note = row["note"] or "Set by hand."
    if row["source"]:
        note = f"{note} Source: {row['source']}"
    if not row["latitude"] and not row["longitude"]:
        return Placement(note=note, confidence=1.0, geocoder=NAME)
    precision = row["precision"] or "address"
    if precision not in PRECISIONS:
        message = f"A precision is one of {', '.join(PRECISIONS)}."
        raise _Unusable("precision", precision, "vocabulary", message)
    latitude, longitude = _degrees(row, "latitude", 90), _degrees(row, "longitude", 180)
    return Placement(latitude, longitude, precision, 1.0, "", None, note, NAME)


def _degrees(row: dict[str, str], column: str, most: int) -> float:
    try:
        degrees = float(row[column])
    except ValueError:
        degrees = float("nan")
    if not -most <= degrees <= most:
        message = f"A {column} is a number of degrees from -{most} to {most}."
        raise _Unusable(column, row[column], "range", message)
    return degrees
