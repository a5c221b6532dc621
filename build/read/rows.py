"""A record as it stands in its file, and the cleaning every cell gets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

Cell = str | list[str]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
#: Spaces that no one sees: no-break, zero-width, byte order mark.
_ODD_SPACE = re.compile(r"[\u00a0\u200b\u2060\ufeff]")
_REPLACEMENT = "\ufffd"


@dataclass(slots=True)
class Row:
    """One record. `line` counts from 1 and is where the record begins; a cell that the file does
    not have is absent, an empty one is an empty string."""

    file: str
    line: int
    cells: dict[str, Cell]


def clean(cell: str) -> str:
    """Return `cell` in Unicode's composed form (NFC), without stray white space or control
    characters; line breaks inside stay."""
    if cell.isascii():
        return _CONTROL.sub("", cell).strip() if not cell.isprintable() else cell.strip()
    cell = _CONTROL.sub("", _ODD_SPACE.sub(" ", cell))
    return unicodedata.normalize("NFC", cell).strip()


def damage(text: str, cell: str) -> Iterator[tuple[str, str]]:
    """Yield (rule, message) for what was damaged in `text`, read as `cell`."""
    if text.isascii() and text.isprintable():
        return
    if _CONTROL.search(text):
        yield "control-character", "It held control characters; they were taken out."
    if _REPLACEMENT in cell:
        yield "undecodable", "Some letters could not be read in the file's encoding (shown as �)."
