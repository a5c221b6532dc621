"""The search of everything finds what people mean, wherever it stands, and says what it did."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from datasette.app import Datasette
from hypothesis import given, settings
from hypothesis import strategies as st
from portal_fixtures import publish
from test_search import HOSTILE

from portal.app import create_datasette
from portal.catalogue import Catalogue
from portal.errors import QueryError
from portal.site_search import (
    SECTIONS,
    SHOWN_ALONE,
    Asked,
    Group,
    Match,
    Results,
    find,
    question,
    read,
)

QUERIES = list(
    csv.DictReader((ROOT / "tests" / "site_search_queries.csv").open(encoding="utf-8", newline=""))
)
EVERYTHING = list(SECTIONS)


class Directory:
    """A published database, asked through the function."""

    def __init__(self, path: Path) -> None:
        self.known = Catalogue.read(path)
        self.connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)

    def ask(self, text: str, **choice: tuple[str, ...]) -> Results:
        return find(self.connection, self.known, EVERYTHING, Asked(text, **choice))

    def read(self, query: str) -> Asked:
        return read(query, question(self.known, EVERYTHING))


def groups(results: Results) -> list[Group]:
    """As the page shows them."""
    return ([results.best] if results.best else []) + results.groups


def hits(results: Results) -> list[str]:
    return [name_of(group, hit) for group in groups(results) for hit in group.hits]


def name_of(group: Group, hit: dict[str, Any]) -> str:
    return f"{group.section}/{hit.get('code') or hit['id']}"


@pytest.fixture(scope="module")
def real(real_database: Path) -> Iterator[Directory]:
    directory = Directory(real_database)
    yield directory
    directory.connection.close()


@pytest.mark.parametrize("case", QUERIES, ids=lambda case: case["query"])
def test_what_people_type_finds_first_what_they_mean(real: Directory, case: dict[str, str]) -> None:
    results = real.ask(case["query"])
    section, _, expected = case["expected"].partition("/")
    column, _, value = expected.rpartition(":")
    if section == "nothing":
        assert hits(results) == []
        return
    group = groups(results)[0]
    shown = group.hits[0].get(column) if column else name_of(group, group.hits[0])
    assert (group.section, shown) == (section, value if column else case["expected"]), case["why"]


@pytest.mark.parametrize("case", QUERIES, ids=lambda case: case["query"])
async def test_the_page_shows_first_what_is_found_first(
    real: Directory, real_portal: Datasette, case: dict[str, str]
) -> None:
    page = await seen(real_portal, {"q": case["query"]})
    assert [str(hit["data-hit"]) for hit in page.select("[data-hit]")] == hits(
        real.ask(case["query"])
    )
    assert bool(page.select(".zero-results")) == (case["expected"] == "nothing")


def test_there_are_queries_for_every_section() -> None:
    assert len(QUERIES) >= 60
    assert {case["expected"].partition("/")[0] for case in QUERIES} == {*SECTIONS, "nothing"}


async def seen(portal: Datasette, asked: Any, language: str = "") -> BeautifulSoup:
    response = await portal.client.get(f"{language}/search?{urlencode(asked, doseq=True)}")
    assert response.status_code == 200, response.text
    assert response.headers["x-robots-tag"] == "noindex"
    return BeautifulSoup(response.text, "html.parser")


SOURCE = {"source_url": "https://example.org/"}
RECORDS: dict[str, list[dict[str, Any]]] = {
    "enterprises": [
        {"id": "dk-lanternen", "name": "Lanternen", "country": "DK", "sector": "arts-and-culture",
         "summary": "Makes lamps of old bottles."},
        {"id": "pl-latarnia", "name": "Latarnia", "country": "PL", "sector": "arts-and-culture",
         "name_alt": "The Lighthouse", "summary": "A house of culture named Lanternen by some."},
        {"id": "lt-sviesa", "name": "Šviesa", "country": "LT", "city": "Lanternen",
         "sector": "arts-and-culture"},
        {"id": "lt-twin-1", "name": "Twin", "country": "LT", "sector": "arts-and-culture"},
    ],
    "organisations": [
        {"id": "dk-lantern-fund", "name": "Lanternen Fund", "country": "DK", "kind": "funder"},
        {"id": "lt-twin-2", "name": "Twin", "country": "LT", "kind": "network"},
        {"id": "se-abo", "name": "Åbo", "country": "SE", "kind": "network"},
    ],
    "programmes": [
        {"id": "lv-lanternan", "name": "Lanternan", "country": "LV", "kind": "grant",
         "status": "closed"},
    ],
    "events": [
        {"id": "2024-lights", "name": "Lights", "start": "2024-05-30", "country": "DK",
         "online": False, "summary": "Held by the people of Lanternen.", "venue": "Moonhouse"},
    ],
    "library": [
        {"id": "about-lamps", "title": "About lamps", "kind": "guide", "language": "en",
         "countries": ["DK", "LT"], "url": "https://example.org/"},
        {"id": "lamps-two", "title": "More lamps", "kind": "guide", "language": "en",
         "countries": ["DK"], "url": "https://example.org/"},
        {"id": "weaving", "title": "A whole course about weaving", "kind": "course",
         "summary": "Weaving from the first thread to large looms.",
         "url": "https://example.org/"},
        {"id": "weaving-1", "title": "Weaving 1", "kind": "course", "part_of": "weaving",
         "position": 1, "url": "https://example.org/"},
        {"id": "weaving-2", "title": "Weaving looms", "kind": "course", "part_of": "weaving",
         "position": 2, "url": "https://example.org/"},
    ],
    "articles": [
        {"id": "lamps", "title": "On lamps", "publisher": "We", "language": "en",
         "countries": ["DK", "LT"],
         "summary": "Of a moonhause.",
         "body": "# First\n\nNothing here.\n\nA **zeppelin** of [light](https://example.org/).\n"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def own_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    records = {table: [SOURCE | row for row in rows] for table, rows in RECORDS.items()}
    return publish(tmp_path_factory.mktemp("lamps"), records)


@pytest.fixture(scope="module")
def own(own_database: Path) -> Iterator[Directory]:
    directory = Directory(own_database)
    yield directory
    directory.connection.close()


@pytest.fixture(scope="module")
def own_portal(own_database: Path) -> Datasette:
    return create_datasette(own_database)


def test_groups_are_ordered_by_their_best_hit(own: Directory) -> None:
    results = own.ask("lanternen")
    assert (
        results.best and name_of(results.best, results.best.hits[0]) == "enterprises/dk-lanternen"
    )
    assert [group.section for group in results.groups] == ["organisations", "enterprises", "events"]
    assert [group.matches for group in results.groups] == [
        [Match.NAME], [Match.SUBJECT, Match.TEXT], [Match.TEXT],
    ]  # fmt: skip


def test_of_equal_best_hits_the_others_decide_and_not_their_number(own: Directory) -> None:
    results = own.ask("lamps")
    assert [group.section for group in results.groups] == ["library", "articles", "enterprises"]
    assert [group.matches[0] for group in results.groups] == [Match.NAME, Match.NAME, Match.TEXT]
    assert own.ask("lamps", countries=("LT",)).groups[0].section == "articles"


def test_parts_stand_after_the_whole_unless_they_are_the_better_hit(own: Directory) -> None:
    assert hits(own.ask("weaving")) == [
        "library/weaving", "library/weaving-1", "library/weaving-2",
    ]  # fmt: skip
    assert hits(own.ask("weaving looms")) == ["library/weaving-2", "library/weaving"]


def test_a_whole_comes_first_however_many_of_its_parts_are_hits(tmp_path: Path) -> None:
    whole = {"id": "yarn", "title": "All about the making of any yarn " * 5, "kind": "course"}
    parts = [
        {"id": f"yarn-{n:02}", "title": "Yarn", "kind": "course", "part_of": "yarn", "position": n}
        for n in range(30)
    ]
    records = [SOURCE | {"url": "https://example.org/"} | row for row in (whole, *parts)]
    directory = Directory(publish(tmp_path, {"library": records}))
    assert hits(directory.ask("making yarn")) == ["library/yarn"]
    found = directory.ask("yar")
    assert hits(found)[0] == "library/yarn"
    assert len(hits(found)) == SHOWN_ALONE
    directory.connection.close()


def test_the_best_hit_is_not_repeated_but_counted(own: Directory) -> None:
    results = own.ask("lanternen")
    assert hits(results).count("enterprises/dk-lanternen") == 1
    assert (results.of_section["enterprises"], results.total) == (3, 5)


def test_two_records_of_one_name_are_no_best_hit(own: Directory) -> None:
    results = own.ask("twin")
    assert results.best is None
    assert hits(results) == ["enterprises/lt-twin-1", "organisations/lt-twin-2"]
    chosen = own.ask("twin", sections=("organisations",))
    assert chosen.best and hits(chosen) == ["organisations/lt-twin-2"]


def test_another_name_is_a_whole_name(own: Directory) -> None:
    assert own.ask("the lighthouse").best


def test_what_had_to_be_corrected_gives_way(own: Directory) -> None:
    assert hits(own.ask("lanternan")) == ["programmes/lv-lanternan"]
    assert own.ask("lanternan").of_section["enterprises"] == 0
    chosen = own.ask("lanternan", sections=("enterprises",))
    assert hits(chosen) == []


def test_a_correction_of_fewer_letters_wins(own: Directory) -> None:
    results = own.ask("lanternnen")
    assert results.agreed
    assert results.agreed.corrected == (("lanternnen", "Lanternen"),)
    assert results.best is None
    assert {group.section for group in results.groups} == {"enterprises", "organisations", "events"}


def test_what_gave_way_is_offered_where_the_word_stands_in_texts_alone(own: Directory) -> None:
    results = own.ask("moonhause")
    assert hits(results) == ["articles/lamps"]
    (other,) = results.others
    assert (other.text, other.query, other.count) == ("Moonhouse", "q=Moonhouse", 1)
    assert own.ask("lanternan").others == []


def test_a_short_word_is_no_beginning_where_it_is_a_word(own: Directory) -> None:
    assert hits(own.ask("Åbo")) == ["organisations/se-abo"]


@pytest.mark.parametrize("text", ["DK", "Denmark", "danmark", "Dänemark", "Дания", "TAANI"])
def test_a_country_is_found_by_any_of_its_names(own: Directory, text: str) -> None:
    assert hits(own.ask(text))[0] == "countries/DK"


@pytest.mark.parametrize("text", ["no", "is", "by", "Cameroon", "France", "Denmark lamps", "EU"])
def test_words_and_countries_without_a_page_find_none(own: Directory, text: str) -> None:
    assert own.ask(text).of_section["countries"] == 0


def test_counts_say_what_one_would_get(real: Directory) -> None:
    for text in ("social", "danmark", "gdansk", "recyling", "lamps"):
        whole = real.ask(text)
        for section, count in whole.of_section.items():
            assert real.ask(text, sections=(section,)).total == count
        for country, count in whole.of_country.items():
            assert real.ask(text, countries=(country,)).total == count
        assert whole.total == whole.everywhere == sum(whole.of_section.values())


def test_choices_of_one_kind_widen_and_of_two_kinds_narrow(own: Directory) -> None:
    both = own.ask("lamps", countries=("DK", "LT"))
    assert {*hits(both)} == {
        "library/about-lamps", "library/lamps-two", "articles/lamps", "enterprises/dk-lanternen",
    }  # fmt: skip
    assert hits(own.ask("lamps", countries=("LT",), sections=("library",))) == [
        "library/about-lamps"
    ]
    assert both.of_country["DK"] == 4


async def test_a_group_leads_to_its_list_with_the_same_hits(
    real: Directory, real_portal: Datasette
) -> None:
    asked = {"q": "socialøkonomi", "country": ["DK", "LT"]}
    page = await seen(real_portal, asked)
    sections = page.select("section.hits")
    assert len(sections) > 3
    for section in sections:
        first = str(section.select_one("[data-hit]")["data-hit"])  # type: ignore[index]
        link = section.select("a")[-1]
        assert link["rel"] == ["nofollow"]
        response = await real_portal.client.get(str(link["href"]))
        listed = BeautifulSoup(response.text, "html.parser")
        shown = [f"{first.partition('/')[0]}/{card['data-id']}" for card in listed.select(".card")]
        assert first == shown[0]
        count = str(listed.select_one("#count").text).split()[0]  # type: ignore[union-attr]
        assert count == section.h2.span.text  # type: ignore[union-attr]


async def test_five_hits_of_each_group_are_shown_and_twenty_of_one(real_portal: Datasette) -> None:
    for asked, most in (({"q": "social"}, 5), ({"q": "social", "section": "events"}, 20)):
        page = await seen(real_portal, asked)
        shown = [len(section.select(".card")) for section in page.select("section.hits")]
        assert max(shown) == most


async def test_the_choice_is_a_form(own_portal: Datasette) -> None:
    page = await seen(own_portal, {"q": "lamps", "section": "library", "country": ["LT", "DK"]})
    form = page.select_one("form#everything")
    assert form
    assert form["action"] == "/search"
    boxes = page.select("input[form=everything]")
    assert {str(box["name"]) for box in boxes} == {"section", "country"}
    assert {str(box["value"]) for box in boxes if box.has_attr("checked")} == {
        "library", "DK", "LT",
    }  # fmt: skip
    texts = {str(box["value"]): box.parent.select_one(".count").text for box in boxes}  # type: ignore[union-attr]
    assert (texts["library"], texts["LT"], texts["DK"], texts["events"]) == ("2", "1", "2", "0")


async def test_what_is_chosen_is_said_and_can_be_left_out(own_portal: Datasette) -> None:
    page = await seen(own_portal, {"q": "lamps", "section": "library", "country": ["LT", "DK"]})
    count = page.select_one("#count")
    assert count
    assert " ".join(count.text.split()) == (
        "2 hits for “lamps” · Section: Library · Country: Denmark or Lithuania"
    )
    assert "Search: lamps; Section: Library; Country: Denmark or Lithuania" in page.title.text  # type: ignore[union-attr]
    chips = {str(link.text): str(link["href"]) for link in page.select(".chips a")}
    assert chips == {
        "Remove: Section: Library ×": "/search?q=lamps&country=DK&country=LT",
        "Remove: Country: Lithuania ×": "/search?q=lamps&section=library&country=DK",
        "Remove: Country: Denmark ×": "/search?q=lamps&section=library&country=LT",
        "All sections and countries": "/search?q=lamps",
    }
    assert not (await seen(own_portal, {"q": "lamps"})).select(".chips")


async def test_a_choice_without_any_hit_is_kept_for_the_next_search(own_portal: Datasette) -> None:
    page = await seen(own_portal, {"q": "qwertyuiop", "country": "LT"})
    assert page.select(".chips")
    assert page.select_one("form#everything input[name=country]")["value"] == "LT"  # type: ignore[index]


async def test_one_jumps_to_each_group(own_portal: Datasette) -> None:
    page = await seen(own_portal, {"q": "lanternen"})
    links = page.select(".on-this-page a")
    assert [str(link["href"]) for link in links] == [
        "#in-organisations", "#in-enterprises", "#in-events",
    ]  # fmt: skip
    assert all(page.select(str(link["href"])) for link in links)
    counts = [str(count.text) for count in page.select(".on-this-page .count")]
    assert counts == [str(heading.text) for heading in page.select(".hits h2 .count")]
    assert not (await seen(own_portal, {"q": "zeppelin"})).select(".on-this-page")


@pytest.mark.parametrize(
    ("text", "codes"),
    [("Latvia Estonia", "EE LV"), ("Estland og Letland", "EE LV"), ("DK SE", "DK SE"),
     ("социальные предприятия Литва, Польша", "LT PL"), ("Poland, Polska", ""), ("Denmark", ""),
     ("no is by", ""), ("France Latvia", ""), ("Germany lamps Danmark Sverige", "DE DK SE")],
)  # fmt: skip
async def test_who_names_several_countries_is_offered_their_comparison(
    own: Directory, own_portal: Datasette, text: str, codes: str
) -> None:
    assert sorted(own.ask(text).compared) == codes.split()
    page = await seen(own_portal, {"q": text})
    links = [str(link["href"]) for link in page.select("a[href*=compare]")]
    expected = urlencode([("country", code) for code in codes.split()])
    assert links == ([f"/countries/compare?{expected}"] if codes else [])
    for link in links:
        assert (await own_portal.client.get(link)).status_code == 200


async def test_it_is_said_when_names_alone_were_searched(own_portal: Datasette) -> None:
    said = "only names were searched"
    assert said in (await seen(own_portal, {"q": "on"})).text
    assert said not in (await seen(own_portal, {"q": "on lamps"})).text


async def test_a_hit_says_why_it_was_found(own_portal: Datasette) -> None:
    page = await seen(own_portal, {"q": "zeppelin"})
    (card,) = page.select(".card")
    assert "A zeppelin of light." in card.text
    assert [mark.text for mark in card.select("mark")] == ["zeppelin"]
    page = await seen(own_portal, {"q": "moonhouse"})
    assert "Venue: Moonhouse" in page.select(".card")[0].text


async def test_a_correction_is_told(own_portal: Datasette) -> None:
    page = await seen(own_portal, {"q": "moonhuose"})
    assert "“moonhuose” is not in any record; these have “Moonhouse”." in page.text
    assert page.select(".card mark")[0].text == "Moonhouse"


async def test_nothing_found_says_what_was_tried_and_leads_on(real_portal: Datasette) -> None:
    page = await seen(real_portal, {"q": "Trello Bybi", "section": "library"})
    told = page.select_one(".zero-results")
    assert told
    assert "Looked through: Library." in told.text
    links = {str(link.text): str(link["href"]) for link in told.select("a")}
    assert links["Only “Trello”: 1 record"] == "/search?q=Trello&section=library"
    assert {str(link["href"]) for link in page.select(".tiles a")} >= {
        "/baltic/events", "/countries", "/baltic/library",
    }  # fmt: skip


async def test_each_word_alone_finds_as_many_as_is_told(
    real: Directory, real_portal: Datasette
) -> None:
    results = real.ask("Trello Bybi Gdańsk")
    assert len(results.alone) == 3
    for word in results.alone:
        assert real.ask(word.text).total == word.count
        (text,) = parse_qs(word.query)["q"]
        assert text == word.text


async def test_a_choice_without_hits_leads_back_to_all(own_portal: Datasette) -> None:
    page = await seen(own_portal, {"q": "zeppelin", "country": "SE"})
    link = page.find("a", string="In all sections and countries: 1 hit")
    assert link and link["href"] == "/search?q=zeppelin"  # type: ignore[index]
    page = await seen(own_portal, {"q": "zeppelin twin", "country": "SE"})
    assert page.find("a", string="Only “zeppelin”: 1 record")


async def test_without_words_the_page_tells_what_can_be_searched(real_portal: Datasette) -> None:
    for query in ("", "?q=", "?q=+", "?q=&section=&country="):
        response = await real_portal.client.get(f"/search{query}")
        page = BeautifulSoup(response.text, "html.parser")
        tiles = [str(link["href"]) for link in page.select(".tiles a")]
        assert tiles[len(SECTIONS) :] == ["/support", "/partners"]
        assert page.select("form#everything input[name=q]")
        for example in page.select(".plain a"):
            found = await real_portal.client.get(str(example["href"]))
            assert 'class="zero-results"' not in found.text


async def test_the_page_speaks_the_readers_language(real_portal: Datasette) -> None:
    page = await seen(real_portal, {"q": "tyskland"}, "/da")
    assert page.html and page.html["lang"] == "da"
    assert page.select_one(".best-hit a")["href"] == "/da/countries/de"  # type: ignore[index]
    links = [str(link["href"]) for link in page.select("main a")]
    assert links
    assert all(link.startswith(("/da/", "#")) for link in links)


async def test_search_engines_are_kept_out(own_portal: Datasette) -> None:
    page = await seen(own_portal, [("country", "DK"), ("q", " lamps "), ("section", "library")])
    assert page.select_one('meta[name="robots"]')["content"] == "noindex"  # type: ignore[index]
    canonical = str(page.select_one('link[rel="canonical"]')["href"])  # type: ignore[index]
    assert urlsplit(canonical).query == "q=lamps&section=library&country=DK"
    for link in page.select("main a[href*='?']"):
        assert link["rel"] == ["nofollow"]


@pytest.mark.parametrize(
    ("query", "words"),
    [("nope=1", "nope"), ("q=a&q=b", "q"), ("q=a&section=nope", "nope"),
     ("q=a&country=XX", "XX"), ("q=a&page=2", "page"), ("q=a&country__not=DK", "country__not"),
     ("q=a&_sort=name", "_sort"), ("q=%00", "control"), ("q=%ff", "UTF-8"),
     ("q=a&section=sources", "sources")],
)  # fmt: skip
async def test_what_is_not_understood_is_refused_in_words(
    own: Directory, own_portal: Datasette, query: str, words: str
) -> None:
    with pytest.raises(QueryError, match=words):
        own.read(query)
    response = await own_portal.client.get(f"/search?{query}")
    assert response.status_code == 400
    assert words in response.text


def test_an_address_is_read_back_as_it_is_written(own: Directory) -> None:
    asked = Asked("a & b=c “ü” +", ("events", "library"), ("DK", "LT"))
    assert own.read(asked.query()) == asked


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
async def test_no_input_is_an_error(own_portal: Datasette, text: str) -> None:
    began = perf_counter()
    query = quote(text, errors="surrogatepass")
    assert (await own_portal.client.get(f"/search?q={query}")).status_code in (200, 400)
    assert perf_counter() - began < 2


@given(text=st.text())
@settings(deadline=None)
def test_any_text_may_be_searched(own: Directory, text: str) -> None:
    assert own.ask(text).total >= 0


async def test_names_are_escaped(portal: Datasette) -> None:
    text = "<script>alert(1)</script> & Sønner"
    page = await seen(portal, {"q": text})
    assert page.select_one(".best-hit")
    assert "alert" not in "".join(script.text for script in page.select("script"))
    assert page.select_one(".best-hit h2").text == text  # type: ignore[union-attr]


async def test_an_empty_directory_is_searched_in_vain(empty_portal: Datasette) -> None:
    page = await seen(empty_portal, {"q": "bybi"})
    assert page.select(".zero-results")
    page = await seen(empty_portal, {"q": "Denmark"})
    assert page.select_one(".best-hit a")["href"] == "/countries/dk"  # type: ignore[index]


async def test_what_the_operator_keeps_from_the_public_is_not_searched(
    own_database: Path, tmp_path: Path
) -> None:
    settings = tmp_path / "metadata.yml"
    settings.write_text("databases: {baltic: {tables: {library: {allow: false}}}}")
    portal = create_datasette(own_database, metadata=settings)
    page = await seen(portal, {"q": "lamps"})
    assert [str(hit["data-hit"]) for hit in page.select("[data-hit]")] == [
        "articles/lamps", "enterprises/dk-lanternen",
    ]  # fmt: skip
    assert (await portal.client.get("/search?q=lamps&section=library")).status_code == 400


def test_a_search_of_the_real_data_is_quick(real: Directory) -> None:
    """It takes a few milliseconds; the limit leaves room for a busy machine."""
    for text in ("social", "danmark", "recyling", "Trello Bybi", "kaffe københavn"):
        began = perf_counter()
        real.ask(text)
        assert perf_counter() - began < 0.06, text
