"""Finding partners: who could match whom across borders, and why."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from datasette.app import Datasette
from portal_fixtures import publish

from portal.app import create_datasette
from portal.area import distance_km
from portal.catalogue import Catalogue
from portal.conditions import prepare
from portal.partners import SHOWN, TABLES, Matches, matches

CODES = ("joint-projects", "study-visits", "trade", "funding", "people")
SECTORS = ("recycling-and-reuse", "arts-and-culture")


def enterprise(key: str, **known: Any) -> dict[str, Any]:
    return {
        "id": key,
        "name": key.upper(),
        "country": key[:2].upper(),
        "sector": "recycling-and-reuse",
        "source_url": "https://example.org/e",
    } | known


def organisation(key: str, **known: Any) -> dict[str, Any]:
    return enterprise(key) | {"kind": "network"} | known


def at(latitude: float, longitude: float) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [longitude, latitude]}
    return {"latitude": latitude, "longitude": longitude, "precision": "place", "geometry": point}


RECORDS: dict[str, list[dict[str, Any]]] = {
    "enterprises": [
        enterprise("dk-bybi", seeks=["study-visits", "trade"], offers=["experience"],
                   **at(55.68, 12.57)),
        enterprise("dk-near", offers=["study-visits", "trade"], seeks=["experience"]),
        enterprise("se-near", offers=["study-visits"], **at(55.6, 13.0)),
        enterprise("fi-far", offers=["study-visits"], **at(60.17, 24.94)),
        enterprise("fi-arts", offers=["study-visits"], sector="arts-and-culture",
                   **at(55.6, 13.0)),
        enterprise("pl-both", offers=["trade"], seeks=["experience"], sector="arts-and-culture"),
        enterprise("lt-two", offers=["study-visits", "trade"]),
        enterprise("lt-wants", seeks=["experience"]),
        enterprise("lt-other", seeks=["funding"], offers=["people"]),
        enterprise("lv-silent"),
        enterprise("ee-alone", offers=["space-and-equipment"]),
        enterprise("no-script", name="<script>alert(1)</script> \u202eתרבות",
                   seeks=["space-and-equipment"]),
    ],
    "organisations": [
        organisation("int-both", country="INT", offers=["study-visits", "trade"],
                     seeks=["experience"]),
        organisation("de-gives", offers=["trade"]),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("seekers"), RECORDS)


@pytest.fixture(scope="module")
def seekers(database: Path) -> Datasette:
    return create_datasette(database)


class Directory:
    """All records of a published database, and who matches them."""

    def __init__(self, path: Path) -> None:
        self.known = Catalogue.read(path)
        self._connection = sqlite3.connect(path)
        prepare(self._connection)

    def records(self) -> list[tuple[str, dict[str, Any]]]:
        rows = []
        for name in TABLES:
            cursor = self._connection.execute(f"select * from {name}")
            columns = [column[0] for column in cursor.description]
            rows += [(name, dict(zip(columns, row, strict=True))) for row in cursor]
        return rows

    def matches(self, table: str, key: str) -> Matches:
        values = next(v for name, v in self.records() if (name, v["id"]) == (table, key))
        found = matches(self._connection, self.known, self.known.tables[table], values)
        assert found
        return found

    def close(self) -> None:
        self._connection.close()


def test_the_best_come_first(database: Path):
    with closing(Directory(database)) as directory:
        found = directory.matches("enterprises", "dk-bybi")
    assert [match.key for match in found.shown] == [
        "int-both",  # both ways, three things
        "pl-both",  # both ways, two things
        "lt-two",  # two things
        "se-near",  # one thing, the same sector, 28 km
        "fi-far",  # the same, farther away
        "lt-wants",  # the same, not on the map
    ]
    assert found.count == 8
    best, nearest = found.shown[0], found.shown[3]
    assert (best.gives, best.takes) == (("study-visits", "trade"), ("experience",))
    assert nearest.sector == "recycling-and-reuse"
    assert nearest.km == pytest.approx(distance_km(55.68, 12.57, 55.6, 13.0))


def test_only_tables_that_may_be_seen_are_looked_through(database: Path):
    with closing(Directory(database)) as directory:
        tables = directory.known.tables
        seen = {name: tables[name] for name in tables if name != "organisations"}
        directory.known = replace(directory.known, tables=seen)
        found = directory.matches("enterprises", "dk-bybi")
    assert {match.table.name for match in found.shown} == {"enterprises"}
    assert {selection.table for selection in found.lists} == {"enterprises"}
    assert found.count == 6


def test_a_record_that_says_nothing_has_no_matches(database: Path):
    with closing(Directory(database)) as directory:
        found = directory.matches("enterprises", "lv-silent")
    assert found.is_silent
    assert found == Matches({"seeks": (), "offers": ()})


@pytest.mark.parametrize("seed", range(5))
def test_matches_are_those_that_a_look_at_all_pairs_finds(tmp_path: Path, seed: int):
    random = Random(seed)

    def some() -> list[str] | None:
        return random.sample(CODES, random.randint(1, 3)) if random.random() < 0.6 else None

    countries = cycle(("dk", "se", "lt", "lv"))
    records = {
        name: [
            make(f"{next(countries)}-{name}-{number}", seeks=some(), offers=some(),
                 sector=random.choice(SECTORS),
                 **(at(random.uniform(54, 60), random.uniform(10, 25)) if number % 2 else {}))
            for number in range(30)
        ]
        for name, make in (("enterprises", enterprise), ("organisations", organisation))
    }  # fmt: skip
    everyone = [(name, one) for name in TABLES for one in records[name]]
    with closing(Directory(publish(tmp_path, records))) as directory:
        found = {
            (name, one["id"]): directory.matches(name, str(one["id"])) for name, one in everyone
        }
    for name, one in everyone:
        expected = []
        for other_name, other in everyone:
            gives = {*(other["offers"] or ())} & {*(one["seeks"] or ())}
            takes = {*(other["seeks"] or ())} & {*(one["offers"] or ())}
            if other["country"] == one["country"] or not (gives or takes):
                continue
            same = name == other_name == "enterprises" and other["sector"] == one["sector"]
            km = float("inf")
            if "latitude" in one and "latitude" in other:
                km = distance_km(
                    one["latitude"], one["longitude"], other["latitude"], other["longitude"]
                )
            order = (not (gives and takes), -len(gives) - len(takes), not same, round(km, 6))
            expected.append((order, other["name"], other_name, other["id"]))
        got = found[name, one["id"]]
        assert got.count == len(expected)
        assert [match.key for match in got.shown] == [e[-1] for e in sorted(expected)[:SHOWN]]
        for match in got.shown:
            assert match.country != one["country"]
            back = found[match.table.name, match.key]
            if mirror := next((m for m in back.shown if m.key == one["id"]), None):
                assert {*mirror.gives} == {*match.takes}
                assert {*mirror.takes} == {*match.gives}
            else:
                assert back.count > SHOWN, "it matches back, but others match better"


async def page(portal: Datasette, path: str, status: int = 200) -> BeautifulSoup:
    response = await portal.client.get(path)
    assert response.status_code == status, response.text
    return BeautifulSoup(response.text, "html.parser")


async def partners_of(portal: Datasette, path: str) -> BeautifulSoup:
    """The part of a record's page that tells who could match."""
    html = await page(portal, path)
    (section,) = html.select("section.partners")
    return BeautifulSoup(re.sub(r"\s+", " ", str(section)), "html.parser")


async def test_a_record_s_page_tells_who_could_match_and_why(seekers: Datasette):
    section = await partners_of(seekers, "/baltic/enterprises/dk-bybi")
    assert "8 records in other countries" in section.text
    assert "The same country (Denmark) is left out" in section.text
    first = section.select("li")[0]
    assert first.a
    assert first.a["href"] == "/baltic/organisations/int-both"
    assert section.select(".partners-reason")[0].text.strip() == (
        "It offers what this record seeks: Study visits and staff exchange, Buying and selling. "
        "It seeks what this record offers: Exchange of experience."
    )
    near = section.select("li")[3].text
    for fact in ("Sweden", "the same sector", "about 28 km away"):
        assert fact in near


async def test_equal_reasons_are_told_once(seekers: Datasette):
    section = await partners_of(seekers, "/baltic/enterprises/dk-bybi")
    reasons = [reason.text.strip() for reason in section.select(".partners-reason")]
    assert len(reasons) == len(set(reasons)) == 5
    visits = "They offer what this record seeks: Study visits and staff exchange."
    assert visits in reasons
    group = section.select(".partners-reason")[reasons.index(visits)].find_next_sibling("ul")
    assert isinstance(group, Tag)
    assert [link.text for link in group.select("a")] == ["SE-NEAR", "FI-FAR"]


async def test_the_lists_below_hold_all_matches(seekers: Datasette):
    section = await partners_of(seekers, "/baltic/enterprises/dk-bybi")
    keys = set()
    for link in section.select("p a[href*='?']"):
        address, _, choice = str(link["href"]).partition("?")
        answer = await seekers.client.get(f"{address}.json?{choice}&_shape=array&_size=max")
        keys |= {record["id"] for record in answer.json()}
    assert len(keys) == 8
    assert not {key for key in keys if key.startswith("dk-")}


@pytest.mark.parametrize("path", ["enterprises/lv-silent"])
async def test_a_silent_record_says_so_and_how_to_change_it(seekers: Datasette, path: str):
    section = await partners_of(seekers, f"/baltic/{path}")
    assert "does not say yet what it seeks" in section.text
    assert not section.select("li")
    links = {a.text.strip(): a["href"] for a in section.select("a")}
    assert links == {
        "Its own people can have it added.": "https://socialenterprisebsr.net",
        "How finding partners works": "/partners",
    }


async def test_nobody_elsewhere_is_said_as_well(seekers: Datasette):
    section = await partners_of(seekers, "/baltic/enterprises/lt-other")
    assert "Nobody in another country says yet" in section.text


async def test_a_hostile_name_is_only_a_name(seekers: Datasette):
    section = await partners_of(seekers, "/baltic/enterprises/ee-alone")
    assert "<script>" not in str(section)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in str(section)
    section = await partners_of(seekers, "/baltic/enterprises/no-script")
    assert "<script>" not in str(section)


async def test_other_records_have_no_partners(portal: Datasette):
    html = await page(portal, "/baltic/events/summit")
    assert not html.select("section.partners")


async def test_the_page_counts_who_seeks_and_who_offers(seekers: Datasette):
    html = await page(seekers, "/partners")
    ways = {str(way.h3.text): way for way in html.select(".support-needs li")}
    assert len(ways) == 11
    links = {a.text.strip(): a["href"] for a in ways["Buying and selling"].select("a")}
    assert links == {
        "1 enterprise": "/baltic/enterprises?seeks=trade",
        "3 enterprises": "/baltic/enterprises?offers=trade",
        "2 organisations": "/baltic/organisations?offers=trade",
    }
    assert ways["Research and evaluation"].text.count("nobody yet") == 2
    assert "Nobody has said so yet" not in html.text


@pytest.mark.parametrize("query, expected", [
    ("code=trade&side=offers&country=", [("enterprises", 3), ("organisations", 2)]),
    ("code=trade&side=&country=DK",
     [("enterprises", 1), ("organisations", 0), ("enterprises", 1), ("organisations", 0)]),
    ("code=&side=seeks&country=LT", [("enterprises", 2), ("organisations", 0)]),
])  # fmt: skip
async def test_the_form_leads_to_lists(
    seekers: Datasette, query: str, expected: list[tuple[str, int]]
):
    html = await page(seekers, f"/partners?{query}")
    links = html.select("#results .support-list a")
    given = [(table, count) for table, count in expected if count]
    for link, (table, count) in zip(links, given, strict=True):
        assert re.findall(r"\d+", link.text) == [str(count)]
        names = link.find_previous("ul")
        assert isinstance(names, Tag)
        assert len(names.select("li")) == count
        address, _, choice = str(link["href"]).partition("?")
        assert address == f"/baltic/{table}"
        answer = await seekers.client.get(f"{address}.json?{choice}&_shape=array")
        assert len(answer.json()) == count


@pytest.mark.parametrize(
    "query", ["code=x", "side=both", "country=%00", "foo=1", "code__not=trade", "_sort=code",
              "code=%3Cscript%3E", "side=" + "s" * 10_000, "code=%FF"],
)  # fmt: skip
async def test_what_is_not_known_is_refused_in_words(seekers: Datasette, query: str):
    html = await page(seekers, f"/partners?{query}", status=400)
    words = html.select_one(".error-words")
    assert words
    assert len(words.text) > 20
    assert "<script>" not in str(words)


async def test_where_nobody_has_said_anything_the_page_says_so(portal: Datasette):
    html = await page(portal, "/partners")
    assert "Nobody has said so yet" in html.text
    assert "Suggest a correction" in html.text
    assert "nobody yet" not in html.text
    headings = [heading.text for heading in html.select("h2")]
    assert headings == ["How to take part", "Ways of working together"]
    html = await page(portal, "/partners?code=trade")
    assert html.select("#results")
    assert html.text.count("Nobody in this directory says so yet") == 1


@pytest.mark.parametrize("query, heading", [
    ("code=joint-projects&side=offers&country=LT",
     "Who offers it: Joint projects. Country: Lithuania"),
    ("code=trade&side=seeks", "Who seeks it: Buying and selling"),
    ("code=trade", "Who offers or seeks it: Buying and selling"),
    ("side=seeks&country=LT", "Who seeks something. Country: Lithuania"),
    ("country=LT&country=DK", "Who offers or seeks something. Country: Denmark or Lithuania"),
])  # fmt: skip
async def test_what_was_asked_for_is_said_as_a_sentence(
    seekers: Datasette, query: str, heading: str
):
    html = await page(seekers, f"/partners?{query}")
    told = html.select_one("#results-heading")
    assert told
    assert told.text == heading
    assert html.title
    assert html.title.text.startswith(heading)


async def test_the_first_ones_are_shown_with_country_and_what_they_say(seekers: Datasette):
    html = await page(seekers, "/partners?code=trade&side=offers")
    first = html.select_one("#results .neighbours li")
    assert first
    assert first.a
    assert first.a["href"] == "/baltic/enterprises/dk-near"
    assert " ".join(first.text.split()) == (
        "DK-NEAR Denmark Study visits and staff exchange, Buying and selling"
    )
    html = await page(seekers, "/partners?side=offers")
    assert len(html.select("#results .neighbours")[0].select("li")) == SHOWN


async def test_the_plain_page_alone_is_for_search_engines(seekers: Datasette):
    plain = await seekers.client.get("/partners")
    assert "noindex" not in plain.text
    filtered = await seekers.client.get("/partners?code=trade")
    assert '<meta name="robots" content="noindex">' in filtered.text
    assert filtered.headers["x-robots-tag"] == "noindex"


async def test_words_are_in_the_reader_s_language(seekers: Datasette):
    html = await page(seekers, "/da/partners?code=trade")
    assert "Køb og salg" in html.text
    main = html.select_one("main")
    assert main
    targets = [str(a["href"]) for a in main.select("a[href^='/']")] + [str(main.form["action"])]
    assert all(target.startswith("/da/") for target in targets)
