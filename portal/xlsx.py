"""Records as an Excel workbook: the records, what they are (`About`), what the columns mean.

Text is written as text, so nothing in it is a formula, and every cell holds what JSON holds, typed:
numbers, dates, yes and no. What Excel cannot hold is kept as text or said in `About`, never lost in
silence. Rows go to a temporary file as they come, so memory does not grow with their number.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from portal.catalogue import Table
from portal.walk import Page

#: Limits of Excel: rows of a sheet, the header included, and UTF-16 units of a cell.
MOST_ROWS = 1_048_576
MOST_TEXT = 32_767
#: Larger whole numbers lose digits in Excel, which has 15 of them.
MOST_EXACT = 10**15
#: The first day that Excel, which takes 1900 for a leap year, counts right.
_FIRST_DAY = datetime(1900, 3, 1)
#: Cut cells that `About` names one by one.
_NAMED = 200
_CUT = "… [cut]"
_WIDTHS = (8, 50)  # in letters

#: One thread for all workbooks: writing cells is work for a processor, and pages want one too.
_writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="xlsx")


class TooManyRecords(Exception):
    """More records than a sheet of Excel has rows; the message says what to do instead."""


@dataclass(frozen=True)
class About:
    """The workbook's own description: what each line is, and what it says."""

    lines: list[tuple[str, str]]
    #: Written into the file as the time of its making, so that equal content is an equal file.
    today: date


@dataclass
class _Sheet:
    """The sheet of records while it is being written."""

    sheet: Worksheet
    date_format: Format
    table: Table
    rows: int = 0
    #: (record, column, length in UTF-16 units) of cells that were cut.
    cut: list[tuple[str, str, int]] = field(default_factory=list)


class _Cells(Worksheet):
    """XlsxWriter takes text in `<r>…</r>` for markup of its own and would write it as such."""

    @staticmethod
    def _escape_control_characters(data: Any) -> Any:
        escaped = Worksheet._escape_control_characters(data)
        if isinstance(escaped, str) and escaped.startswith("<r>"):
            return f"_x003C_{escaped[1:]}"
        return escaped


async def write_workbook(
    records: AsyncIterator[Page], file: Path, table: Table, about: About, *, scratch: Path
) -> None:
    """Write all pages of `records` of `table` to `file`; temporary files go to `scratch`.

    Raises TooManyRecords for more than a sheet holds, and whatever `records` raises; `file` is then
    not complete.
    """
    loop = asyncio.get_running_loop()
    options = {"constant_memory": True, "tmpdir": str(scratch)}
    workbook = Workbook(str(file), options)
    workbook.set_properties(
        {
            "title": dict(about.lines).get("Title", table.title),
            "created": datetime.combine(about.today, datetime.min.time()),
        }
    )
    sheet = workbook.add_worksheet("Records", worksheet_class=_Cells)
    writing = _Sheet(sheet, workbook.add_format({"num_format": "yyyy-mm-dd"}), table)
    headings: list[str] = []
    async for page in records:
        if not headings:
            headings = list(_headings(page))
            _begin(workbook, writing, headings, page)
        if writing.rows + len(page.rows) >= MOST_ROWS:
            raise TooManyRecords(
                f"An Excel sheet has {MOST_ROWS:,} rows, too few for these records. "
                "Narrow the selection, or take CSV or JSON, which have no such limit."
            )
        await loop.run_in_executor(_writer, _write_page, writing, page)
    sheet.autofilter(0, 0, writing.rows, len(headings) - 1)
    _describe(workbook, about, writing)
    _columns(workbook, table)
    await loop.run_in_executor(_writer, workbook.close)


def _headings(page: Page) -> Iterator[str]:
    for column in page.columns:
        yield column
        if column in page.labelled:
            yield f"{column}_label"


def _begin(workbook: Workbook, writing: _Sheet, headings: list[str], page: Page) -> None:
    """Header, frozen, and widths by what the first page holds."""
    bold = workbook.add_format({"bold": True, "bottom": 1})
    texts = [[str(cell) for _, cell in _cells(row, page)] for row in page.rows]
    for i, heading in enumerate(headings):
        longest = max((len(row[i]) for row in texts), default=0)
        width = min(max(longest, len(heading) + 3, _WIDTHS[0]), _WIDTHS[1])
        writing.sheet.set_column(i, i, width)
        writing.sheet.write_string(0, i, heading, bold)
    writing.sheet.freeze_panes(1, 0)


def _write_page(writing: _Sheet, page: Page) -> None:
    for row in page.rows:
        writing.rows += 1
        for i, (column, value) in enumerate(_cells(row, page)):
            _write(writing, i, column, value, row, page)


def _cells(row: list[Any], page: Page) -> Iterator[tuple[str, Any]]:
    """Column and value of each cell; a label, which is text, counts as of no column."""
    for column, value in zip(page.columns, row, strict=True):
        if column not in page.labelled:
            yield column, value
        elif isinstance(value, dict):
            yield column, value["value"]
            yield "", value["label"]
        else:
            yield column, value
            yield "", None


def _write(writing: _Sheet, place: int, name: str, value: Any, row: list[Any], page: Page) -> None:
    column = writing.table.columns.get(name)
    kind = column.type if column else "string"
    sheet, at = writing.sheet, (writing.rows, place)
    if value is None:
        return
    if isinstance(value, int | float):
        if kind == "boolean" and value in (0, 1):
            sheet.write_boolean(*at, bool(value))
        elif abs(value) < MOST_EXACT and math.isfinite(value):
            sheet.write_number(*at, value)
        else:
            sheet.write_string(*at, str(value))
    elif kind == "date" and (day := _day(value)):
        sheet.write_datetime(*at, day, writing.date_format)
    else:
        text = _listed(value) if kind == "list" else str(value)
        length = len(text.encode("utf-16-le", "surrogatepass")) // 2
        if length > MOST_TEXT:
            writing.cut.append((_record(row, page, writing.table), name, length))
            text = _shortened(text)
        sheet.write_string(*at, text)


def _day(text: Any) -> datetime | None:
    """A whole date that Excel can count from; a month or a year alone stays text."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d") if len(text) == 10 else None
    except (TypeError, ValueError):
        return None
    return day if day and day >= _FIRST_DAY else None


def _listed(value: Any) -> str:
    try:
        items = json.loads(value)
    except ValueError:
        return str(value)
    return "; ".join(map(str, items)) if isinstance(items, list) else str(value)


def _record(row: list[Any], page: Page, table: Table) -> str:
    values = dict(zip(page.columns, row, strict=True))
    return ",".join(str(values.get(key)) for key in table.keys)


def _shortened(text: str) -> str:
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * (MOST_TEXT - len(_CUT))]
    return units.decode("utf-16-le", "ignore") + _CUT


def _describe(workbook: Workbook, about: About, writing: _Sheet) -> None:
    lines = [*about.lines, ("Number of records", f"{writing.rows}")]
    if writing.cut:
        lines.append(
            (
                "Cells cut",
                f"{len(writing.cut)}: a cell of Excel has at most {MOST_TEXT} characters. "
                f"They end in “{_CUT}”; JSON and CSV have them whole.",
            )
        )
        lines += [
            ("Cell cut", f"{record}, {column}: {length} characters")
            for record, column, length in writing.cut[:_NAMED]
        ]
    _write_texts(workbook, "About", lines, widths=(20, 100))


def _columns(workbook: Workbook, table: Table) -> None:
    rows = [("Column", "Title", "Description", "Type", "Unit")]
    rows += [
        (column.name, column.title, column.description, column.type, column.unit or "")
        for column in table.columns.values()
    ]
    _write_texts(workbook, "Columns", rows, widths=(20, 28, 100, 10, 10), header=True)


def _write_texts(
    workbook: Workbook,
    name: str,
    rows: Iterable[tuple[str, ...]],
    *,
    widths: tuple[int, ...],
    header: bool = False,
) -> None:
    sheet = workbook.add_worksheet(name, worksheet_class=_Cells)
    bold = workbook.add_format({"bold": True, "valign": "top"})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    for i, width in enumerate(widths):
        sheet.set_column(i, i, width)
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            sheet.write_string(i, j, text, bold if j == 0 or (header and i == 0) else wrapped)
    if header:
        sheet.freeze_panes(1, 0)
