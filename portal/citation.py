"""How to cite what an address shows: as text, as BibTeX, and as CSL-JSON.

A citation names the publisher, what was selected, the version of the data and only then the day on
which it was looked at: with the version at hand anyone can see the same records again, with the day
alone nobody can. Authors are institutions; no person is named.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import Request

from portal import answers, compat
from portal.catalogue import Catalogue, catalogue
from portal.language import day
from portal.language import gettext as _
from portal.links import with_mark
from portal.metadata import credited


@dataclass(frozen=True)
class Citation:
    """One citation, and the three forms it is given in. Words are in the reader's language."""

    known: Catalogue
    title: str
    #: Where the records are found, absolute.
    address: str
    #: The day on which they were looked at.
    today: date
    version: str

    @property
    def text(self) -> str:
        return _(
            "%(publisher)s: %(title)s. From: %(collection)s, version %(version)s. Retrieved on "
            "%(day)s from %(address)s. Licence: %(licence)s."
        ) % {
            "publisher": self.publisher,
            "title": self.title,
            "collection": self.known.title,
            "version": self.version,
            "day": day(self.today.isoformat()),
            "address": self.address,
            "licence": self.licence,
        }

    @property
    def bibtex(self) -> str:
        fields = {
            # In braces of its own an institution is no first and last name, a title keeps capitals.
            "author": f"{{{_escaped(self.publisher)}}}",
            "title": f"{{{_escaped(self.title)}}}",
            "howpublished": _escaped(f"Data set, from: {self.known.title}"),
            "publisher": _escaped(self.publisher),
            **dict(zip(("year", "month"), map(str, self.issued), strict=False)),
            "version": _escaped(self.version),
            "note": _escaped(f"Version {self.version}. {self.licence}"),
            "url": _address(self.address),
            "urldate": self.today.isoformat(),
        }
        lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
        return "\n".join([f"@misc{{{self.key},", *lines, "}", ""])

    @property
    def csl(self) -> dict[str, Any]:
        """One item of CSL-JSON: https://github.com/citation-style-language/schema"""
        item: dict[str, Any] = {
            "id": self.key,
            "type": "dataset",
            "title": self.title,
            "container-title": self.known.title,
            "author": [{"literal": self.publisher}],
            "publisher": self.publisher,
            "version": self.version,
            # The schema has no property for a licence, and allows none of our own.
            "note": f"Licence: {self.licence}",
            "URL": self.address,
            "accessed": _date(self.today.year, self.today.month, self.today.day),
        }
        if self.issued:
            item["issued"] = _date(*self.issued)
        return item

    @property
    def csl_json(self) -> str:
        """The item as a file, which is a list of items."""
        return json.dumps([self.csl], ensure_ascii=False, indent=2) + "\n"

    @property
    def publisher(self) -> str:
        return self.known.publisher.get("title", "")

    @property
    def licence(self) -> str:
        return self.known.licence.get("title", "")

    @property
    def key(self) -> str:
        """Names the record in a bibliography: the same for the same version and address."""
        told = hashlib.sha256(f"{self.version} {self.address}".encode()).hexdigest()[:8]
        issued = "-".join(f"{part:02}" for part in self.issued)
        return "-".join(filter(None, ("baltic", issued, told)))

    @property
    def issued(self) -> list[int]:
        """Year and month of the version, as far as it tells them; nothing is guessed."""
        match = re.match(r"(\d{4})(?:[.-](0?[1-9]|1[0-2])(?!\d))?", self.version)
        return [int(part) for part in match.groups() if part] if match else []


def cited_page(ds: Datasette, db: Database, title: str, address: str) -> Citation:
    """Cite what is found today in a database of ours at the absolute `address`."""
    known = credited(catalogue(ds, str(db.route)) or Catalogue(), compat.metadata(ds))
    version = data_version(known, db.path)
    return citation(known, title, address, datetime.now(UTC).date(), version)


def cited(ds: Datasette, request: Request, title: str) -> Citation:
    """Cite the records that a request is for, told by `title`, at the address of their page."""
    db, selection = answers.database(ds, request), request.scope["selection"]
    page = ds.urls.table(db.name, selection.table) + with_mark(selection.narrowing())
    return cited_page(ds, db, title, ds.absolute_url(request, page))


def data_version(known: Catalogue, file: str | Path | None) -> str:
    """`2026.11+02211fe75660`: the version the data package states, and the published file's hash.

    The file is named by its hash (`baltic-<hash>.db`), the one thing that tells two builds of the
    same edition apart.
    """
    content = Path(file).stem.rpartition("-")[2] if file else ""
    return "+".join(filter(None, (known.version, content)))


def citation(
    known: Catalogue, title_words: str, address: str, today: date, version: str
) -> Citation:
    """Cite the records that `title_words` tell, found at the absolute `address` on `today`.

    `version` is `data_version`.
    """
    return Citation(known, " ".join(title_words.split()), address, today, version)


_SPECIAL = {
    "\\": r"\textbackslash{}",
    # Not `\{`: BibTeX counts that brace too, and one without its other would end the entry.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{letter: "\\" + letter for letter in "%&#_$"},
}


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(letter, letter) for letter in text)


def _address(address: str) -> str:
    """An address as BibTeX takes it, word for word, without what would end the field."""
    return "".join(f"%{ord(letter):02X}" if letter in "{}\\ " else letter for letter in address)


def _date(*parts: int) -> dict[str, Any]:
    return {"date-parts": [list(parts)]}
