"""Records that look like one and the same thing entered twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from build.findings import Findings
from build.fold import fold
from build.schema import Table
from build.validate import Record

#: Legal forms around the Baltic, folded; they tell two records of one name apart for no one.
_LEGAL_FORMS = frozenset(
    "ab aps as a s asociacija biedriba e v ev eg ek for fonden forening fundacja gag ggmbh gmbh is "
    "i s kb mb mtu nodibinajums ou oy oyj ry rf rs sa sia sihtasutus smba sp z o o spoldzielnia "
    "socjalna stiftelse stiftelsen stowarzyszenie ug uab vsi zs".split()
)
_PARENTHESES = re.compile(r"\([^)]*\)")
_ACRONYM = re.compile(r"\(([A-ZÄÖÜÕÅÆØŁŚŽŠČĒĀĪŪ]{3,10})\)")
_NUMERAL = re.compile(r"[0-9]+|[ivx]+")
#: Names are compared with this many neighbours in alphabetical order, so that time grows with the
#: number of records and not with its square.
_NEIGHBOURS = 4
#: rapidfuzz's ratio from which two names of the same town count as one.
_SIMILAR = 92.0


@dataclass(frozen=True, slots=True)
class _Candidate:
    country: str
    name: str
    city: str
    #: What would be equal if it were the same thing: its website, and its name in several forms.
    marks: frozenset[str]
    record: str
    file: str
    line: int
    label: str


Pair = tuple[_Candidate, _Candidate]


def watch_for_duplicates(
    table: Table, records: Iterable[Record], findings: Findings
) -> Iterator[Record]:
    """Yield all `records` unchanged, then add a warning for each that looks like an earlier one.

    Compared are records of one country whose towns do not differ: by website, by name without
    legal form, accents and case, by acronym, by other name, and by nearly equal names.
    """
    seen: list[_Candidate] = []
    for record in records:
        if table.id_prefix and "name" in table.by_name:
            seen.append(_candidate(table, record))
        yield record
    told: set[str] = set()
    for first, second in [*_same_mark(seen), *_similar_name(seen)]:
        if second.record in told or (first.city and second.city and first.city != second.city):
            continue
        told.add(second.record)
        tell = findings.at(table.name, second.file, second.line, second.record)
        message = f"It looks like “{first.label}” ({first.file}:{first.line}); is it entered twice?"
        tell("warning", "probable-duplicate", message, field="name", value=second.label)


def _candidate(table: Table, record: Record) -> _Candidate:
    values = record.values
    name: str = values["name"]
    site = urlsplit(values.get("website") or "")
    forms = {_core(name), _core(_PARENTHESES.sub(" ", name)), _core(values.get("name_alt") or "")}
    marks = forms | {acronym.lower() for acronym in _ACRONYM.findall(name)}
    marks.add(site.netloc.removeprefix("www.") + site.path.rstrip("/"))
    return _Candidate(
        country=values[table.id_prefix or table.key],
        name=_core(name),
        city=fold(values.get("city") or ""),
        marks=frozenset(marks - {""}),
        record=values[table.key],
        file=record.file,
        line=record.line,
        label=name,
    )


def _core(name: str) -> str:
    """The name folded, without words of legal form if others remain."""
    words = fold(name).split()
    return " ".join([word for word in words if word not in _LEGAL_FORMS] or words)


def _same_mark(seen: list[_Candidate]) -> Iterator[Pair]:
    first_with: dict[tuple[str, str], _Candidate] = {}
    for candidate in seen:
        for mark in sorted(candidate.marks):
            first = first_with.setdefault((candidate.country, mark), candidate)
            if first is not candidate:
                yield first, candidate


def _similar_name(seen: list[_Candidate]) -> Iterator[Pair]:
    in_order = sorted(seen, key=attrgetter("country", "name"))
    for index, second in enumerate(in_order):
        for first in in_order[max(0, index - _NEIGHBOURS) : index]:
            if (
                first.country == second.country
                and fuzz.ratio(first.name, second.name, score_cutoff=_SIMILAR)
                and _numbers(first) == _numbers(second)
            ):
                yield first, second


def _numbers(candidate: _Candidate) -> set[str]:
    """Figures and Roman numerals in the name: “Fund I” and “Fund II” are two things."""
    return {word for word in candidate.name.split() if _NUMERAL.fullmatch(word)}
