"""Find support: what fits a country, a stage and a need, in order, counted as the lists count."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from datasette.app import Datasette
from portal_fixtures import publish

from portal.app import create_datasette
from portal.calendar_days import today
from portal.catalogue import catalogue
from portal.support import status_words

IN_TEN_DAYS = (today() + timedelta(days=10)).isoformat()
IN_A_YEAR = (today() + timedelta(days=365)).isoformat()
LAST_WEEK = (today() - timedelta(days=7)).isoformat()


def programme(key: str, **known: Any) -> dict[str, Any]:
    return {
        "id": key,
        "name": key.replace("-", " "),
        "country": key[:2].upper() if key[2] == "-" else key[:3].upper(),
        "kind": "grant",
        "status": "unknown",
        "source_url": "https://example.org/p",
    } | known


def organisation(key: str, **known: Any) -> dict[str, Any]:
    return {
        "id": key,
        "name": key.replace("-", " "),
        "country": key[:2].upper() if key[2] == "-" else key[:3].upper(),
        "kind": "network",
        "offer": ["advice"],
        "source_url": "https://example.org/o",
    } | known


PROGRAMMES = [
    programme("lt-unknown"),
    programme("lt-closed", status="closed"),
    programme("lt-too-late", deadline=LAST_WEEK),
    programme("lt-every-year", status="annual"),
    programme("lt-round-over", status="annual", deadline=LAST_WEEK),
    programme("lt-always", status="open-ended"),
    programme("lt-next-year", deadline=IN_A_YEAR),
    programme("lt-soon", status="annual", deadline=IN_TEN_DAYS, stages=["start", "growth"]),
    programme("lt-idea", stages=["idea"], kind="voucher"),
    programme("eu-always", status="open-ended"),
    programme("de-always", status="open-ended", kind="training-programme"),
]
ORGANISATIONS = [
    organisation("lt-adviser", city="Vilnius", latitude=54.69, longitude=25.28, precision="place",
                 geometry={"type": "Point", "coordinates": [25.28, 54.69]}),
    organisation("lt-starters", stages=["start"], offer=["grants", "advice"]),
    organisation("lt-ideas", stages=["idea"], offer=["grants"]),
    organisation("lt-speaker", offer=["advocacy"]),
    organisation("lv-room", offer=["workspace"], checked_on="2026-01-01"),
    organisation("int-everywhere", offer=["networking", "grants"]),
    organisation("de-script", name="<script>alert(1)</script> & \u202eתרבות"),
    *(organisation(f"pl-{number:02}", offer=["training"]) for number in range(25)),
]  # fmt: skip


@pytest.fixture(scope="module")
def supporters(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    records = {"programmes": PROGRAMMES, "organisations": ORGANISATIONS}
    return create_datasette(publish(tmp_path_factory.mktemp("supporters"), records))


async def page(portal: Datasette, query: str = "", status: int = 200) -> BeautifulSoup:
    response = await portal.client.get(f"/support{query}")
    assert response.status_code == status, response.text
    return BeautifulSoup(response.text, "html.parser")


def section(html: BeautifulSoup, table: str) -> Tag:
    found = html.select_one(f"section[aria-labelledby=kind-{table}]")
    assert found
    return found


def found(html: BeautifulSoup, table: str) -> list[str]:
    """Keys of the records shown of a table, closed ones left aside."""
    links = section(html, table).select(".cards a")
    return [str(a["href"]).rpartition("/")[2] for a in links if not a.find_parent("details")]


def counted(html: BeautifulSoup) -> dict[tuple[str, str], int]:
    """What stands beside each choice of the form."""
    return {
        (str(line.input["name"]), str(line.input["value"])): int(line.select_one(".count").text)
        for line in html.select(".support-form label")
    }


def totals_of_parts(html: BeautifulSoup) -> list[tuple[str, int]]:
    """What the records of each part have in common, and how many there are."""
    organisations = [
        (title.text, int(number.text))
        for title in html.select("section[aria-labelledby=kind-organisations] .support-part")
        if (number := title.select_one(".count"))
    ]
    programmes = [
        (line.span.text, int(re.findall(r"\d+", line.a.text)[0]))
        for line in html.select("section[aria-labelledby=kind-programmes] .support-list")
        if line.span and line.a
    ]
    return organisations + programmes


async def test_open_programmes_come_first_and_closed_ones_are_folded(supporters: Datasette):
    html = await page(supporters, "?country=LT")
    assert found(html, "programmes") == [
        "lt-soon",
        "lt-next-year",
        "lt-always",
        "eu-always",
        "lt-every-year",
        "lt-round-over",
        "lt-idea",
        "lt-unknown",
    ]
    closed = section(html, "programmes").select_one("details")
    assert closed
    assert "2 programmes closed or over" in closed.summary.text
    assert [a["href"] for a in closed.select(".cards a")] == [
        "/baltic/programmes/lt-closed",
        "/baltic/programmes/lt-too-late",
    ]


async def test_what_one_can_apply_to_comes_before_all_that_is_not_known(supporters: Datasette):
    """Also where the unknown one says the asked stage and the open one does not."""
    html = await page(supporters, "?country=LT&stage=idea")
    assert found(html, "programmes") == [
        "lt-next-year",
        "lt-always",
        "eu-always",
        "lt-idea",
        "lt-every-year",
        "lt-round-over",
        "lt-unknown",
    ]
    programmes = section(html, "programmes")
    titles = [" ".join(title.text.split()) for title in programmes.select("h3")]
    assert titles[:2] == ["One can apply now 3", "Every year, or not known 4"]
    groups = [" ".join(title.text.split()) for title in programmes.select("h4.support-group")]
    assert groups[:4] == [
        "Lithuania, not said for which stage 2",
        "Across countries, not said for which stage 1",
        "Lithuania, meant for: Idea 1",
        "Lithuania, not said for which stage 3",
    ]
    assert "What one can apply to now comes first" in programmes.text


async def test_that_none_is_known_to_be_open_is_said(tmp_path: Path):
    portal = create_datasette(publish(tmp_path, {"programmes": [programme("lt-one")]}))
    programmes = section(await page(portal, "?country=LT"), "programmes")
    assert "Of none of them is it known that one can apply now" in programmes.text
    assert [title.text.split(" 1")[0] for title in programmes.select("h3")] == [
        "Every year, or not known"
    ]


async def test_the_numbers_of_countries_and_of_the_answer_agree(supporters: Datasette):
    html = await page(supporters, "?country=LT&need=money")
    own = counted(html)["country", "LT"]
    told = html.select_one("#count + .count")
    assert told
    assert told.text == f"Lithuania: {own}. Across countries: 2."
    heading = html.select_one("#count")
    assert heading
    assert sum(map(int, re.findall(r"\d+", heading.text))) == own + 2
    assert not (await page(supporters, "?need=space")).select_one("#count + .count")


async def test_what_works_across_countries_comes_last_and_says_so(supporters: Datasette):
    html = await page(supporters, "?country=LT&need=money")
    organisations = section(html, "organisations")
    assert found(html, "organisations") == ["lt-ideas", "lt-starters", "int-everywhere"]
    titles = [re.sub(r"\s+", " ", h.text.strip()) for h in organisations.select("h3")]
    assert titles == ["Lithuania 2", "Across countries 1"]
    assert "Works across countries" in organisations.select(".card")[-1].text
    assert "Works across countries" not in organisations.select(".card")[0].text


async def test_another_stage_is_left_out_and_none_comes_after_the_asked_one(supporters: Datasette):
    html = await page(supporters, "?country=LT&stage=start")
    assert found(html, "organisations") == [
        "lt-starters",
        "lt-adviser",
        "lt-speaker",
        "int-everywhere",
    ]
    titles = [h.text for h in section(html, "organisations").select("h3")]
    assert "Lithuania, meant for: First years" in titles[0]
    assert "Lithuania, not said for which stage" in titles[1]
    assert "lt-idea" not in found(html, "programmes")
    hint = html.select_one(".support-stage .quiet")
    assert hint
    assert "do not say for which stage they are" in hint.text


@pytest.mark.parametrize("left, words", [
    (0, "Apply today"), (1, "1 day left"), (2, "2 days left"), (60, "60 days left"),
    (61, "Apply by"),
])  # fmt: skip
async def test_the_days_left_are_told_when_they_are_few(
    supporters: Datasette, left: int, words: str
):
    known = catalogue(supporters)
    assert known
    on, status = date(2026, 11, 24), known.tables["programmes"].columns["status"]
    record = {"status": "unknown", "deadline": (on + timedelta(days=left)).isoformat()}
    told = status_words(record, status, on)
    assert words in told
    assert ("left" in told) == (0 < left <= 60)


async def test_words_and_order_agree_on_what_is_closed(tmp_path: Path):
    records = [
        programme(f"lt-{number}", status=status, deadline=deadline, period=period)
        for number, (status, deadline, period) in enumerate(
            product(
                ("annual", "open-ended", "closed", "unknown"),
                (None, LAST_WEEK, IN_TEN_DAYS),
                (None, "2016", "from 2018"),
            )
        )
    ]
    portal = create_datasette(publish(tmp_path, {"programmes": records}))
    response = await portal.client.get("/baltic/programmes?_size=100")
    cards = BeautifulSoup(response.text, "html.parser").select(".card .support-status")
    over = [card.text == "Closed" or card.text.startswith(("Closed: ", "Ran ")) for card in cards]
    assert len(over) == len(records)
    assert over == sorted(over), "all that is over comes last"
    folded = section(await page(portal, "?country=LT"), "programmes").summary
    assert folded
    assert folded.text.split()[0] == str(sum(over))


@pytest.mark.parametrize("period, years", [
    ("2016", "2016"), ("2012-2016", "2012–2016"), ("2015–2017", "2015–2017"),
    ("2022, 2024", "2022, 2024"),
])  # fmt: skip
async def test_of_past_years_alone_it_is_said_that_more_is_not_known(
    tmp_path: Path, period: str, years: str
):
    portal = create_datasette(
        publish(tmp_path, {"programmes": [programme("lt-one", period=period)]})
    )
    for path in ("/support?country=LT", "/baltic/programmes", "/countries/lt"):
        html = BeautifulSoup((await portal.client.get(path)).text, "html.parser")
        told = html.select_one(".support-status")
        assert told
        assert told.text == f"Ran {years}; not known whether it will again"
    assert section(await page(portal, "?country=LT"), "programmes").select("details .card")


@pytest.mark.parametrize(
    "period", ["from 2018", "2016-", "2016–", f"2020-{today().year}", str(today().year + 1),
               "December 2024", "autumn 2020", "since 2013", None],
)  # fmt: skip
async def test_what_may_go_on_stays_not_known(tmp_path: Path, period: str | None):
    portal = create_datasette(
        publish(tmp_path, {"programmes": [programme("lt-one", period=period)]})
    )
    html = await page(portal, "?country=LT")
    (card,) = section(html, "programmes").select(".card")
    assert "Not known whether one can still apply" in card.text
    assert not card.find_parent("details")


async def test_a_round_that_is_over_is_closed_for_now(supporters: Datasette):
    html = await page(supporters, "?country=LT")
    card = next(c for c in html.select(".card") if "lt-round-over" in str(c))
    assert "Closed for now" in card.text
    assert "every year" in card.text


@pytest.mark.parametrize(
    "query",
    ["?country=LT", "?need=money", "?country=LT&stage=start", "?country=LT&country=LV&need=advice",
     "?stage=idea&stage=growth&need=money&need=training", "?country=EU", "?country=PL"],
)  # fmt: skip
async def test_every_number_is_that_of_a_list(supporters: Datasette, query: str):
    html = await page(supporters, query)
    total = 0
    links = html.select("#results .support-list > a")
    assert links
    for link in links:
        address, _, choice = str(link["href"]).partition("?")
        answer = await supporters.client.get(f"{address}.json?{choice}&_shape=array&_size=max")
        number = int(re.search(r"\d+", link.text)[0])  # type: ignore[index]
        assert len(answer.json()) == number
        total += number
    told = html.select_one("#results h2")
    assert told
    assert sum(map(int, re.findall(r"\d+", told.text))) == total


@pytest.mark.parametrize(
    "query", ["", "?country=LT", "?need=money&stage=idea", "?country=PL&need=money"]
)
async def test_a_count_beside_a_choice_is_what_one_gets(supporters: Datasette, query: str):
    """Of countries and stages their own; what is across countries or silent comes beside."""
    for (name, value), count in counted(await page(supporters, query)).items():
        kept = [pair for pair in query.removeprefix("?").split("&") if pair]
        others = [pair for pair in kept if not pair.startswith(f"{name}=")]
        html = await page(supporters, "?" + "&".join([*others, urlencode({name: value})]))
        parts = totals_of_parts(html)
        if name == "country":
            got = sum(number for title, number in parts if "Across countries" not in title)
        elif name == "stage":
            got = sum(number for title, number in parts if "eant for" in title)
        else:
            heading = html.select_one("#count")
            assert heading
            got = sum(map(int, re.findall(r"\d+", heading.text)))
        assert got == count, (name, value)


async def test_ten_are_shown_and_the_list_has_them_all(supporters: Datasette):
    html = await page(supporters, "?country=PL")
    own = [key for key in found(html, "organisations") if key.startswith("pl-")]
    assert own == [f"pl-{number:02}" for number in range(10)]
    link = html.find("a", string=re.compile("All 25 organisations"))
    assert link
    assert link["href"] == "/baltic/organisations?country=PL"
    assert "nofollow" in link["rel"]


async def test_where_nothing_fits_one_may_leave_something_out(supporters: Datasette):
    html = await page(supporters, "?need=space&country=DE")
    assert "Nothing in this directory fits" in html.text
    links = {a.text: str(a["href"]) for a in html.select(".zero-results a")}
    assert links == {
        "Without “Country: Germany”: 1 record": "/support?need=space",
        "Without “Need: Space”: 4 records": "/support?country=DE",
        "Begin anew": "/support",
    }
    for words, address in list(links.items())[:2]:
        other = await page(supporters, address.removeprefix("/support"))
        told = re.findall(r"\d+", other.select_one("#count").text)  # type: ignore[union-attr]
        assert re.findall(r"(\d+) record", words) == [str(sum(map(int, told)))]


async def test_a_country_without_its_own_says_so(supporters: Datasette):
    html = await page(supporters, "?country=SE")
    assert "None of the country itself fits" in section(html, "organisations").text


async def test_without_a_choice_the_five_needs_are_explained(supporters: Datasette):
    html = await page(supporters)
    needs = html.select(".support-needs li")
    assert [need.h3.text for need in needs] == ["Money", "Advice", "Training", "Space", "Partners"]
    assert "Grants, loans, investment" in needs[0].text
    assert "10 programmes" in needs[0].text
    assert "3 organisations" in needs[0].text
    tiles = {a.span.text: a.strong.text for a in html.select(".tiles a")}
    assert tiles == {"Germany": "2", "Latvia": "1", "Lithuania": "13", "Poland": "25",
                     "European Union": "1", "International": "1"}  # fmt: skip
    assert list(tiles)[-2:] == ["European Union", "International"]
    assert not html.select_one("#results")


async def test_the_map_is_of_the_organisations_found(supporters: Datasette):
    html = await page(supporters, "?country=LT&need=advice")
    config = json.loads(html.select_one("#map-config").text)  # type: ignore[union-attr]
    assert config["data"] == "/baltic/organisations.map"
    assert config["query"] == "country=EU&country=INT&country=LT&needs=advice"
    picture = html.select_one("#drawn-map")
    assert picture
    assert str(picture["src"]).endswith(config["query"])
    assert (await supporters.client.get(str(picture["src"]))).status_code == 200
    assert "1 organisation on the map" in html.text
    assert not (await page(supporters, "?country=LT&need=money")).select_one("#map")


async def test_how_old_it_may_be_is_said(supporters: Datasette):
    html = await page(supporters, "?country=LT")
    assert "not yet confirmed by the partner" in html.text
    html = await page(supporters, "?country=LV")
    assert "1 of these records has been confirmed by the partner" in html.text


@pytest.mark.parametrize(
    "query",
    ["?country=XX", "?need=x", "?stage=%00", "?need=%FF", "?foo=1", "?country__not=LT",
     "?_sort=name", "?_view=table", "?country=" + "9" * 10_000, "?need='%20or%201=1", "?need=🚲",
     "?need=%3C/script%3E", "?country=%E2%80%AElt", "?%22=1", "?foo", "?country=lt", "?need=a=b"],
)  # fmt: skip
async def test_what_is_not_known_is_refused_in_words(supporters: Datasette, query: str):
    html = await page(supporters, query, status=400)
    words = html.select_one(".error-words")
    assert words
    assert len(words.text) > 20
    assert "</script>" not in str(words)


async def test_the_codes_are_told_where_one_is_unknown(supporters: Datasette):
    html = await page(supporters, "?need=moneys", status=400)
    words = html.select_one(".error-words")
    assert words
    assert "Did you mean money?" in words.text


async def test_a_field_without_a_choice_is_no_choice(supporters: Datasette):
    html = await page(supporters, "?country=&need=")
    assert html.select(".support-needs")


async def test_the_plain_page_alone_is_for_search_engines(supporters: Datasette):
    plain = await supporters.client.get("/support")
    assert "noindex" not in plain.text
    assert "x-robots-tag" not in plain.headers
    assert 'hreflang="pl"' in plain.text
    filtered = await supporters.client.get("/support?need=money&country=LT")
    assert '<meta name="robots" content="noindex">' in filtered.text
    assert filtered.headers["x-robots-tag"] == "noindex"
    assert (
        'rel="canonical" href="http://localhost/support?country=LT&amp;need=money"' in filtered.text
    )


def linked_data(html: BeautifulSoup) -> dict[str, Any]:
    """What schema.org is told of the page itself."""
    text = html.select_one('script[type="application/ld+json"]')
    assert text
    about: dict[str, Any] = json.loads(text.text)["@graph"][0]
    return about


async def test_linked_data_tell_what_was_found(supporters: Datasette):
    html = await page(supporters, "?country=DE")
    about = linked_data(html)
    assert about["@type"] == "CollectionPage"
    listed = about["mainEntity"]
    assert listed["@type"] == "ItemList"
    assert listed["numberOfItems"] == 4
    assert [item["position"] for item in listed["itemListElement"]] == [1, 2, 3, 4]
    third = listed["itemListElement"][2]
    assert third["url"] == "http://localhost/baltic/organisations/de-script"
    assert third["item"]["name"] == "<script>alert(1)</script> & \u202eתרבות"
    assert "<script>alert" not in str(html)
    assert linked_data(await page(supporters))["@type"] == "WebPage"


@pytest.mark.parametrize("query", ["", "?country=LT&need=money&stage=start", "?need=space"])
async def test_links_keep_the_language(supporters: Datasette, query: str):
    response = await supporters.client.get(f"/lt/support{query}")
    html = BeautifulSoup(response.text, "html.parser")
    main = html.select_one("main")
    assert main
    targets = [str(a["href"]) for a in main.select("a[href^='/']")] + [str(main.form["action"])]
    assert targets
    assert all(target.startswith("/lt/") for target in targets)


async def test_an_empty_directory_says_so(empty_portal: Datasette):
    html = await page(empty_portal)
    assert html.text.count("None known yet.") == 5
    assert "Nothing in this directory fits" in (await page(empty_portal, "?country=LT")).text


async def test_a_table_that_is_kept_from_the_public_keeps_the_page_from_it(
    supporters: Datasette, tmp_path: Path
):
    settings = tmp_path / "metadata.yml"
    settings.write_text("databases: {baltic: {tables: {programmes: {allow: false}}}}")
    database = Path(supporters.get_database("baltic").path)
    portal = create_datasette(database, metadata=settings)
    assert (await portal.client.get("/support")).status_code == 403


def library_item(key: str, kind: str = "course", **known: Any) -> dict[str, Any]:
    return {"id": key, "title": key, "kind": kind, "url": "https://example.org/l",
            "source_url": "https://example.org/l"} | known  # fmt: skip


def event(key: str, country: str, start: str) -> dict[str, Any]:
    return {"id": key, "name": key, "country": country, "start": start, "online": False,
            "language": "lt", "source_url": "https://example.org/e"}  # fmt: skip


@pytest.fixture(scope="module")
def teachers(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    records = {
        "organisations": [organisation("lt-adviser", offer=["advice", "training"])],
        "library": [
            library_item("for-officials", "guide", audiences=["public-bodies"], countries=["LT"]),
            library_item("for-founders", audiences=["founders"]),
            library_item("for-founders-here", "guide", audiences=["founders"], countries=["LT"]),
            library_item("for-enterprises", "teaching-material", audiences=["enterprises"]),
            library_item("broken", audiences=["founders"], broken_since="2026-01-01"),
            library_item("a-report", "report", audiences=["founders"], countries=["LT"]),
        ],
        "events": [
            *(event(f"lt-{day}", "LT", f"2099-05-1{day}") for day in range(4)),
            event("lt-past", "LT", "2019-05-30"),
            event("lv-next", "LV", "2099-05-01"),
        ],
    }
    return create_datasette(publish(tmp_path_factory.mktemp("teachers"), records))


def beside(html: BeautifulSoup, table: str) -> list[str]:
    return [link.text for link in html.select(f"section[aria-labelledby=beside-{table}] li a")]


@pytest.mark.parametrize("query", ["?country=LT", "?country=LT&need=training&need=money"])
async def test_courses_stand_beside_where_one_may_want_to_learn(teachers: Datasette, query: str):
    html = await page(teachers, query)
    assert beside(html, "library") == ["for-founders-here", "for-founders", "for-enterprises"]
    link = html.find("a", string="All 5 in the list")
    assert link
    answer = await teachers.client.get(str(link["href"]).replace("?", ".json?_shape=array&"))
    assert len(answer.json()) == 5


async def test_no_courses_stand_beside_what_is_no_training(teachers: Datasette):
    html = await page(teachers, "?country=LT&need=advice")
    assert not beside(html, "library")


async def test_the_next_events_of_the_countries_stand_beside(teachers: Datasette):
    html = await page(teachers, "?country=LT&need=advice")
    assert beside(html, "events") == ["lt-0", "lt-1", "lt-2"]
    link = html.find("a", string="All 4 in the list")
    assert link
    assert link["href"] == "/baltic/events?country=LT&_when=coming"
    assert not beside(await page(teachers, "?country=EE"), "events")
    assert not beside(await page(teachers, "?need=advice"), "events")


async def test_courses_are_offered_also_where_nothing_fits(teachers: Datasette):
    html = await page(teachers, "?country=SE")
    assert "Nothing in this directory fits" in html.text
    assert beside(html, "library")


async def test_nothing_of_a_library_kept_from_the_public_stands_beside(
    teachers: Datasette, tmp_path: Path
):
    settings = tmp_path / "metadata.yml"
    settings.write_text("databases: {baltic: {tables: {library: {allow: false}}}}")
    database = Path(teachers.get_database("baltic").path)
    html = await page(create_datasette(database, metadata=settings), "?country=LT")
    assert not beside(html, "library")
    assert beside(html, "events")


async def test_the_real_records_are_found(real_portal: Datasette):
    html = await page(real_portal)
    numbers = counted(html)
    assert numbers["country", "LT"] > 20
    assert all(numbers["need", need] > 0 for need in ("money", "advice", "training", "space"))
    assert found(await page(real_portal, "?country=LT&need=money"), "programmes")
