"""CSV that a spreadsheet shows and does not run.

A cell whose text a spreadsheet would take for a formula gets one leading apostrophe, and so does
text that itself begins with one: whoever drops one leading apostrophe from each cell that has one
holds the exact data again. docs/csv.md tells users so.

The guard works on the stream, whatever Datasette made it from: it cuts at ends of records (so a
quoted line break or a character split between chunks is no trouble), keeps no more than the
record at hand, and knows whether the last record was whole.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import sys

# A summary may be longer than the 128 kB at which Python's reader gives up.
csv.field_size_limit(sys.maxsize)

#: The last four are the full-width forms, which Excel in East Asian settings takes as well.
_DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
_NEGATIVE_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
#: Text in which no cell can need the guard goes through untouched.
_SUSPECT = re.compile("(?:^|[,\"\n])[=+\\-@\t\r\n＝＋－＠']")


def guarded(cell: str) -> str:
    """`cell`, with an apostrophe before it where it needs one."""
    if cell.startswith("'"):
        return "'" + cell
    if cell.startswith(_DANGEROUS) and not _NEGATIVE_NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def restored(cell: str) -> str:
    """What `guarded` was given."""
    return cell.removeprefix("'")


class CsvGuard:
    """Guards a CSV text that comes in chunks of bytes. One instance a stream."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._pending: list[str] = []
        self._in_quotes = False

    def feed(self, chunk: bytes) -> bytes:
        """Take a chunk in, give out the records that are complete by now."""
        text = self._decode(chunk)
        cut = self._last_record_end(text)
        self._in_quotes ^= bool(text.count('"') % 2)
        if cut == 0:
            self._pending.append(text)
            return b""
        records = "".join([*self._pending, text[:cut]])
        self._pending = [text[cut:]]
        return _guard_records(records).encode()

    @property
    def complete(self) -> bool:
        """Whether all that came in has gone out; else the stream broke off within a record."""
        return not any(self._pending) and not self._decode(b"", final=False)

    def _last_record_end(self, text: str) -> int:
        """Position after the last line break outside quotes; 0 when there is none."""
        open_after = self._in_quotes ^ bool(text.count('"') % 2)
        end = len(text)
        while (newline := text.rfind("\n", 0, end)) >= 0:
            open_after ^= bool(text.count('"', newline, end) % 2)
            if not open_after:
                return newline + 1
            end = newline
        return 0


def _guard_records(records: str) -> str:
    if not _SUSPECT.search(records):
        return records
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in csv.reader(io.StringIO(records, newline="")):
        writer.writerow([guarded(cell) for cell in row])
    return out.getvalue()
