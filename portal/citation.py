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
from datetime import date
from pathlib import Path
from typing import Any

from portal.catalogue import Catalogue
from portal.language import day
from portal.language import gettext as _


@dataclass(frozen=True)
class Citation:
    """One citation in three forms."""

    text: str
    bibtex: str
    #: One item of CSL-JSON: https://github.com/citation-style-language/schema
    csl: dict[str, Any]

    @property
    def csl_json(self) -> str:
        """The item as a file, which is a list of items."""
        return json.dumps([self.csl], ensure_ascii=False, indent=2) + "\n"


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

    `version` is `data_version`. The text is in the reader's language.
    """
    title = " ".join(title_words.split())
    cited = _Cited(known, title, address, today, version)
    return Citation(_text(cited), _bibtex(cited), _csl(cited))


@dataclass(frozen=True)
class _Cited:
    known: Catalogue
    title: str
    address: str
    today: date
    version: str

    @property
    def publisher(self) -> str:
        return self.known.publisher.get("title", "")

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


def _text(cited: _Cited) -> str:
    return _(
        "%(publisher)s: %(title)s. From: %(collection)s, version %(version)s. Retrieved on "
        "%(day)s from %(address)s. Licence: %(licence)s."
    ) % {
        "publisher": cited.publisher,
        "title": cited.title,
        "collection": cited.known.title,
        "version": cited.version,
        "day": day(cited.today.isoformat()),
        "address": cited.address,
        "licence": cited.known.licence.get("title", ""),
    }


def _bibtex(cited: _Cited) -> str:
    fields = {
        # In braces of its own, an institution is no first and last name, a title keeps capitals.
        "author": f"{{{_escaped(cited.publisher)}}}",
        "title": f"{{{_escaped(cited.title)}}}",
        "howpublished": _escaped(f"Data set, from: {cited.known.title}"),
        "publisher": _escaped(cited.publisher),
        **dict(zip(("year", "month"), map(str, cited.issued), strict=False)),
        "version": _escaped(cited.version),
        "note": _escaped(f"Version {cited.version}. {cited.known.licence.get('title', '')}"),
        "url": _address(cited.address),
        "urldate": cited.today.isoformat(),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@misc{{{cited.key},", *lines, "}", ""])


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


def _csl(cited: _Cited) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": cited.key,
        "type": "dataset",
        "title": cited.title,
        "container-title": cited.known.title,
        "author": [{"literal": cited.publisher}],
        "publisher": cited.publisher,
        "version": cited.version,
        # The schema has no property for a licence, and allows none of our own.
        "note": f"Licence: {cited.known.licence.get('title', '')}",
        "URL": cited.address,
        "accessed": _date(cited.today.year, cited.today.month, cited.today.day),
    }
    if cited.issued:
        item["issued"] = _date(*cited.issued)
    return item


def _date(*parts: int) -> dict[str, Any]:
    return {"date-parts": [list(parts)]}
