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
class Section:
    """A section of the platform: its word in the menu, and its tables, the first one leading."""

    word: str
    tables: tuple[str, ...]


#: In the order of the header.
SECTIONS = (
    Section(N_("Enterprises"), ("enterprises",)),
    Section(N_("Calendar"), ("events",)),
    Section(N_("Blog"), ("articles",)),
    Section(N_("Library"), ("library",)),
    Section(N_("Support"), ("organisations", "programmes")),
)


class Site:
    """Known to all templates as `site`, those of Datasette's error pages included."""

    sections = SECTIONS

    def __init__(self, ds: Datasette, static: Path) -> None:
        self._ds = ds
        self._static = static

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
