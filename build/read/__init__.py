"""Files of `data/` → rows of clean text, with file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from build.findings import Findings, printable
from build.read.delimited import read_csv
from build.read.markdown import read_markdown
from build.read.rows import Cell, Row
from build.schema import Table

__all__ = ["Cell", "Row", "expected_rows", "read_table"]

_READERS: dict[str, Callable[[Table, str, bytes, Findings], Iterator[Row]]] = {
    "csv": read_csv,
    "markdown": read_markdown,
}


def read_table(table: Table, data: Path, findings: Findings) -> Iterator[Row]:
    """Yield the rows of all files of `table` below `data`, file by file in a fixed order.

    Nothing is raised for a bad file: what cannot be read is left out and told in `findings`.
    """
    files = table.files(data)
    if not files:
        _report_missing(table, data, findings)
    for stray in _stray_files(table, data, files):
        message = f"The file is not read: files of this table are named {table.path}."
        findings.at(table.name, stray)("warning", "stray-file", message)
    for path in files:
        name = _name(path, data)
        try:
            raw = path.read_bytes()
        except OSError as error:
            message = f"The file cannot be read: {error.strerror}."
            findings.at(table.name, name)("error", "unreadable-file", message)
            continue
        yield from _READERS[table.format](table, name, raw, findings)


def expected_rows(table: Table, data: Path) -> int:
    """About how many rows `table` has, counted by line ends: for progress, not for figures."""
    if table.format == "markdown":
        return len(table.files(data))
    rows = 0
    for path in table.files(data):
        with suppress(OSError), path.open("rb") as file:
            rows += sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) - 1
    return max(rows, 0)


def _report_missing(table: Table, data: Path, findings: Findings) -> None:
    tell = findings.at(table.name, table.path)
    if "*" not in table.path:
        tell("error", "missing-file", "There is no such file, so the table has no records.")
        return
    folder = data / Path(table.path).parent
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        # pathlib's glob is silent about a folder it may not look into.
        tell("error", "unreadable-folder", f"The folder cannot be read: {error.strerror}.")
    else:
        tell("info", "missing-file", "The folder has no such file, so the table has no records.")


def _stray_files(table: Table, data: Path, files: list[Path]) -> list[str]:
    """Files in a table's own folder that are not its: `lt.xlsx`, `DK.CSV`, `pl.csv~`."""
    if "*" not in table.path:
        return []
    folder = data / Path(table.path).parent
    ours = set(files)
    return sorted(
        _name(path, data)
        for path in folder.glob("*")
        if path not in ours and not path.name.startswith(".")
    )


def _name(path: Path, data: Path) -> str:
    """How findings call a file: its bytes may be no text at all, or colours for a terminal."""
    return printable(path.relative_to(data).as_posix())
