"""Positions set by hand, which come before every geocoder and survive rebuilds."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from build.findings import Finding
from build.geocode.placement import Placement

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

    Never raises for what the file holds: unusable rows and files become findings.
    """
    if not path.exists():
        return Corrections()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = [(reader.line_num, row) for row in reader]
            columns = reader.fieldnames or []
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return Corrections(findings=(_finding(path, None, "", "", "readable", f"{error}"),))
    missing = [column for column in COLUMNS[:4] if column not in columns]
    if missing:
        message = f"The columns {', '.join(missing)} are missing; no correction was used."
        return Corrections(findings=(_finding(path, 1, "", "", "columns", message),))
    return _corrections(path, rows)


def _corrections(path: Path, rows: Iterable[tuple[int, dict[str, str | None]]]) -> Corrections:
    placements: dict[tuple[str, str], Placement] = {}
    findings = []
    for line, cells in rows:
        row = {column: (cells.get(column) or "").strip() for column in COLUMNS}
        key = row["table"], row["id"]
        try:
            placement = _placement(row)
            if key in placements:
                raise _Unusable("id", row["id"], "unique", "There is a correction of it already.")
            placements[key] = placement
        except _Unusable as problem:
            findings.append(
                _finding(
                    path, line, problem.column, problem.value, problem.rule, f"{problem}", key[1]
                )
            )
    return Corrections(placements, tuple(findings))


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


def _finding(
    path: Path, line: int | None, column: str, value: str, rule: str, message: str, record: str = ""
) -> Finding:
    return Finding("geocodes", path.name, line, column, value, rule, "error", message, record)
