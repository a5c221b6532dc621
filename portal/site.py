"""What every page of the portal may say: who we are, whose data it is, where the sections are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from datasette.app import Datasette

from portal import compat
from portal.catalogue import Catalogue, catalogue
from portal.language import N_, speaking
from portal.language import gettext as _
from portal.metadata import credited


@dataclass(frozen=True)
class Place:
    """A page of a section: its path, which begins those of the pages below it, and its word."""

    path: str
    word: str

    def is_at(self, here: str) -> bool:
        """Whether `here`, a path with its query string, is this page, whatever it selects."""
        return here.partition("?")[0] == self.path

    def holds(self, here: str) -> bool:
        """Whether `here` is this page or one below it."""
        return self.is_at(here) or here.startswith(f"{self.path}/")


@dataclass(frozen=True)
class Section:
    """A section of the platform: its word in the menu, and its pages, the first one leading."""

    word: str
    places: tuple[Place, ...]

    @property
    def path(self) -> str:
        return self.places[0].path

    def current(self, here: str) -> str | None:
        """What `aria-current` says of the section's link on the page `here`."""
        if self.places[0].is_at(here):
            return "page"
        return "true" if any(place.holds(here) for place in self.places) else None


def _section(word: str, path: str) -> Section:
    return Section(word, (Place(path, word),))


#: In the order of the header.
SECTIONS = (
    Section(N_("Enterprises"), (Place("/baltic/enterprises", N_("Social enterprises")),)),
    _section(N_("Countries"), "/countries"),
    _section(N_("Calendar"), "/baltic/events"),
    _section(N_("Blog"), "/baltic/articles"),
    _section(N_("Library"), "/baltic/library"),
    Section(
        N_("Support"),
        (
            Place("/support", N_("Find support")),
            Place("/baltic/organisations", N_("Support organisations")),
            Place("/baltic/programmes", N_("Support programmes")),
            Place("/partners", N_("Finding partners")),
        ),
    ),
)
#: Tables without which there is no portal.
TABLES = ("enterprises", "organisations", "programmes", "events", "articles", "library")


class Site:
    """Known to all templates as `site`, those of Datasette's error pages included."""

    sections = SECTIONS

    @staticmethod
    def section(here: str) -> Section | None:
        """The section to which the page `here` belongs."""
        return next((section for section in SECTIONS if section.current(here)), None)

    def __init__(self, ds: Datasette, static: Path) -> None:
        self._ds = ds
        self._static = static

    @staticmethod
    def word_of(table: str) -> str:
        """What the menu calls the list of a table, in English."""
        path = f"/baltic/{table}"
        places = (place for section in SECTIONS for place in section.places)
        return next((place.word for place in places if place.path == path), table)

    @property
    def catalogue(self) -> Catalogue:
        return credited(catalogue(self._ds) or Catalogue(), compat.metadata(self._ds))

    @property
    def title(self) -> str:
        return _(self._metadata("title") or self.catalogue.title or "Open data portal")

    @property
    def description(self) -> str:
        return _(self._metadata("description") or self.catalogue.description)

    @property
    def funding(self) -> str:
        """Who paid for it, in the operator's words where there are any."""
        own = compat.plugin_config(self._ds, "portal").get("funding_notice")
        return str(own or _("The network was built by partners of Erasmus+ projects since 2014."))

    @staticmethod
    def offer(code: str) -> str:
        """An invitation to read the page in the language `code`, in that language."""
        with speaking(code):
            return _("Read this page in English")

    def absolute(self, request: Any, address: str) -> str:
        """`address` with scheme and host, as a page elsewhere must name it."""
        return str(self._ds.absolute_url(request, str(address)))

    @property
    def publisher(self) -> dict[str, str]:
        return {"title": "", "path": ""} | self.catalogue.publisher

    @property
    def licence(self) -> dict[str, str]:
        return {"title": "", "path": ""} | self.catalogue.licence

    def asset(self, name: str) -> str:
        """Address of a static file. It changes when any of them does, for scripts import others."""
        return str(self._ds.urls.path(f"/assets/{digest(self._static)}/{name}"))

    def _metadata(self, key: str) -> str:
        value: Any = compat.metadata(self._ds).get(key)
        return str(value) if value else ""


@lru_cache
def digest(folder: Path) -> str:
    """What changes with the name or content of any file of `folder`."""
    whole = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return whole.hexdigest()[:12]
