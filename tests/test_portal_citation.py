"""Citations can be read by the programs they are for, whatever was searched for."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from datasette.app import Datasette

from portal.catalogue import Catalogue, catalogue
from portal.citation import citation, data_version

ADDRESS = "https://example.org/baltic/enterprises?country=DK&name__contains=100%25_%7B"
DAY = date(2026, 11, 25)
TITLES = [
    "Social enterprises: Denmark or Sweden; “cykel”",
    r"100% of {braces} & #1 under_score $5 ~ ^ \input{/etc/passwd}",
    "}, author = {Nobody}",
    "{{{ \"quotes\" and 'more' @misc{x,",
    "Łódź, København, Žemaitija 🚲",
    "two\nlines\tand   spaces",
]


def fields_of(bibtex: str) -> dict[str, str]:
    """A small reader of BibTeX: braces count whatever stands before them, as in BibTeX itself."""
    kind = re.match(r"@(\w+)\{([A-Za-z0-9:-]+),", bibtex)
    assert kind, bibtex
    fields, at = {"entry": kind[1], "key": kind[2]}, kind.end()
    while name := re.compile(r"\s*(\w+)\s*=\s*\{").match(bibtex, at):
        depth, at = 1, name.end()
        start = at
        while depth:
            depth += {"{": 1, "}": -1}.get(bibtex[at], 0)
            at += 1
        fields[name[1]] = bibtex[start : at - 1]
        assert bibtex[at] == ","
        at += 1
    assert bibtex[at:].strip() == "}", bibtex[at:]
    return fields


def as_printed(text: str) -> str:
    """What TeX would print."""
    names = {"backslash": "\\", "braceleft": "<<", "braceright": ">>"}
    names |= {"asciitilde": "~", "asciicircum": "^"}
    assert not re.search(r"(?<!\\)[%&#_$~^]", text), "not escaped"
    text = re.sub(r"\\text(\w+?)\{\}", lambda match: names[match[1]], text)
    text = re.sub(r"\\([%&#_$])", r"\1", text.replace("{", "").replace("}", ""))
    return text.replace("<<", "{").replace(">>", "}")


@pytest.fixture
def known(portal: Datasette) -> Catalogue:
    found = catalogue(portal)
    assert found
    return found


@pytest.mark.parametrize("title", TITLES)
def test_bibtex_gives_every_title_back(known: Catalogue, title: str):
    cited = citation(known, title, ADDRESS, DAY, "2026.11+0a1b")
    fields = fields_of(cited.bibtex)
    assert as_printed(fields["title"]) == " ".join(title.split())
    assert fields["url"] == ADDRESS, "an address stays as it is"
    assert fields["author"] == f"{{{known.publisher['title']}}}", "an institution is one name"
    assert (fields["year"], fields["month"], fields["urldate"]) == ("2026", "11", "2026-11-25")
    assert "2026.11+0a1b" in fields["version"]
    assert "2026.11+0a1b" in fields["note"], "for styles that know no version"


def test_an_address_cannot_end_its_field(known: Catalogue):
    fields = fields_of(citation(known, "x", "http://h/}{ \\x", DAY, "1").bibtex)
    assert fields["url"] == "http://h/%7D%7B%20%5Cx"


@pytest.mark.parametrize("title", TITLES)
def test_csl_has_what_the_schema_asks_and_nothing_else(known: Catalogue, title: str):
    item = citation(known, title, ADDRESS, DAY, "2026.11+0a1b").csl
    # https://github.com/citation-style-language/schema, schemas/input/csl-data.json
    texts = {"id", "type", "title", "container-title", "publisher", "version", "note", "URL"}
    assert set(item) == texts | {"author", "issued", "accessed"}
    assert all(isinstance(item[name], str) for name in texts)
    assert item["type"] == "dataset"
    assert item["author"] == [{"literal": known.publisher["title"]}]
    assert item["issued"] == {"date-parts": [[2026, 11]]}
    assert item["accessed"] == {"date-parts": [[2026, 11, 25]]}


def test_the_text_names_the_version_before_the_day(known: Catalogue):
    text = citation(known, TITLES[0], ADDRESS, DAY, "2026.11+0a1b").text
    assert TITLES[0] in text
    assert text.index("2026.11+0a1b") < text.index("25 November 2026") < text.index(ADDRESS)
    assert "Creative Commons" in text


@pytest.mark.parametrize(
    ("version", "issued"),
    [("2026.11+ab", [2026, 11]), ("2026+ab", [2026]), ("3.1", None), ("2026.13", [2026])],
)
def test_the_date_of_issue_is_never_guessed(known: Catalogue, version: str, issued: Any):
    cited = citation(known, "x", ADDRESS, DAY, version)
    assert cited.csl.get("issued") == (issued and {"date-parts": [issued]})
    assert ("year" in fields_of(cited.bibtex)) == bool(issued)


def test_the_version_names_edition_and_file(known: Catalogue):
    assert data_version(known, "/x/versions/baltic-02211fe75660.db") == "2026.11+02211fe75660"


def test_another_version_or_view_has_another_key(known: Catalogue):
    keys = {
        citation(known, "x", address, DAY, version).csl["id"]
        for address in (ADDRESS, ADDRESS + "&city=x")
        for version in ("2026.11+a", "2026.11+b")
    }
    assert len(keys) == 4
    again = citation(known, "x", ADDRESS, date(2027, 1, 1), "2026.11+a").csl["id"]
    assert again in keys


async def test_equal_views_have_equal_citations(portal: Datasette):
    one = await portal.client.get("/baltic/enterprises.bib?country=DK&country=SE&_sort=founded")
    two = await portal.client.get("/baltic/enterprises.bib?country__in=SE,DK")
    assert one.text == two.text
    assert one.headers["content-type"].startswith("application/x-bibtex")
    fields = fields_of(one.text)
    assert fields["url"] == "http://localhost/baltic/enterprises?country=DK&country=SE"
    assert "Denmark" in fields["title"]
    assert fields["version"] == "2026.11+test"
    assert fields["urldate"] == datetime.now(UTC).date().isoformat()


async def test_csl_is_a_list_of_one(portal: Datasette):
    response = await portal.client.get("/baltic/articles.csl?language=en&_dl=on")
    assert response.headers["content-type"] == "application/vnd.citationstyles.csl+json"
    assert response.headers["content-disposition"] == 'attachment; filename="articles.csl"'
    (item,) = response.json()
    assert item["URL"] == "http://localhost/baltic/articles?language=en"
    assert "English" in item["title"]


async def test_nonsense_is_not_cited(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises.bib?nope=1")
    assert response.status_code == 400
