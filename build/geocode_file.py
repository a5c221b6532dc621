"""Geocodes anyone's list: a CSV with places in, the same rows with coordinates out."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

from build.errors import CannotRun
from build.geocode.chain import Chain
from build.geocode.placement import Placement, PlaceQuery
from build.pipeline import Progress
from build.read.decode import decode
from build.read.delimited import Record, sniff_delimiter, split_records
from build.read.rows import clean

QUERY_COLUMNS = tuple(field.name for field in fields(PlaceQuery))
ANSWER_COLUMNS = (
    "latitude",
    "longitude",
    "precision",
    "confidence",
    "matched",
    "geonameid",
    "note",
)


def geocode_file(source: Path, output: Path, chain: Chain, progress: Progress) -> tuple[int, int]:
    """Write the rows of `source` to `output`, each with ANSWER_COLUMNS; return (rows, located).

    Reads the columns `name,address,postcode,city,region,country` that the file has. Order and
    other columns are kept; a row without a place, or one whose cells do not fit the header, keeps
    empty coordinates and says why in `note`. Columns of the answer that the file already has are
    overwritten. `output` appears when it is complete. Raises CannotRun when a file cannot be
    read or written, or has none of the columns or one of them twice.
    """
    header, records, expected = _open(source)
    _refuse_to_overwrite(source, output)
    names = [clean(cell).lower() for cell in header]
    added = [name for name in ANSWER_COLUMNS if name not in names]
    unfinished = output.with_name(f".{output.name}.part")
    rows = located = 0
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*header, *added])
            for record in records:
                answer = _answer(names, record, chain)
                writer.writerow(_merged(names + added, record.cells, answer))
                rows += 1
                located += bool(answer["latitude"])
                progress(source.name, rows, expected)
        unfinished.replace(output)
    except OSError as error:
        raise CannotRun(f"{output} cannot be written: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return rows, located


def _refuse_to_overwrite(source: Path, output: Path) -> None:
    if output.exists() and output.samefile(source):
        raise CannotRun(f"{output} is the list itself; name another file for the output.")
    if output.exists() and not output.is_file():
        raise CannotRun(f"{output} is no file that could be replaced.")


def _open(source: Path) -> tuple[list[str], Iterator[Record], int]:
    """The header, the records after it and about how many there are."""
    try:
        text, _ = decode(source.read_bytes())
    except OSError as error:
        raise CannotRun(f"{source} cannot be read: {error.strerror}.") from error
    records = split_records(text, sniff_delimiter(text, set(QUERY_COLUMNS)))
    first = next(records, None)
    header = first.cells if first else []
    names = Counter(clean(cell).lower() for cell in header)
    if not names.keys() & set(QUERY_COLUMNS):
        raise CannotRun(
            f"{source} has none of the columns {', '.join(QUERY_COLUMNS)} in its first line."
        )
    if twice := [name for name in QUERY_COLUMNS if names[name] > 1]:
        raise CannotRun(f"{source} has the column {', '.join(twice)} more than once.")
    return header, records, text.count("\n") - 1


def _answer(names: list[str], record: Record, chain: Chain) -> dict[str, str]:
    if record.problem:
        return dict.fromkeys(ANSWER_COLUMNS, "") | {"note": record.problem}
    cells = dict(zip(names, record.cells, strict=True))
    query = PlaceQuery(**{name: clean(cells.get(name, "")) for name in QUERY_COLUMNS})
    return _columns(chain.place(query))


def _columns(placement: Placement) -> dict[str, str]:
    return {
        "latitude": "" if placement.latitude is None else f"{placement.latitude:.5f}",
        "longitude": "" if placement.longitude is None else f"{placement.longitude:.5f}",
        "precision": placement.precision,
        "confidence": f"{placement.confidence:.2f}" if placement.precision else "",
        "matched": placement.matched,
        "geonameid": str(placement.geonameid or ""),
        "note": placement.note,
    }


def _merged(names: list[str], cells: list[str], answer: dict[str, str]) -> list[str]:
    """The row's own cells, with those of the answer in their columns."""
    padded = cells + [""] * (len(names) - len(cells))
    return [answer.get(name, cell) for name, cell in zip(names, padded, strict=True)]
