"""From what a person types to a full-text query that cannot fail."""

from __future__ import annotations

from build.fold import fold

#: A phrase without words, which FTS5 takes and which matches nothing.
NOTHING = '""'


def match_expression(text: str | None) -> str:
    """All words of `text`, folded as the index is; the last may be the beginning of a word.

    Folding leaves letters, digits and spaces only, so no quote, star or `NEAR(` reaches FTS5, and
    `Łódź`, `lodz` and `LODZ` are one query. Text without a letter or digit finds nothing.
    """
    words = list(dict.fromkeys(fold(text or "").split()))
    if not words:
        return NOTHING
    return " ".join(f'"{word}"' for word in words) + "*"
