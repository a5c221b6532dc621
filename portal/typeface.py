"""How wide text is, and text cut into lines: for pictures, which have no browser to do it.

Read from the font file's own tables (OpenType: `head`, `hhea`, `hmtx`, `cmap`). Kerning is left
out: it makes text narrower by a hair, never wider.
"""

from __future__ import annotations

import struct
from functools import cached_property
from pathlib import Path

_ELLIPSIS = "…"


class Typeface:
    """One font file (TrueType with a Unicode `cmap` of format 4, as Roboto's)."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def width(self, text: str, size: float) -> float:
        """Pixels that `text` takes at `size` pixels; a letter the font has not counts as one em."""
        unit = self._units_per_em
        advances = self._advances
        return sum(advances.get(ord(letter), unit) for letter in text) * size / unit

    def covers(self, letter: str) -> bool:
        return ord(letter) in self._advances

    def lines(self, text: str, size: float, width: float, most: int) -> list[str]:
        """`text` in at most `most` lines of `width` pixels, cut with an ellipsis if it must be."""
        lines: list[str] = []
        rest = text.split()
        while rest:
            line = rest.pop(0)
            while rest and self.width(f"{line} {rest[0]}", size) <= width:
                line = f"{line} {rest.pop(0)}"
            if len(lines) == most - 1 and rest:
                return [*lines, self._cut(f"{line} {rest[0]}", size, width)]
            if self.width(line, size) > width:  # one word wider than a line
                if len(lines) == most - 1:
                    return [*lines, self._cut(line, size, width)]
                fitting = self._fitting(line, size, width)
                line, rest = line[:fitting], [line[fitting:], *rest]
            lines.append(line)
        return lines

    def _cut(self, line: str, size: float, width: float) -> str:
        fitting = self._fitting(line, size, width - self.width(_ELLIPSIS, size))
        return line[:fitting].rstrip(" ,;:") + _ELLIPSIS

    def _fitting(self, line: str, size: float, width: float) -> int:
        """How many letters from the beginning fit, at least one."""
        used = 0.0
        for count, letter in enumerate(line):
            used += self.width(letter, size)
            if used > width and count:
                return count
        return len(line)

    @cached_property
    def _tables(self) -> dict[bytes, bytes]:
        data = self.file.read_bytes()
        (count,) = struct.unpack_from(">H", data, 4)
        records = (struct.unpack_from(">4sLLL", data, 12 + 16 * i) for i in range(count))
        return {tag: data[offset : offset + length] for tag, _, offset, length in records}

    @cached_property
    def _units_per_em(self) -> int:
        (units,) = struct.unpack_from(">H", self._tables[b"head"], 18)
        return int(units)

    @cached_property
    def _advances(self) -> dict[int, int]:
        """Character → how far it moves on, in the font's units."""
        (measured,) = struct.unpack_from(">H", self._tables[b"hhea"], 34)
        widths = struct.unpack_from(">" + "Hh" * measured, self._tables[b"hmtx"])[::2]
        return {
            letter: widths[min(glyph, measured - 1)] for letter, glyph in self._glyphs().items()
        }

    def _glyphs(self) -> dict[int, int]:
        cmap = self._tables[b"cmap"]
        (count,) = struct.unpack_from(">H", cmap, 2)
        for i in range(count):
            (start,) = struct.unpack_from(">L", cmap, 4 + 8 * i + 4)
            if struct.unpack_from(">H", cmap, start) == (4,):
                return _format_4(cmap[start:])
        raise ValueError(f"{self.file} has no character map of format 4.")


def _format_4(cmap: bytes) -> dict[int, int]:
    """Character → glyph: https://learn.microsoft.com/typography/opentype/spec/cmap."""
    (twice,) = struct.unpack_from(">H", cmap, 6)
    count = twice // 2
    ends = struct.unpack_from(f">{count}H", cmap, 14)
    starts = struct.unpack_from(f">{count}H", cmap, 16 + twice)
    shifts = struct.unpack_from(f">{count}H", cmap, 16 + 2 * twice)
    offsets = struct.unpack_from(f">{count}H", cmap, 16 + 3 * twice)
    glyphs: dict[int, int] = {}
    for i in range(count):
        for letter in range(starts[i], min(ends[i], 0xFFFE) + 1):
            glyph = letter
            if offsets[i]:
                place = 16 + 3 * twice + 2 * i + offsets[i] + 2 * (letter - starts[i])
                (glyph,) = struct.unpack_from(">H", cmap, place)
            if glyph:
                glyphs[letter] = (glyph + shifts[i]) & 0xFFFF
    return glyphs
