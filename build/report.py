"""What a run did: counts and findings, as JSON and as tables of the database."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from build.findings import Finding, Findings
from build.validate import Record

#: Findings about a header or a whole file are not about one row.
_NOT_A_ROW = frozenset({"header", "missing-column", "column-twice"})
REPORT_COLUMNS = {"table_name": str, "country": str, "measure": str, "value": int}
ISSUE_COLUMNS = {
    "id": int,
    "table_name": str,
    "file": str,
    "line": int,
    "record": str,
    "field": str,
    "value": str,
    "rule": str,
    "severity": str,
    "message": str,
}


@dataclass
class Report:
    """Counts per (table, country, measure), and all findings.

    Measures are `loaded` and `rejected`, and for tables with places `located`, `not-located` and
    one per precision, such as `precision-postcode`. It holds no time of day, so that the same data
    make the same report.
    """

    findings: Findings = field(default_factory=Findings)
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    version: str = ""

    def count_record(self, table: str, record: Record) -> None:
        """Count one loaded record."""
        country = record.values.get("country") or ""
        measures = ["loaded"]
        if "geometry" in record.values:
            measures.append("located" if record.values["geometry"] else "not-located")
            measures.append(f"precision-{record.values['precision'] or 'none'}")
        for measure in measures:
            self.counts[table, country, measure] += 1

    def count_rejected(self, table: str) -> None:
        """Count the rows of `table` that findings say were left out."""
        rows = {
            (finding.file, finding.line)
            for finding in self.findings
            if finding.table == table
            and finding.severity == "error"
            and finding.line is not None
            and finding.rule not in _NOT_A_ROW
        }
        if rows:
            self.counts[table, "", "rejected"] = len(rows)

    def total(self, table: str, measure: str) -> int:
        """Sum of one measure of `table` over all countries."""
        return sum(
            n for (name, _, what), n in self.counts.items() if (name, what) == (table, measure)
        )

    @property
    def tables(self) -> list[str]:
        return list(dict.fromkeys(table for table, _, _ in self.counts))

    def as_json(self) -> Iterator[str]:
        """The whole report as JSON, line by line: of findings there may be half a million."""
        counts = [
            {"table": table, "country": country, "measure": measure, "value": value}
            for (table, country, measure), value in sorted(self.counts.items())
        ]
        yield f'{{"version": {_json(self.version)},'
        yield f'"counts": {_json(counts)},'
        yield '"findings": ['
        for number, finding in enumerate(self.findings, 1):
            yield _json(finding.as_dict()) + ("," if number < len(self.findings) else "")
        yield "]}"

    def store(self, db: Database) -> None:
        """Write the tables `build_report` and `issues`."""
        report = db.table("build_report")
        report.create(REPORT_COLUMNS, pk=("table_name", "country", "measure"), strict=True)
        report.insert_all(
            dict(zip(REPORT_COLUMNS, (*key, value), strict=True))
            for key, value in sorted(self.counts.items())
        )
        issues = db.table("issues")
        issues.create(ISSUE_COLUMNS, pk="id", strict=True)
        issues.insert_all(
            {"id": number, **_issue(finding)} for number, finding in enumerate(self.findings, 1)
        )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _issue(finding: Finding) -> dict[str, Any]:
    columns = finding.as_dict()
    columns["table_name"] = columns.pop("table")
    return columns
