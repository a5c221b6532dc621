"""Delimited text, as spreadsheets save it → rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from build.findings import Findings, Reporter
from build.read.decode import decode_telling
from build.read.rows import Cell, Row, clean, damage
from build.schema import Field, Table

_DELIMITERS = ",;\t|"
#: A record of more lines than this comes from a quotation mark that is never closed. The bound
#: keeps a hostile file from being reread from each of its lines to its end.
_LONGEST_RECORD = 500

_STRAY_QUOTE = (
    "A quotation mark in this line is not closed as it should be. Double the quotation marks "
    "inside a text, or take this one out."
)
_WRONG_WIDTH = "The row has {} cells, the header has {}; a delimiter is missing or too many."

# The default stops at 128 kB with an exception; long cells are for validation to refuse.
csv.field_size_limit(2**31 - 1)


@dataclass(slots=True)
class Record:
    """Cells of one record; `line` is where it begins, `problem` why it cannot be trusted."""

    line: int
    cells: list[str]
    problem: str = ""


def read_csv(table: Table, file: str, raw: bytes, findings: Findings) -> Iterator[Row]:
    """Yield the rows of one delimited file.

    Takes UTF-8 with or without byte order mark, UTF-16, the region's Windows code pages, any line
    ends, and commas, semicolons, tabs or bars. A row that cannot be trusted is left out and told in
    `findings`; those after it are read.
    """
    tell = findings.at(table.name, file)
    text = decode_telling(raw, tell)
    records = split_records(text, sniff_delimiter(text, set(table.by_name)))
    header = next(records, None)
    if header is None:
        message = "The file is empty; even without records it needs its header."
        tell("error", "empty-file", message)
        return
    columns = _columns(table, header, tell)
    if columns is None:
        return
    empty = True
    for record in records:
        if record.problem:
            value = ", ".join(record.cells)
            tell("error", "row-shape", record.problem, line=record.line, value=value)
            empty = False
        elif any(cell.strip() for cell in record.cells):
            yield Row(file, record.line, _cells(record, columns, tell))
            empty = False
    if empty:
        tell("info", "no-records", "The file has a header but no records.")


def sniff_delimiter(text: str, names: set[str]) -> str:
    """Return the delimiter under which the first line has most of the column `names`."""
    first_line = text.lstrip().split("\n", 1)[0].lower()

    def known(delimiter: str) -> int:
        return sum(cell.strip(' \r"') in names for cell in first_line.split(delimiter))

    return max(_DELIMITERS, key=known)


def split_records(text: str, delimiter: str) -> Iterator[Record]:
    """Yield the records of `text`, the header first, blank lines left out.

    A record whose number of cells differs from the header's has a `problem`. When it runs over
    several lines, a stray quotation mark has swallowed them: only its first line is given up and
    reading goes on with the next, so that no record vanishes inside another.
    """
    lines = list(io.StringIO(text, newline=""))
    width: int | None = None
    at = 0
    while at < len(lines):
        cells, length = _record_at(lines, at, delimiter)
        if cells is None:
            yield Record(at + 1, [lines[at].rstrip("\r\n")], _STRAY_QUOTE)
            at += 1
            continue
        if width is None:
            if not any(cell.strip() for cell in cells):
                at += length
                continue
            width = len(cells)
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if len(cells) == width:
            yield Record(at + 1, cells)
            at += length
        elif cells:
            problem = _STRAY_QUOTE if length > 1 else _WRONG_WIDTH.format(len(cells), width)
            yield Record(at + 1, [lines[at].rstrip("\r\n")], problem)
            at += 1
        else:
            at += length


def _record_at(lines: list[str], at: int, delimiter: str) -> tuple[list[str] | None, int]:
    """Cells of the record that begins at `lines[at]` and how many lines it takes; no cells when
    its quotation marks do not close."""
    span = lines[at : at + _LONGEST_RECORD] if '"' in lines[at] else lines[at : at + 1]
    reader = csv.reader(span, strict=True, delimiter=delimiter)
    try:
        return next(reader), reader.line_num
    except csv.Error:
        return None, 1


def _columns(table: Table, header: Record, tell: Reporter) -> list[Field | None] | None:
    """The field of each column (None: not ours); None when the file cannot be used at all."""
    names = [clean(cell).lower() for cell in header.cells]
    fields = {field.name: field for field in table.input_fields}
    twice = sorted({name for name in names if name in fields and names.count(name) > 1})
    missing = [name for name in fields if name not in names]
    needed = [name for name in missing if fields[name].required]
    if header.problem:
        tell("error", "header", header.problem, line=header.line)
    for name in twice:
        message = f"The column “{name}” stands twice in the header; nothing of the file was read."
        tell("error", "column-twice", message, line=header.line, field=name)
    for name in needed:
        message = (
            f"The column “{name}” is missing, and no record can do without it; nothing of the "
            "file was read."
        )
        tell("error", "missing-column", message, line=header.line, field=name)
    if header.problem or twice or needed:
        return None
    for name in missing:
        if fields[name].input == "expected":
            message = f"The column “{name}” is missing; it was read as not known."
            tell("warning", "missing-column", message, line=header.line, field=name)
    for name in filter(None, names):
        if name not in table.by_name:
            message = f"There is no field “{name}”; the column was ignored."
            tell("warning", "unknown-column", message, line=header.line, field=name)
        elif name not in fields:
            message = f"The build fills “{name}” itself; the column was ignored."
            tell("info", "derived-column", message, line=header.line, field=name)
    return [fields.get(name) for name in names]


def _cells(record: Record, columns: list[Field | None], tell: Reporter) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for field, text in zip(columns, record.cells, strict=True):
        if field is None:
            continue
        cells[field.name] = cell = clean(text)
        for rule, message in damage(text, cell):
            tell("warning", rule, message, line=record.line, field=field.name, value=cell)
    return cells
