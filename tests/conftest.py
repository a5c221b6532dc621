"""A directory of data to break, and the command line to build it with."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from build.cli import main
from build.schema import Schema

pytest_plugins = ["portal_fixtures", "browser_fixtures"]

ROOT = Path(__file__).parent.parent

#: A complete enterprise of Lithuania's file; tests change a cell or two of it.
ENTERPRISE = {
    "id": "lt-pirmas",
    "name": "Pirmas",
    "country": "LT",
    "city": "Kaunas",
    "sector": "recycling-and-reuse",
    "impact_area": "work-integration",
    "summary": "Repairs bicycles.",
    "source_url": "https://example.org/pirmas",
}


@dataclass
class Outcome:
    """What a run of the command line left behind."""

    exit_code: int
    output: str
    findings: list[dict[str, Any]] = field(default_factory=list)

    def rules(self, severity: str | None = None) -> list[str]:
        return [f["rule"] for f in self.findings if severity in (None, f["severity"])]

    def only(self, rule: str) -> dict[str, Any]:
        (finding,) = [f for f in self.findings if f["rule"] == rule]
        return finding


class Workbench:
    """A small copy of `data/` with the real schema and vocabularies and no records."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.database = folder / "out" / "baltic.db"
        self.data.mkdir()
        shutil.copy(ROOT / "data" / "datapackage.yml", self.data)
        shutil.copytree(ROOT / "data" / "vocabularies", self.data / "vocabularies")
        (self.data / "enterprises").mkdir()
        (self.data / "articles").mkdir()
        for table in Schema.load(self.data).tables.values():
            if table.format == "csv" and not table.files(self.data) and "*" not in table.path:
                self.write(table.path, ",".join(f.name for f in table.input_fields) + "\n")

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def enterprises(self, *records: dict[str, str], file: str = "enterprises/lt.csv") -> Path:
        """Write records, each ENTERPRISE with some cells changed, as Lithuania's file."""
        rows = [ENTERPRISE | record for record in records]
        columns = list(dict.fromkeys(name for row in rows for name in row))
        path = self.write(file, "")
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return path

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments), catch_exceptions=False)

    def build(self, *options: str) -> Outcome:
        result = self.run(
            *("build", "--data", str(self.data), "--output", str(self.database), "--json"),
            *options,
        )
        report = json.loads(result.stdout) if result.stdout.startswith("{") else {}
        return Outcome(result.exit_code, result.output, report.get("findings", []))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.database) as db:
            return db.execute(sql).fetchall()

    def column(self, sql: str) -> list[Any]:
        return [row[0] for row in self.rows(sql)]


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path)
