"""Cells that a spreadsheet shows and does not run.

A cell whose text a spreadsheet would take for a formula gets one leading apostrophe, and so does
text that itself begins with one: whoever drops one leading apostrophe from each cell that has one
holds the exact data again. docs/csv.md tells users so.
"""

from __future__ import annotations

import re

#: The last four are the full-width forms, which Excel in East Asian settings takes as well.
_GUARDED = tuple("'=+-@\t\r\n＝＋－＠")
_NEGATIVE_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def guarded(cell: str) -> str:
    """`cell`, with an apostrophe before it where it needs one."""
    if cell.startswith(_GUARDED) and not _NEGATIVE_NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def restored(cell: str) -> str:
    """What `guarded` was given."""
    return cell.removeprefix("'")
