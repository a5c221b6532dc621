"""What the map's script is told: words in the reader's language, and how each group is drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from babel import Locale

from build.place_index import EXACT
from portal.catalogue import Column, Table
from portal.drawing import BALTIC
from portal.language import gettext as _
from portal.language import language, ngettext
from portal.links import Links
from portal.listing import Bounds

#: Hues of markers (`.hue-1` … in the style sheet), related sectors sharing one: eyes tell eight
#: apart, fewer when colour-blind. The letter in the marker tells the rest.
HUES = {
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
#: What a marker's colour tells: the first of these columns that takes codes, as in the build.
_GROUPS = ("sector", "kind")


def map_config(table: Table) -> dict[str, Any]:
    """Words, groups and columns for `static/explorer-map.js`, in the reader's language.

    Whoever shows the map adds the addresses and what is selected: `data` (the `.map`), `json`,
    `list` (the page of the table), `records` (the same with a slash, to which a key is added),
    `query`, `bounds` ([west, south, east, north] of the located records, or None) and `home` (what
    is shown then). Without `words.searchHere` and `words.nearMe` the map has no such buttons.
    """
    group = _group(table)
    columns = {
        "id": table.key,
        "name": table.label_column,
        "town": "city" if "city" in table.columns else None,
        "group": group.name if group else None,
        "precision": "precision" if "precision" in table.columns else None,
    }
    return {
        "words": _words(table),
        "groups": _groups(group),
        "columns": {role: name for role, name in columns.items() if name},
        "exact": EXACT,
    }


def map_of(
    table: Table, query: str, bounds: Bounds | None, links: Links, *, asks: bool = True
) -> dict[str, Any]:
    """All that the map's script is told of the records that `query` selects.

    `bounds` are those of the located ones; without any the map begins with the whole Baltic Sea.
    A map that does not ask has no buttons that would change the selection.
    """
    config = map_config(table) | {
        "data": links.table("baltic", table.name, format="map"),
        "json": links.table("baltic", table.name, format="json"),
        "list": links.table("baltic", table.name),
        "records": links.table("baltic", table.name) + "/",
        "query": query,
        "bounds": bounds,
        "home": [BALTIC.west, BALTIC.south, BALTIC.east, BALTIC.north],
    }
    if not asks:
        config["words"] = {
            key: words
            for key, words in config["words"].items()
            if key not in ("searchHere", "nearMe")
        }
    return config


def _group(table: Table) -> Column | None:
    columns = [table.columns[name] for name in _GROUPS if name in table.columns]
    return next((column for column in columns if column.codes), None)


def _groups(column: Column | None) -> dict[str, dict[str, Any]]:
    """Code → label, hue and letter, in the order of the vocabulary."""
    if not column or not column.codes:
        return {}
    return {
        code: {
            "label": column.label(code),
            "hue": HUES.get(code, place % _HUES_IN_ALL + 1),
            "sign": chr(ord("A") + place) if place < 26 else "",
        }
        for place, code in enumerate(column.codes)
    }


def _words(table: Table) -> dict[str, Any]:
    return {
        "label": _("Map: %(table)s") % {"table": _(table.title)},
        "keys": _(
            "With the keyboard, the arrow keys move the map, + and − zoom, and Tab goes from "
            "marker to marker, beginning in the middle."
        ),
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
        "close": _("Close"),
        "loading": _("Loading …"),
        "failed": _("The map could not be loaded. The list has all records."),
        "records": _forms(lambda n: ngettext("%(count)s record", "%(count)s records", n)),
        "recordsIn": _forms(
            lambda n: ngettext("%(count)s record in %(place)s", "%(count)s records in %(place)s", n)
        ),
        "recordsAround": _forms(
            lambda n: ngettext(
                "%(count)s record around %(place)s", "%(count)s records around %(place)s", n
            )
        ),
        "allInList": _forms(
            lambda n: ngettext("%(count)s record in the list", "All %(count)s in the list", n)
        ),
        "mostly": _("%(records)s, most of them: %(group)s"),
        "approximate": _("known to a region or island only"),
        "legend": _("Legend"),
        "legendCluster": _(
            "several records; the ring has the colour of what more than half of them are"
        ),
        "legendApproximate": _("place known to a region or island only"),
        "searchHere": _("Search this area"),
        "nearMe": _("Near me"),
        "nearAsking": _("Asking your browser where you are …"),
        "nearRefused": _("Your browser was not allowed to say where you are."),
        "nearUnknown": _("Your browser does not know where you are."),
        "streetMap": _("Street map of this place"),
    }


def _forms(form: Callable[[int], str]) -> dict[str, str]:
    """The text of each plural category of the CLDR, by which the browser chooses one."""
    category = Locale.parse(language()).plural_form
    return {category(count): form(count) for count in range(200, -1, -1)}
