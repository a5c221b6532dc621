"""What tells records apart at a glance: their sector or kind, and its colour and letter."""

from __future__ import annotations

from typing import Any

from build.roles import GROUPS
from portal.catalogue import Column, Table

#: Hues of markers (`.hue-1` … in the style sheet), related sectors sharing one: eyes tell eight
#: apart, fewer when colour-blind. The letter in the marker tells the rest.
_HUES = {
    "agriculture-and-forestry": 1,
    "energy-and-environment": 1,
    "recycling-and-reuse": 1,
    "education-and-training": 2,
    "ict-and-digital": 2,
    "media-and-communication": 2,
    "community-and-social-services": 3,
    "health-and-care": 3,
    "arts-and-culture": 4,
    "sport-and-recreation": 4,
    "accommodation-and-food": 5,
    "retail-and-trade": 5,
    "cleaning-and-facilities": 6,
    "transport-and-logistics": 6,
    "construction-and-repair": 7,
    "manufacturing-and-crafts": 7,
    "finance-and-business-services": 8,
}
_HUES_IN_ALL = 8


def group(table: Table) -> Column | None:
    """The column with the group of each record; None where the table has no such vocabulary."""
    columns = (table.columns[name] for name in GROUPS if name in table.columns)
    return next((column for column in columns if column.codes is not None), None)


def legend(column: Column | None) -> dict[str, dict[str, Any]]:
    """Code → label, hue and letter, in the order of the vocabulary and the reader's language."""
    if column is None or column.codes is None:
        return {}
    return {
        code: {
            "label": column.label(code),
            "hue": _HUES.get(code, place % _HUES_IN_ALL + 1),
            "sign": chr(ord("A") + place) if place < 26 else "",
        }
        for place, code in enumerate(column.codes)
    }
