"""How to cite what an address shows: as text, as BibTeX, and as CSL-JSON.

Library items and articles are works of their own, which are cited themselves: what others published
beside our record of it, which says only where they were found.

A citation of records names the publisher, what was selected, the version of the data and only then
the day on which it was looked at: with the version at hand anyone can see the same records again,
with the day alone nobody can. Authors are institutions; no person is named.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
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
from portal.query import Filter, Selection
from portal.record import WORKS, Record

#: How an address names one record.
_BY_KEY = ("id", "exact")


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
        return _entry("misc", self.key, fields)

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


@dataclass(frozen=True)
class Work:
    """A library item or an article, cited itself, in the same three forms."""

    record: Record
    #: Our record of it.
    found: Citation

    @property
    def is_ours(self) -> bool:
        """Whether it was published here and nowhere else."""
        return not self.record.values.get("url")

    @property
    def text(self) -> str:
        """`The Office (2019). A report. https://…`, as far as it is known."""
        first, *title = filter(None, (", ".join(self.authors), self.record.label))
        dated = f"{first} ({day(self._date)})." if self._date else _ended(first)
        return " ".join([dated, *map(_ended, title), self.address])

    @property
    def bibtex(self) -> str:
        publisher = "institution" if self._bibtex_type == "techreport" else "publisher"
        fields = {
            "author": " and ".join(f"{{{_escaped(author)}}}" for author in self.authors),
            "title": f"{{{_escaped(self.record.label)}}}",
            publisher: _escaped(self.publisher),
            **dict(zip(("year", "month"), map(str, self.issued), strict=False)),
            "note": _escaped(self.note),
            "url": _address(self.address),
        }
        return _entry(self._bibtex_type, self.key, fields)

    @property
    def csl(self) -> dict[str, Any]:
        """One item of CSL-JSON."""
        item = {
            "id": self.key,
            "type": self._csl_type,
            "title": self.record.label,
            "author": [{"literal": author} for author in self.authors],
            "publisher": self.publisher,
            "issued": _date(*self.issued) if self.issued else None,
            "language": self.record.language,
            "note": self.note,
            "URL": self.address,
        }
        return {name: value for name, value in item.items() if value}

    @property
    def authors(self) -> list[str]:
        """The organisations behind it: by their records if it is ours, else who published it."""
        named = self.record.names.get("authors", ()) if self.is_ours else ()
        return [one.label for one in named] or [self.publisher] * bool(self.publisher)

    @property
    def publisher(self) -> str:
        return str(self.record.values.get("publisher") or "")

    @property
    def address(self) -> str:
        return self.found.address if self.is_ours else str(self.record.values["url"])

    @property
    def note(self) -> str:
        """Where it was found; of a text of ours, in which version and under which licence."""
        found = self.found
        if self.is_ours:
            return f"In: {found.known.title}, version {found.version}. {found.licence}"
        return f"Found through: {found.known.title}, {found.address}"

    @property
    def key(self) -> str:
        return self.record.key

    @property
    def issued(self) -> list[int]:
        """Year, month and day, as far as they are known."""
        return [int(part) for part in self._date.split("-")] if self._date else []

    @property
    def _date(self) -> str:
        values = self.record.values
        return str(values.get("published") or values.get("year") or "")

    @property
    def _bibtex_type(self) -> str:
        """A report of somebody, at a time: what BibTeX asks of one. Anything else has no rules."""
        is_report = self.record.values.get("kind") == "report" and self.publisher and self.issued
        return "techreport" if is_report else "misc"

    @property
    def _csl_type(self) -> str:
        if self.record.table.name == "articles":
            return "post-weblog" if self.is_ours else "webpage"
        of_kinds = {"report": "report", "digital-tool": "software"}
        return of_kinds.get(self.record.values["kind"], "document")


def cited_work(record: Record, found: Citation) -> Work | None:
    """Cite what the record is of, `found` in our record of it; None where that is no work."""
    return Work(record, found) if record.table.name in WORKS else None


def entries(found: Citation, work: Work | None) -> list[Citation | Work]:
    """What a bibliography should hold of one record: the work and our record of it.

    Of an article of ours these are the same.
    """
    if work is None:
        return [found]
    return [work] if work.is_ours else [work, found]


def bibtex(cited: Iterable[Citation | Work]) -> str:
    """A BibTeX file."""
    return "\n".join(one.bibtex for one in cited)


def csl_json(cited: Iterable[Citation | Work]) -> str:
    """A CSL-JSON file, which is a list of items."""
    return json.dumps([one.csl for one in cited], ensure_ascii=False, indent=2) + "\n"


def only_work(selection: Selection) -> str | None:
    """The key of the one record that a list of works is narrowed to by nothing but that key."""
    keys = [item.values for item in selection.filters if (item.column, item.operator) == _BY_KEY]
    if selection.table not in WORKS or len(keys) != 1 or len(keys[0]) != 1:
        return None
    by_key = Selection(selection.table, (Filter(*_BY_KEY, keys[0]),))
    return keys[0][0] if replace(selection, view=()) == by_key else None


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


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{key},", *lines, "}", ""])


def _ended(text: str) -> str:
    """`text` as a sentence, which ends with a mark."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(letter, letter) for letter in text)


def _address(address: str) -> str:
    """An address as BibTeX takes it, word for word, without what would end the field."""
    return "".join(f"%{ord(letter):02X}" if letter in "{}\\ " else letter for letter in address)


def _date(*parts: int) -> dict[str, Any]:
    return {"date-parts": [list(parts)]}
