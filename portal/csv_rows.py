"""Records as CSV text, unguarded: `csv_guard` stands at the door of every CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

from portal.walk import Page


async def csv_text(records: AsyncIterator[Page], *, header: bool = True) -> AsyncIterator[str]:
    """The pieces of one CSV file, as Datasette would write it: labels in a column of their own."""
    async for page in records:
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        if header:
            writer.writerow(_headings(page))
            header = False
        writer.writerows(_cells(row, page) for row in page.rows)
        yield out.getvalue()


def _headings(page: Page) -> list[str]:
    names: list[str] = []
    for column in page.columns:
        names += [column, f"{column}_label"] if column in page.labelled else [column]
    return names


def _cells(row: list[Any], page: Page) -> list[Any]:
    cells: list[Any] = []
    for column, value in zip(page.columns, row, strict=True):
        if column not in page.labelled:
            cells.append(value)
        elif isinstance(value, dict):
            cells += [value["value"], value["label"]]
        else:
            cells += [value, None]
    return cells
