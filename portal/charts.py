"""Charts as plain boxes and words, which `templates/_charts.html` draws as SVG within a page.

Lengths along the page are shares of its width and all others pixels, so that a chart fits a phone
and a desk with letters of the same size. Every value is written beside its bar: nothing is told by
colour alone. A chart is a picture; the page shows a table of the same values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from babel.numbers import format_percent

from portal.language import gettext as _
from portal.language import language

#: Pixels of the narrowest chart there is, on a phone 360 pixels wide.
_NARROWEST = 328
#: Pixels of one digit, at most.
_DIGIT = 8
#: Letters of a label that fit into the narrowest chart.
_LONGEST_LABEL = 40
#: Per cent of the width that the longest bar takes; the rest is for what is written after it.
_LONGEST_BAR = 80.0
#: Per cent of the width that anything but nothing takes, so that it is seen.
_SHORTEST_BAR = 0.4
#: Per cent of the width before the first and after the last column, for labels wider than those.
_ASIDE = 3.0
#: Hues of bars that stand side by side (`.hue-1` … in the style sheet).
_HUES = 8


@dataclass(frozen=True)
class Item:
    """One value: what it is of, how much, and that as it is written."""

    label: str
    value: float
    text: str


@dataclass(frozen=True)
class Box:
    """A bar. `x` and `width` are per cent, `y` and `height` pixels; hue 0 is the page's own."""

    x: float
    y: float
    width: float
    height: float
    hue: int = 0
    #: Pixels by which it is moved to the right.
    indent: int = 0


@dataclass(frozen=True)
class Words:
    """A text at `x` per cent and `dx` pixels, `y` pixels; `role` is its class."""

    x: float
    y: float
    text: str
    role: str
    dx: int = 0
    anchor: str = "start"


@dataclass(frozen=True)
class Chart:
    """What is to be drawn, and how many pixels high it is."""

    height: int
    boxes: tuple[Box, ...]
    words: tuple[Words, ...]


def bars(items: Sequence[Item]) -> Chart:
    """A horizontal bar for each item, in their order, each below its label."""
    row, most = 38, _most(items)
    boxes, words = [], []
    for place, item in enumerate(items):
        top = place * row
        width = _length(item.value, most)
        boxes.append(Box(0, top + 20, width, 11))
        words.append(Words(0, top + 15, _shortened(item.label), "label"))
        words.append(Words(width, top + 30, item.text, "value", dx=6))
    return Chart(len(items) * row, tuple(boxes), tuple(words))


def columns(items: Sequence[Item]) -> Chart:
    """An upright bar for each item, in their order: for years and other steps of equal width.

    Where there is no room for all labels, every second, third, … has one. A value for which there
    is none is left out, but for the highest.
    """
    top, tall, most = 20, 150, _most(items)
    slot = (100 - 2 * _ASIDE) / max(1, len(items))
    room = _NARROWEST * slot / 100
    step = max(1, ceil(_DIGIT * max((len(item.label) for item in items), default=0) / room))
    highest = max(items, key=lambda item: item.value, default=None)
    width = min(slot * 0.7, 14)
    boxes, words = [], []
    for place, item in enumerate(items):
        middle = _ASIDE + (place + 0.5) * slot
        height = tall * item.value / most if most else 0
        boxes.append(Box(middle - width / 2, top + tall - height, width, height))
        if item.value and (item is highest or _DIGIT * len(item.text) <= room):
            words.append(
                Words(middle, top + tall - height - 5, item.text, "value", anchor="middle")
            )
        if place % step == 0:
            words.append(_below(middle, top + tall + 17, item.label))
    base = Box(0, top + tall, 100, 1)
    return Chart(top + tall + 26, (*boxes, base), tuple(words))


def _below(middle: float, y: float, label: str) -> Words:
    """The label of a column, moved inwards where it would be cut at the edge."""
    half = 50 * _DIGIT * len(label) / _NARROWEST
    if half > middle:
        return Words(0, y, label, "label")
    if half > 100 - middle:
        return Words(100, y, label, "label", anchor="end")
    return Words(middle, y, label, "label", anchor="middle")


def grouped(groups: Sequence[tuple[str, Sequence[Item]]]) -> Chart:
    """Horizontal bars in groups, each group below its label.

    The items of all groups stand in one order; each has the hue of its place and its own label,
    of a few letters, before its bar.
    """
    most = _most([item for _label, items in groups for item in items])
    head, row, indent, gap = 24, 17, 34, 12
    boxes, words, top = [], [], 0
    for label, items in groups:
        words.append(Words(0, top + 15, _shortened(label), "label"))
        for place, item in enumerate(items):
            line = top + head + place * row
            width = _length(item.value, most) * 0.9
            boxes.append(Box(0, line, width, 12, hue=place % _HUES + 1, indent=indent))
            words.append(Words(0, line + 10, item.label, "key"))
            words.append(Words(width, line + 10, item.text, "value", dx=indent + 6))
        top += head + len(items) * row + gap
    return Chart(top, tuple(boxes), tuple(words))


def percent(share: float) -> str:
    """A share of 1 in whole per cent as the language writes it; what is hardly any is not none."""
    if 0 < share < 0.005:
        return _("< %(percent)s") % {"percent": format_percent(0.01, locale=language())}
    return format_percent(share, locale=language())


def _most(items: Sequence[Item]) -> float:
    return max((item.value for item in items), default=0)


def _length(value: float, most: float) -> float:
    return max(_LONGEST_BAR * value / most, _SHORTEST_BAR) if value else 0


def _shortened(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1] + "…"
