"""Marking what was searched for in the text that was found."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup, escape

from build.fold import loose, spans


def highlighted(text: str, words: tuple[str, ...]) -> Markup:
    """`text`, escaped, with each hit in a `<mark>`.

    `words` are those of `portal.search.Found`: loose, and `cyk*` marks all of a word that begins
    so. Nothing but the marks is added, and nothing is left out.
    """
    parts: list[Markup] = []
    done = 0
    for start, end in _hits(text, words):
        parts += [escape(text[done:start]), Markup("<mark>{}</mark>").format(text[start:end])]
        done = end
    return Markup("").join([*parts, escape(text[done:])])


def excerpt(text: str, words: tuple[str, ...], length: int = 240) -> Markup:
    """About `length` characters of `text` around its first hit, highlighted, whole words only.

    An ellipsis stands where something is left out. Without a hit it is the beginning.
    """
    text = " ".join(text.split())
    if len(text) <= length:
        return highlighted(text, words)
    hit, _ = next(_hits(text, words), (0, 0))
    # A third of it before the hit says what it is about.
    start = max(0, min(hit - length // 3, len(text) - length))
    start = min(hit, text.find(" ", start - 1) + 1) if start else 0
    end = start + length
    if end < len(text):
        gap = text.rfind(" ", start, end + 1)
        end = gap if gap > hit else end
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return Markup("{}{}{}").format(before, highlighted(text[start:end], words), after)


def _hits(text: str, words: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Where a word of `text` is one of `words`."""
    if not words:
        return
    whole = {word for word in words if not word.endswith("*")}
    beginnings = tuple(word[:-1] for word in words if word.endswith("*"))
    for start, end in spans(text):
        word = loose(text[start:end])
        if word in whole or (beginnings and word.startswith(beginnings)):
            yield start, end
