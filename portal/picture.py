"""Pictures of a selection: its map as SVG, and the card that social media show for a link, as PNG.

Both are whole files that nothing accompanies, so they bring their own colours, say in words what
they show, and name whose data it is.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import escape
from pathlib import Path
from unicodedata import normalize

from resvg_py import svg_to_bytes

from portal.drawing import Circle, Drawing
from portal.drawn_map import DrawnMap
from portal.language import gettext as _
from portal.language import ngettext, number
from portal.site import Site
from portal.typeface import Typeface

#: Whose places and outlines these are; their licences ask for it.
CREDIT = "GeoNames (CC BY 4.0) · Natural Earth · © OpenStreetMap contributors (ODbL)"
#: What Open Graph asks for: https://ogp.me; networks cut other shapes.
CARD = (1200, 630)
#: The left of the card has the words, the rest the map.
PANEL = 470
#: Size of the map alone, in pixels.
MAP = (1200, 900)
#: Nearer there is nothing around a place by which one would know it.
CLOSEST = 7
#: Pixels between circles.
APART = 15

_FONTS = Path(__file__).resolve().parent.parent / "static" / "fonts"
_REGULAR = Typeface(_FONTS / "Roboto-Regular.ttf")
_MEDIUM = Typeface(_FONTS / "Roboto-Medium.ttf")
_FAMILY = "Roboto, sans-serif"

# The colours of static/portal.css in the light.
_SEA, _LAND, _COAST, _BORDER = "#dcebf0", "#f7f5ef", "#b5cdd4", "#c9c4b6"
_TOWN, _PLACE, _INK, _QUIET, _SHEET = "#4a5860", "#0b5c6e", "#1b2a33", "#55646d", "#ffffff"

_MARGIN = 44
#: Sizes of the title and the lines it may then have, the largest that holds it whole is taken.
_TITLES = ((50, 3), (42, 4), (36, 5), (30, 6))


@dataclass(frozen=True)
class Words:
    """What a picture says, in the reader's language."""

    title: str
    #: How many records there are, as it is written, and the noun that goes with the number.
    count: str
    noun: str
    #: How many of them are on the map; empty when all are.
    located: str
    portal: str
    licence: str
    credit: str = CREDIT


def words(title: str, shown: DrawnMap, site: Site) -> Words:
    """The words for the selection that `title` tells."""
    extent = shown.extent
    on_the_map = _("%(number)s on the map") % {"number": number(extent.located)}
    return Words(
        title=title,
        count=number(extent.total),
        noun=ngettext("record", "records", extent.total),
        located=on_the_map if extent.unlocated else "",
        portal=site.title,
        licence=_("Licence: %(licence)s") % {"licence": site.licence["title"]},
    )


def map_svg(drawing: Drawing, said: Words) -> str:
    """The map alone, as an SVG file for layouts."""
    credit = f"{said.portal}. {said.licence}. {said.credit}"
    size = f'width="{drawing.width}" height="{drawing.height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
        f'viewBox="0 0 {drawing.width} {drawing.height}" role="img">',
        f"<title>{_text(said.title)}</title>",
        f"<desc>{_text(f'{said.count} {said.noun}. {credit}')}</desc>",
        *_map(drawing),
        *_credit(credit, drawing.width, drawing.height),
        "</svg>",
    ]
    return "\n".join(parts)


def card_svg(drawing: Drawing, said: Words) -> str:
    """The card: the words on the left, the map on the right."""
    width, height = CARD
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">',
        f'<svg x="{PANEL}" width="{drawing.width}" height="{drawing.height}">',
        *_map(drawing),
        *_credit(said.credit, drawing.width, drawing.height),
        "</svg>",
        f'<rect width="{PANEL}" height="{height}" fill="{_SHEET}"/>',
        f'<rect width="8" height="{height}" fill="{_PLACE}"/>',
        *_panel(said, height),
        "</svg>",
    ]
    return "\n".join(parts)


def _map(drawing: Drawing) -> Iterator[str]:
    yield f'<rect width="{drawing.width}" height="{drawing.height}" fill="{_SEA}"/>'
    yield f'<path d="{drawing.land}" fill="{_LAND}" stroke="{_COAST}"/>'
    water = f'fill="{_SEA}" fill-rule="evenodd" stroke="{_COAST}" stroke-width=".7"'
    yield f'<path d="{drawing.lakes}" {water}/>'
    yield f'<path d="{drawing.borders}" fill="none" stroke="{_BORDER}"/>'
    yield f'<g fill="{_PLACE}" stroke="{_SHEET}" stroke-width="1.2">'
    yield from map(_circle, drawing.circles)
    yield "</g>"
    yield (
        f'<g font-family="{_FAMILY}" font-size="14" fill="{_TOWN}" stroke="{_LAND}" '
        'stroke-width="3" stroke-linejoin="round" paint-order="stroke">'
    )
    for town in drawing.towns:
        if town.dotted:
            yield f'<circle cx="{town.x}" cy="{town.y}" r="2" stroke-width="1"/>'
        anchor = ' text-anchor="end"' if town.to_the_left else ""
        yield f'<text x="{town.at}" y="{town.y + 5:.1f}"{anchor}>{_text(town.name)}</text>'
    yield "</g>"


def _circle(circle: Circle) -> str:
    look = 'fill-opacity=".75"'
    if not circle.spot.exact:
        look = f'fill-opacity=".18" stroke="{_PLACE}" stroke-width="1.5" stroke-dasharray="3 2"'
    return f'<circle cx="{circle.x}" cy="{circle.y}" r="{circle.radius}" {look}/>'


def _credit(credit: str, width: int, height: int) -> Iterator[str]:
    """A line at the foot of the map, on a strip of its own so that it can be read anywhere."""
    (line,) = _lines(_REGULAR, credit, 13, width - 20, 1) or [""]
    yield (
        f'<rect y="{height - 24}" width="{width}" height="24" fill="{_SHEET}" fill-opacity=".8"/>'
    )
    yield (
        f'<text x="{width - 8}" y="{height - 8}" text-anchor="end" font-family="{_FAMILY}" '
        f'font-size="13" fill="{_QUIET}">{escape(line)}</text>'
    )


def _panel(said: Words, height: int) -> Iterator[str]:
    width = PANEL - 2 * _MARGIN
    y = float(_MARGIN + 14)
    for line in _lines(_REGULAR, said.portal, 20, width, 2):
        yield _line(line, y, 20, _PLACE, bold=True)
        y += 26
    size, lines = _title(said.title, width)
    y += 14
    for line in lines:
        y += size * 1.18
        yield _line(line, y, size, _INK, bold=True)
    yield _line(said.count, height - 150, 60, _PLACE, bold=True)
    counted = _MEDIUM.width(said.count, 60) + 12
    for line in _lines(_REGULAR, said.noun, 24, width - counted, 1):
        yield _line(line, height - 150, 24, _INK, x=_MARGIN + counted)
    for line in _lines(_REGULAR, said.located, 20, width, 1):
        yield _line(line, height - 114, 20, _INK)
    for i, line in enumerate(_lines(_REGULAR, said.licence, 16, width, 2)):
        yield _line(line, height - 60 + 21 * i, 16, _QUIET)


def _title(title: str, width: float) -> tuple[int, list[str]]:
    for size, most in _TITLES:
        lines = _lines(_MEDIUM, title, size, width, most + 1)
        whole = all(_MEDIUM.width(word, size) <= width for word in title.split())
        if len(lines) <= most and whole:
            return size, lines
    size, most = _TITLES[-1]
    return size, _lines(_MEDIUM, title, size, width, most)


def _lines(face: Typeface, text: str, size: float, width: float, most: int) -> list[str]:
    """Lines in a font of ours, with an ellipsis where it has no letters (emoji, other scripts)."""
    letters = (letter if face.covers(letter) else "…" for letter in _clean(text))
    return face.lines(re.sub("…[… ]*…", "…", "".join(letters)), size, width, most)


def _line(
    text: str, y: float, size: float, colour: str, *, x: float = _MARGIN, bold: bool = False
) -> str:
    weight = 500 if bold else 400
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{_FAMILY}" font-size="{size}" '
        f'font-weight="{weight}" fill="{colour}">{escape(text)}</text>'
    )


def _text(text: str) -> str:
    return escape(_clean(text))


def _clean(text: str) -> str:
    """Without what XML refuses and what turns the direction of the text around it."""
    return "".join(letter if letter.isprintable() else " " for letter in normalize("NFC", text))


#: Painting takes a processor for a fifth of a second; a wave of robots must leave one to the pages.
_painter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="painter")


async def png(svg: str) -> bytes:
    """`svg` as a PNG file, with our own fonts and no others, painted beside the event loop."""

    def paint() -> bytes:
        fonts = [str(_REGULAR.file), str(_MEDIUM.file)]
        return bytes(svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=fonts))

    return await asyncio.get_running_loop().run_in_executor(_painter, paint)
