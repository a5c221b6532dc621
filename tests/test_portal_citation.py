"""Citations can be read by the programs they are for, whatever was searched for."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette
from portal_fixtures import publish

from portal.app import create_datasette
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


# Works that others published, and those of our own


SOURCE = {"source_url": "https://example.org/source"}
WORKS: dict[str, list[dict[str, Any]]] = {
    "organisations": [
        {"id": "dk-house", "name": "House & Co", "country": "DK", "kind": "network", **SOURCE},
        {"id": "dk-hut", "name": "Hut", "country": "DK", "kind": "network", **SOURCE},
    ],
    "library": [
        {"id": "report", "title": "A 100% {report}", "kind": "report", "publisher": "The Office",
         "year": 2019, "language": "da", "url": "https://example.org/a_b?c=1&d={2}", **SOURCE},
        {"id": "undated", "title": "What is it?", "kind": "report", "publisher": "Office e. V.",
         "url": "https://example.org/u", **SOURCE},
        {"id": "nameless", "title": "Nameless", "kind": "guide", "year": 2020,
         "url": "https://example.org/n", **SOURCE},
        {"id": "bare", "title": "Bare", "kind": "digital-tool", "url": "https://example.org/b",
         **SOURCE},
    ],
    "articles": [
        {"id": "elsewhere", "title": "Elsewhere", "published": "2018-06", "publisher": "The Paper",
         "url": "https://example.org/e", "authors": ["dk-house"], "language": "pl", **SOURCE},
        {"id": "own", "title": "Our own", "published": "2026-11-25", "publisher": "The network",
         "authors": ["dk-house", "dk-hut"], "body": "Text.", "language": "en", **SOURCE},
        {"id": "unsigned", "title": "Unsigned", "publisher": "The network", "body": "Text.",
         **SOURCE},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    return create_datasette(publish(tmp_path_factory.mktemp("works"), WORKS))


async def cited_on(works: Datasette, path: str) -> dict[str, str]:
    """Summary → citation, of all that the page of a record offers."""
    html = (await works.client.get(path)).text
    found = re.findall(
        r"<summary>(Cite[^<]*)</summary>\s*<p class=\"citation\"[^>]*>(.*?)</p>", html, flags=re.S
    )
    return {summary: unescape(words) for summary, words in found}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("library/report", "The Office (2019). A 100% {report}. https://example.org/a_b?c=1&d={2}"),
        ("library/undated", "Office e. V. What is it? https://example.org/u"),
        ("library/nameless", "Nameless (2020). https://example.org/n"),
        ("library/bare", "Bare. https://example.org/b"),
        ("articles/elsewhere", "The Paper (June 2018). Elsewhere. https://example.org/e"),
    ],
)
async def test_a_work_of_others_is_cited_before_our_record_of_it(
    works: Datasette, path: str, words: str
):
    found = await cited_on(works, f"/baltic/{path}")
    assert list(found) == ["Cite the work itself", "Cite this record of the directory"]
    assert found["Cite the work itself"] == words
    record = found["Cite this record of the directory"]
    assert "2026.11+test" in record
    assert f"http://localhost/baltic/{path}" in record


async def test_an_article_of_ours_is_cited_by_its_organisations_and_our_address(works: Datasette):
    address = "http://localhost/baltic/articles"
    assert await cited_on(works, "/baltic/articles/own") == {
        "Cite the article": f"House & Co, Hut (25 November 2026). Our own. {address}/own"
    }
    assert await cited_on(works, "/baltic/articles/unsigned") == {
        "Cite the article": f"The network. Unsigned. {address}/unsigned"
    }


async def test_what_is_no_work_is_cited_as_a_record(works: Datasette):
    assert list(await cited_on(works, "/baltic/organisations/dk-hut")) == ["Cite this record"]


async def entries(works: Datasette, address: str) -> list[dict[str, str]]:
    response = await works.client.get(address)
    assert response.status_code == 200, response.text
    return [fields_of(entry) for entry in re.split(r"\n(?=@)", response.text)]


async def test_bibtex_of_one_work_has_the_work_and_our_record_of_it(works: Datasette):
    work, record = await entries(works, "/baltic/library.bib?id=report")
    assert (work["entry"], work["key"]) == ("techreport", "report")
    assert work["author"] == "{The Office}", "an institution is one name"
    assert as_printed(work["title"]) == "A 100% {report}"
    assert (work["institution"], work["year"]) == ("The Office", "2019")
    assert work["url"] == "https://example.org/a_b?c=1&d=%7B2%7D"
    assert "http://localhost/baltic/library/report" in as_printed(work["note"])
    assert "urldate" not in work, "nobody looked at it today"
    assert record["version"] == "2026.11+test"
    assert record["url"] == "http://localhost/baltic/library/report"


@pytest.mark.parametrize(
    ("address", "kind", "fields"),
    [
        ("library.bib?id=undated", "misc", {"author", "title", "publisher", "note", "url"}),
        ("library.bib?id=bare", "misc", {"title", "note", "url"}),
        ("articles.bib?id=elsewhere", "misc",
         {"author", "title", "publisher", "year", "month", "note", "url"}),
    ],
)  # fmt: skip
async def test_bibtex_of_a_work_says_nothing_that_is_not_known(
    works: Datasette, address: str, kind: str, fields: set[str]
):
    work, _record = await entries(works, f"/baltic/{address}")
    assert work["entry"] == kind
    assert set(work) == fields | {"entry", "key"}


async def test_bibtex_of_an_article_of_ours_is_one_entry(works: Datasette):
    (work,) = await entries(works, "/baltic/articles.bib?id=own")
    assert work["author"] == r"{House \& Co} and {Hut}"
    assert (work["year"], work["month"]) == ("2026", "11")
    assert work["url"] == "http://localhost/baltic/articles/own"
    assert "2026.11+test" in work["note"]


@pytest.mark.parametrize(
    ("address", "kind", "issued"),
    [
        ("library.csl?id=report", "report", [2019]),
        ("library.csl?id=nameless", "document", [2020]),
        ("library.csl?id=bare", "software", None),
        ("articles.csl?id=elsewhere", "webpage", [2018, 6]),
        ("articles.csl?id=own", "post-weblog", [2026, 11, 25]),
    ],
)
async def test_csl_has_the_same(
    works: Datasette, address: str, kind: str, issued: list[int] | None
):
    work, *records = (await works.client.get(f"/baltic/{address}")).json()
    assert work["type"] == kind
    assert work.get("issued") == (issued and {"date-parts": [issued]})
    # https://github.com/citation-style-language/schema, schemas/input/csl-data.json
    allowed = "id type title author publisher issued language note URL".split()
    assert set(work) <= set(allowed)
    assert "accessed" not in work
    assert [record["type"] for record in records] == ["dataset"] * ("own" not in address)


@pytest.mark.parametrize(
    "query",
    ["", "?id=report&id=bare", "?id=report&kind=report", "?id=nothing", "?id=report&_search=a"],
)
async def test_lists_are_cited_as_selections_of_the_directory(works: Datasette, query: str):
    (one,) = await entries(works, f"/baltic/library.bib{query}")
    assert one["howpublished"].startswith("Data set")


async def test_an_author_that_is_kept_back_is_not_named(tmp_path: Path):
    settings = tmp_path / "metadata.yml"
    settings.write_text("databases: {baltic: {tables: {organisations: {allow: false}}}}")
    works = create_datasette(publish(tmp_path, WORKS), metadata=settings)
    (work,) = await entries(works, "/baltic/articles.bib?id=own")
    assert work["author"] == "{The network}"
    found = await cited_on(works, "/baltic/articles/own")
    assert found["Cite the article"].startswith("The network (25 November 2026).")


async def test_nonsense_is_not_cited(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises.bib?nope=1")
    assert response.status_code == 400
