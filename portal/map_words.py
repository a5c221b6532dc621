"""What the map's script is told: addresses, columns, and words in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from functools import lru_cache
from typing import Any

from babel import Locale

from build.roles import EXACT
from portal.area import Box
from portal.catalogue import Table
from portal.drawing import BALTIC
from portal.groups import group, legend
from portal.language import LANGUAGES, language, ngettext
from portal.language import gettext as _
from portal.links import Links


def map_of(
    table: Table, query: str, bounds: Box | None, links: Links, *, asks: bool = True
) -> dict[str, Any]:
    """All that the map's script is told of the records that `query` selects.

    `bounds` are those of the located ones; without any the map begins with the whole Baltic Sea.
    A map that does not ask has no buttons that would change the selection.
    """
    config = _config(table) | {
        "data": links.table("baltic", table.name, format="map"),
        "json": links.table("baltic", table.name, format="json"),
        "list": links.table("baltic", table.name),
        "records": links.table("baltic", table.name) + "/",
        "query": query,
        "bounds": bounds and astuple(bounds),
        "home": astuple(BALTIC),
    }
    if not asks:
        config["words"] = {
            key: words
            for key, words in config["words"].items()
            if key not in ("searchHere", "nearMe")
        }
    return config


def _config(table: Table) -> dict[str, Any]:
    """Words, groups and columns of any map of `table`, in the reader's language."""
    coloured = group(table)
    columns = {
        "id": table.key,
        "name": table.label_column,
        "town": "city" if "city" in table.columns else None,
        "group": coloured.name if coloured else None,
        "precision": "precision" if "precision" in table.columns else None,
    }
    return {
        "words": _words(table),
        "groups": legend(coloured),
        "columns": {role: name for role, name in columns.items() if name},
        "exact": EXACT,
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
    return {category: form(count) for category, count in _examples(language()).items()}


@lru_cache(maxsize=len(LANGUAGES))
def _examples(code: str) -> dict[str, int]:
    """Plural category of the language `code` → the smallest number of it."""
    category = Locale.parse(code).plural_form
    return {category(count): count for count in range(200, -1, -1)}
