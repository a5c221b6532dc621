"""What every page of the portal may say: who we are, whose data it is, where the sections are."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from datasette.app import Datasette

from portal import compat
from portal.catalogue import Catalogue, catalogue

#: The sections, in the order of the header: table, word in the menu.
SECTIONS = (
    ("enterprises", "Enterprises"),
    ("events", "Events"),
    ("articles", "Articles"),
    ("library", "Library"),
    ("organisations", "Support organisations"),
    ("programmes", "Programmes"),
)


class Site:
    """Known to all templates as `site`, those of Datasette's error pages included."""

    sections = SECTIONS

    def __init__(self, ds: Datasette, static: Path) -> None:
        self._ds = ds
        self._static = static

    @property
    def catalogue(self) -> Catalogue:
        return catalogue(self._ds) or Catalogue()

    @property
    def title(self) -> str:
        return self._metadata("title") or self.catalogue.title or "Open data portal"

    @property
    def description(self) -> str:
        return self._metadata("description") or self.catalogue.description

    @property
    def publisher(self) -> dict[str, str]:
        publisher = self.catalogue.publisher
        return {
            "title": self._metadata("about") or publisher.get("title", ""),
            "path": self._metadata("about_url") or publisher.get("path", ""),
        }

    @property
    def licence(self) -> dict[str, str]:
        licence = self.catalogue.licence
        return {
            "title": self._metadata("license") or licence.get("title", ""),
            "path": self._metadata("license_url") or licence.get("path", ""),
        }

    def asset(self, name: str) -> str:
        """Address of a static file, changing with its content."""
        return str(self._ds.urls.path(f"/static/{name}?{_digest(self._static / name)}"))

    def _metadata(self, key: str) -> str:
        value: Any = compat.metadata(self._ds).get(key)
        return str(value) if value else ""


@lru_cache
def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8]


_MONTHS = (
    "January February March April May June July August September October November December"
).split()


def day(text: str | None) -> str:
    """`2026-11-24` as `24 November 2026`; a month or a year alone stays one."""
    parts = (text or "").split("-")
    try:
        if len(parts) == 3:
            when = date.fromisoformat(text or "")
            return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"
        if len(parts) == 2:
            return f"{_MONTHS[int(parts[1]) - 1]} {parts[0]}"
    except (ValueError, IndexError):
        pass
    return text or ""


def period(start: str, end: str | None) -> str:
    """The days of an event: `28–29 September 2022`."""
    if not end or end == start:
        return day(start)
    first, last = day(start).split(), day(end).split()
    if first[1:] == last[1:]:
        return f"{first[0]}–{day(end)}"
    if first[2:] == last[2:]:
        return f"{' '.join(first[:2])} – {day(end)}"
    return f"{day(start)} – {day(end)}"
