"""Records as CSV text, every cell of it guarded."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterator
from typing import Any

from portal.csv_guard import guarded
from portal.walk import Page


async def csv_text(records: AsyncIterator[Page], *, header: bool = True) -> AsyncIterator[str]:
    """The pieces of one CSV file, one a page of records; labels stand in columns of their own."""
    async for page in records:
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        if header:
            writer.writerow(map(guarded, _headings(page)))
            header = False
        writer.writerows(map(_guarded, _cells(row, page)) for row in page.rows)
        yield out.getvalue()


def _headings(page: Page) -> Iterator[str]:
    for column in page.columns:
        yield column
        if column in page.labelled:
            yield f"{column}_label"


def _cells(row: list[Any], page: Page) -> Iterator[Any]:
    for column, value in zip(page.columns, row, strict=True):
        if column in page.labelled:
            yield from (value["value"], value["label"]) if isinstance(value, dict) else (value, "")
        elif isinstance(value, dict):  # bytes, which only an answer to SQL may hold
            yield value["encoded"]
        else:
            yield value


def _guarded(cell: Any) -> Any:
    return guarded(cell) if isinstance(cell, str) else cell
