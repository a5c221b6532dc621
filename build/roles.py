"""Fields and codes that the build and the portal both know by name, whatever the schema says."""

from __future__ import annotations

#: Fields that say what a record is called, best first.
LABELS = ("label", "name", "title")
#: What tells records apart on the map: the first of these fields that a table takes from a
#: vocabulary.
GROUPS = ("sector", "kind")
#: Precisions of a place one may point at; the others stand for an area.
EXACT = ("address", "postcode", "place")
