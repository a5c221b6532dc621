"""Countries: a page each with figures that are those of the lists, and a comparison of several."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from datasette.app import Datasette
from portal_fixtures import publish

from portal import charts
from portal.app import create_datasette
from portal.charts import Item

NETWORK = "BY DE DK EE FI IS LT LV NO PL RU SE".split()
HOSTILE = "</script><script>alert(1)</script>"


def enterprise(number: int, country: str, **others: Any) -> dict[str, Any]:
    return {
        "id": f"{country.lower()}-{number}",
        "name": f"{country} {number}",
        "country": country,
        "sector": "retail-and-trade",
        "source_url": f"https://{country.lower()}.example.org/{number}",
    } | others


def placed(precision: str) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [12.5, 55.7]}
    return {"latitude": 55.7, "longitude": 12.5, "precision": precision, "geometry": point}


def denmark() -> list[dict[str, Any]]:
    """Twelve: seven in retail, three in recycling, two in arts; more towns than are listed."""
    of_sector = ["recycling-and-reuse"] * 3 + ["arts-and-culture"] * 2 + ["retail-and-trade"] * 7
    records = [
        enterprise(number, "DK", sector=sector, city=f"Town {number}")
        for number, sector in enumerate(of_sector)
    ]
    records[0] |= {"founded": 1965, "legal_form": "forening"} | placed("place")
    records[1] |= {"founded": 1987, "legal_form": "forening"} | placed("region")
    records[2] |= {"founded": 1989, "legal_form": HOSTILE, "checked_on": "2026-01-01"}
    records[3] |= {"city": "תרבות & <b>", "registered_status": "Registered (RSV)"}
    return records


def support() -> dict[str, list[dict[str, Any]]]:
    source = {"source_url": "https://example.org/s"}
    return {
        "organisations": [
            {"id": "dk-zeal", "name": "Zeal", "country": "DK", "kind": "network"} | source,
            {"id": "dk-aid", "name": "Aid", "country": "DK", "kind": "funder"} | source,
            {"id": "eu-one", "name": "One", "country": "EU", "kind": "network"} | source,
            {"id": "int-two", "name": "Two", "country": "INT", "kind": "network"} | source,
        ],
        "programmes": [
            {"id": f"dk-{name}", "name": name, "country": "DK", "kind": "grant"} | more | source
            for name, more in {
                "over": {"status": "closed"},
                "soon": {"status": "annual", "deadline": "2099-03-31"},
                "passed": {"status": "annual", "deadline": "2020-01-31"},
            }.items()
        ],
        "events": [
            {"id": name, "name": name, "start": start, "country": country, "online": False}
            | {"language": "da"}
            | source
            for name, start, country in (
                ("next", "2099-05-30", "DK"),
                ("before", "2019-05-30", "DK"),
                ("long-ago", "2018-05-30", "LT"),
            )
        ],
        "articles": [
            {
                "id": "what-counts-as-a-social-enterprise",
                "title": "What counts",
                "published": "2026-03",
                "publisher": "We",
                "countries": ["DK", "LT"],
            }
            | source
        ],
        "library": [
            {
                "id": "report",
                "title": "A report",
                "kind": "report",
                "countries": ["DK"],
                "url": "https://example.org/r",
            }
            | source
        ],
    }


@pytest.fixture(scope="module")
def countries_portal(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    lithuania = [enterprise(number, "LT", founded=2000 + number) for number in range(21)]
    germany = [enterprise(1, "DE", sector="arts-and-culture")]
    records = {"enterprises": denmark() + lithuania + germany, **support()}
    return create_datasette(publish(tmp_path_factory.mktemp("countries"), records))


async def page(portal: Datasette, path: str, status: int = 200) -> BeautifulSoup:
    response = await portal.client.get(path)
    assert response.status_code == status, response.text
    return BeautifulSoup(response.text, "html.parser")


def text(tag: Tag | None) -> str:
    assert tag
    return " ".join(tag.get_text().split())


async def listed(portal: Datasette, link: Tag) -> int:
    """How many records the list has to which `link` leads."""
    list_page = await page(portal, str(link["href"]))
    found = re.match(r"[\d,]+", text(list_page.select_one("#count")))
    assert found
    return int(found[0].replace(",", ""))


@pytest.mark.parametrize("code", NETWORK)
async def test_every_country_of_the_network_has_a_page(countries_portal: Datasette, code: str):
    found = await page(countries_portal, f"/countries/{code.lower()}")
    index = await page(countries_portal, "/countries")
    assert text(index.select_one(f"a[href='/countries/{code.lower()}']")) == text(found.h1)


async def test_a_country_without_a_record_says_so(countries_portal: Datasette):
    found = await page(countries_portal, "/countries/is")
    assert "There are no enterprises of this country in this edition" in text(found.main)
    assert not found.select("main svg, #map")


async def test_an_empty_directory_has_pages_all_the_same(empty_portal: Datasette):
    for path in ("/countries", "/countries/dk", "/countries/compare?country=DK&country=LT"):
        found = await page(empty_portal, path)
        assert "Denmark" in text(found.main)


async def test_codes_in_capitals_lead_to_the_page(countries_portal: Datasette):
    for path, target in {
        "/countries/DK": "/countries/dk",
        "/countries/dK": "/countries/dk",
        "/lt/countries/DK": "/lt/countries/dk",
    }.items():
        response = await countries_portal.client.get(path, follow_redirects=False)
        assert (response.status_code, response.headers["location"]) == (301, target)


@pytest.mark.parametrize("code", ["xx", "au", "eu", "dk.json", "%00", "%3Cscript%3E", "d" * 5000])
async def test_other_countries_are_not_found_and_the_twelve_are_offered(
    countries_portal: Datasette, code: str
):
    found = await page(countries_portal, f"/countries/{code}", status=404)
    assert "There is no page of such a country" in text(found.h1)
    assert found.select_one("a[href='/countries/dk']")
    assert found.select_one("meta[name=robots][content=noindex]")


@pytest.mark.parametrize("path", ["/countries?country=DK", "/countries/dk?sector=x"])
async def test_parameters_that_mean_nothing_are_refused(countries_portal: Datasette, path: str):
    assert "takes no parameters" in text((await page(countries_portal, path, status=400)).main)


@pytest.mark.parametrize("code", ["dk", "lt"])
async def test_every_number_is_that_of_the_list_it_links_to(countries_portal: Datasette, code: str):
    found = await page(countries_portal, f"/countries/{code}")
    checked = 0
    for link in found.select(".tiles a"):
        assert await listed(countries_portal, link) == int(text(link.strong))
        checked += 1
    for link in found.select(".behind tr a, .ranking a[href*=enterprises]"):
        row = link.find_parent(["tr", "li"])
        assert row
        number = row.select_one("td, .count")
        if "/sources" not in str(link["href"]):
            assert await listed(countries_portal, link) == int(text(number))
            checked += 1
    assert checked >= 10


async def test_how_exactly_the_enterprises_are_placed_is_told(countries_portal: Datasette):
    found = await page(countries_portal, "/countries/dk")
    note = text(found.select_one(".map-note"))
    assert "2 enterprises on the map" in text(found.main)
    assert "Town or village 1, Region 1." in note
    assert "10 enterprises are not on the map" in note
    for link in found.select(".map-note a")[:2]:
        assert await listed(countries_portal, link) == 1
    bounds = json.loads(found.select_one("#map-config").string)["bounds"]
    assert bounds == [12.5, 55.7, 12.5, 55.7]


async def test_what_is_not_known_is_told(countries_portal: Datasette):
    words = text((await page(countries_portal, "/countries/dk")).main)
    assert "The year is known of 3 of 12 enterprises in the directory; of 75% it is not" in words
    assert "is known of 3 of 12 enterprises" in words
    assert "for 1 of 12 enterprises in the directory" in words
    assert "The partner has confirmed 1 of 12 enterprises in the directory" in words
    assert "2 more in the list" in words, "there are more towns than are shown"


async def test_that_all_is_known_is_told_too(countries_portal: Datasette):
    found = await page(countries_portal, "/countries/lt")
    note = "Enterprises in the directory. The year is known of all of them."
    assert text(found.select_one("#founded ~ p")) == note


async def test_decades_without_a_foundation_are_shown_too(countries_portal: Datasette):
    found = await page(countries_portal, "/countries/dk")
    rows = [text(row) for row in found.select("section[aria-labelledby=founded] tbody tr")]
    assert rows == ["1960 to 1969133%", "1970 to 197900%", "1980 to 1989267%"]
    labels = [text(label) for label in found.select("#founded ~ svg .chart-label")]
    assert labels == ["1960–69", "1970–79", "1980–89"]
    assert "stands for" not in text(found.main)


async def test_many_years_close_together_are_shown_one_by_one(countries_portal: Datasette):
    found = await page(countries_portal, "/countries/lt")
    rows = found.select("section[aria-labelledby=founded] tbody tr")
    assert [text(row.th) for row in rows] == [str(year) for year in range(2000, 2021)]


async def test_bars_are_as_long_as_their_numbers(countries_portal: Datasette):
    found = await page(countries_portal, "/countries/dk")
    chart = found.select_one("#sectors ~ svg")
    widths = [float(str(bar["width"]).rstrip("%")) for bar in chart.select("rect")]
    assert [round(width / widths[0], 2) for width in widths] == [
        1,
        round(3 / 7, 2),
        round(2 / 7, 2),
    ]
    assert [text(value) for value in chart.select(".chart-value")] == ["7", "3", "2"]
    title = found.find(id=str(chart["aria-labelledby"]))
    assert text(title) == "Enterprises in the directory by sector: Denmark"


async def test_open_programmes_and_coming_events_come_first(countries_portal: Datasette):
    found = await page(countries_portal, "/countries/dk")
    programmes = [text(item) for item in found.select("#programmes ~ ul li")]
    assert programmes[0].startswith("soon")
    assert "Apply by 31 March 2099" in programmes[0]
    assert programmes[-1].startswith("over")
    assert "Closed for now: the last deadline was 31 January 2020" in " ".join(programmes)
    assert text(found.find(id="events")) == "Coming events"
    (event,) = found.select("#events ~ ul a")
    assert (text(event), event["lang"]) == ("next", "da")


async def test_without_coming_events_the_latest_are_shown_and_called_so(
    countries_portal: Datasette,
):
    found = await page(countries_portal, "/countries/lt")
    assert text(found.find(id="events")) == "Latest events"
    assert "No coming event is known to us yet" in text(found.main)
    assert [text(link) for link in found.select("#events ~ ul a")] == ["long-ago"]


async def test_texts_on_the_country_are_shown(countries_portal: Datasette):
    found = await page(countries_portal, "/countries/dk")
    article = "/baltic/articles/what-counts-as-a-social-enterprise"
    assert text(found.select_one(f".lead a[href='{article}']")).startswith("What counts")
    assert [text(link) for link in found.select("#articles ~ ul a")] == ["What counts"]
    assert [text(link) for link in found.select("#library ~ ul a")] == ["A report"]


async def test_the_article_is_not_linked_where_there_is_none(portal: Datasette):
    assert "what-counts" not in str(await page(portal, "/countries/dk"))


async def test_work_across_countries_is_mentioned(countries_portal: Datasette):
    found = await page(countries_portal, "/countries")
    link = found.find("a", string=re.compile("2 organisations work across countries"))
    assert await listed(countries_portal, link) == 2


async def test_countries_lead_to_their_neighbours_in_the_alphabet(countries_portal: Datasette):
    for path, neighbours in {
        "/countries/by": ["/countries", "/countries/dk"],
        "/countries/dk": ["/countries/by", "/countries", "/countries/ee"],
        "/et/countries/de": ["/et/countries/se", "/et/countries", "/et/countries/fi"],
    }.items():
        found = await page(countries_portal, path)
        assert [link["href"] for link in found.select("nav.pages a")] == neighbours


async def test_the_enterprises_of_a_country_can_be_downloaded(countries_portal: Datasette):
    found = await page(countries_portal, "/countries/dk")
    csv = await countries_portal.client.get(str(found.find("a", string="CSV")["href"]))
    assert csv.headers["content-type"].startswith("text/csv")
    assert len(csv.text.strip().splitlines()) == 13


async def test_hostile_values_are_text(countries_portal: Datasette):
    response = await countries_portal.client.get("/countries/dk")
    assert "<script>alert" not in response.text
    assert "style=" not in response.text
    assert HOSTILE in text(BeautifulSoup(response.text, "html.parser").main)


async def test_machines_learn_which_country_it_is(countries_portal: Datasette):
    found = await page(countries_portal, "/da/countries/dk")
    document = json.loads(found.select_one("script[type='application/ld+json']").string)
    country, about, _way = document["@graph"]
    assert (country["@type"], country["identifier"]) == ("Country", "DK")
    assert country["name"] == "Denmark"
    assert (about["@type"], about["name"]) == ("WebPage", "Danmark")
    assert about["about"] == {"@id": country["@id"]}
    assert about["isPartOf"]["@type"] == "Dataset"
    picture = found.select_one("meta[property='og:image']")["content"]
    assert picture.endswith("/enterprises.png?country=DK")


async def test_countries_stand_side_by_side(countries_portal: Datasette):
    found = await page(countries_portal, "/countries/compare?country=LT&country=DK")
    assert [text(head) for head in found.select("thead th")] == ["Lithuania", "Denmark"]
    rows = {
        text(row.th): [text(cell) for cell in row.select("td")]
        for row in found.select(".comparison tbody tr:has(td)")
        if row.th
    }
    assert rows["Social enterprises"] == ["21", "12"]
    assert rows["Retail and trade"] == ["21 100%", "7 58%"]
    assert rows["Recycling and reuse"] == ["0", "3 25%"]
    assert rows["1980 to 1989"] == ["0", "2 67%"]
    assert rows["Confirmed by the partner"] == ["0", "1 8%"]
    assert rows["Most frequent legal form"] == ["–", "forening (2)"]


async def test_what_is_known_is_no_year_and_says_what_counts(countries_portal: Datasette):
    found = await page(countries_portal, "/countries/compare?country=LT&country=DK")
    rows = [text(head) for head in found.select(".comparison tbody th[scope=row]")]
    for title in ("Year of foundation known", "Legal form known", "Register or mark stated"):
        assert rows.count(title) == 1
    assert "Founded" not in rows
    link = found.find("a", string="Register or mark stated")
    assert link["href"] == "/baltic/articles/what-counts-as-a-social-enterprise"


async def test_a_comparison_leads_to_no_article_that_is_not(portal: Datasette):
    found = await page(portal, "/countries/compare?country=LT&country=DK")
    assert "Register or mark stated" in text(found.main)
    assert not found.select("a[href*=what-counts]")


async def test_a_comparison_can_be_taken_along_as_csv(countries_portal: Datasette):
    found = await page(countries_portal, "/countries/compare?country=LT&country=DK")
    link = found.find("a", string="This table as CSV")
    answer = await countries_portal.client.get(str(link["href"]))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="countries-LT-DK.csv"' in answer.headers["content-disposition"]
    heads, *lines = csv.reader(answer.text.splitlines())
    assert heads == ["block", "row", "LT", "LT_share", "DK", "DK_share"]
    shown = [text(head) for head in found.select(".comparison tbody th[scope=row]")]
    assert [line[1] for line in lines] == shown
    rows = {line[1]: line[2:] for line in lines}
    assert rows["Social enterprises"] == ["21", "", "12", ""]
    assert rows["Recycling and reuse"] == ["0", "0.0", "3", "0.25"]
    assert rows["Most frequent legal form"] == ["", "", "forening (2)", ""]


async def test_a_formula_in_a_comparison_does_not_run(tmp_path: Path):
    records = [enterprise(1, "DK", legal_form="=1+1"), enterprise(1, "LT")]
    portal = create_datasette(publish(tmp_path, {"enterprises": records}))
    answer = await portal.client.get("/countries/compare.csv?country=DK&country=LT")
    assert "'=1+1 (1)" in answer.text


@pytest.mark.parametrize(
    "query", ["", "?country=DK", "?country=DK&country=XX", "?country=DK&country=LT&_dl=1"]
)
async def test_csv_of_what_is_no_comparison_is_refused(countries_portal: Datasette, query: str):
    answer = await countries_portal.client.get(f"/countries/compare.csv{query}")
    assert answer.status_code == 400
    assert len(answer.json()["error"]) > 10


async def test_a_comparison_can_be_cited_and_shared(countries_portal: Datasette):
    found = await page(countries_portal, "/countries/compare?country=LT&country=DK")
    address = "/countries/compare?country=DK&country=LT"
    cited = text(found.find(id="citation"))
    assert "Compare countries: Lithuania, Denmark" in cited
    assert address in cited
    assert str(found.find(id="share-link")["value"]).endswith(address)


async def test_a_heading_names_a_few_countries_and_counts_many(countries_portal: Datasette):
    found = await page(countries_portal, "/countries/compare?country=DK&country=LT&country=EE")
    assert text(found.h1) == "Compare countries: Denmark, Lithuania, Estonia"
    query = "&".join(f"country={code}" for code in NETWORK[:5])
    found = await page(countries_portal, f"/countries/compare?{query}")
    assert text(found.h1) == "Compare 5 countries"
    assert text(found.title).startswith("Compare 5 countries – ")
    assert found.select_one("a[href='#choose']")
    assert found.select_one("form#choose")


async def test_every_number_of_a_comparison_is_that_of_the_list_it_links_to(
    countries_portal: Datasette,
):
    found = await page(countries_portal, "/countries/compare?country=LT&country=DK")
    links = [link for link in found.select(".comparison td a") if text(link).isdigit()]
    assert len(links) > 15
    for link in links:
        assert await listed(countries_portal, link) == int(text(link)) > 0


async def test_the_largest_differences_are_said_in_words(countries_portal: Datasette):
    found = await page(countries_portal, "/countries/compare?country=DK&country=LT&country=DE")
    said = [text(item) for item in found.select("section[aria-labelledby=shares] ul li")]
    assert said[0] == "Retail and trade: Lithuania 100%, Denmark 58%"
    assert not any("Germany" in words for words in said[:3]), "one record has no shares"


async def test_one_country_or_none_gets_the_form(countries_portal: Datasette):
    none = await page(countries_portal, "/countries/compare")
    assert "Choose two countries or more" in text(none.main)
    assert not none.select_one("meta[name=robots]")
    one = await page(countries_portal, "/countries/compare?country=DK&country=DK")
    assert "Choose at least one more" in text(one.main)
    assert [box["value"] for box in one.select("input[checked]")] == ["DK"]


async def test_any_order_of_countries_has_one_canonical_address(countries_portal: Datasette):
    for query in ("country=LT&country=DK", "country=DK&country=LT&country=DK"):
        found = await page(countries_portal, f"/countries/compare?{query}")
        canonical = found.select_one("link[rel=canonical]")["href"]
        assert canonical.endswith("/countries/compare?country=DK&country=LT")
        assert found.select_one("meta[name=robots][content=noindex]")


@pytest.mark.parametrize(
    "query",
    ["country=XX", "country=AU&country=DK", "country=dk", "sector=x", "country=DK&x",
     "country=%00", "country=%ff", "country=" + "a" * 10_000, "country=🚲", "&".join(["a=b"] * 500),
     "country=%3C/script%3E", "_lang=da"],
)  # fmt: skip
async def test_what_a_comparison_does_not_understand_is_refused_in_words(
    countries_portal: Datasette, query: str
):
    response = await countries_portal.client.get(f"/countries/compare?{query}")
    assert response.status_code == 400
    words = text(BeautifulSoup(response.text, "html.parser").select_one(".error-words"))
    assert 10 < len(words) < 400


async def test_all_countries_can_be_compared(countries_portal: Datasette):
    query = "&".join(f"country={code}" for code in NETWORK)
    found = await page(countries_portal, f"/countries/compare?{query}")
    assert len(found.select(".comparison thead th")) == 12


async def test_pages_say_nothing_of_a_table_kept_from_the_public(
    countries_portal: Datasette, tmp_path: Path
):
    settings = tmp_path / "metadata.yml"
    settings.write_text("databases: {baltic: {tables: {programmes: {allow: false}}}}")
    database = Path(str(countries_portal.get_database("baltic").path))
    closed = create_datasette(database, metadata=settings)
    for path in ("/countries", "/countries/dk", "/countries/compare"):
        assert (await closed.client.get(path)).status_code == 403


def items(*values: float) -> list[Item]:
    return [Item(f"Label {value}", value, f"{value:g}") for value in values]


def test_a_chart_of_nothing_is_empty():
    assert charts.bars([]).height == 0
    assert charts.grouped([]).boxes == ()
    assert charts.columns([]).words == ()


def test_a_chart_of_zeros_has_no_length():
    assert {box.width for box in charts.bars(items(0, 0)).boxes} == {0}
    assert {box.height for box in charts.columns(items(0, 0)).boxes} == {0, 1}


def test_hardly_any_is_seen_beside_very_many():
    many, few, none = charts.bars(items(100_000, 1, 0)).boxes
    assert many.width > few.width > none.width == 0


def test_bars_leave_room_for_what_is_written_after_them():
    assert max(box.width for box in charts.bars(items(3, 9)).boxes) <= 82
    assert max(box.width for box in charts.grouped([("A", items(3, 9))]).boxes) <= 76


def test_many_columns_have_every_nth_label_and_their_highest_value():
    centuries = [Item(str(1700 + 10 * n), 5000 + n, str(5000 + n)) for n in range(33)]
    words = charts.columns(centuries).words
    assert [word.text for word in words if word.role == "value"] == ["5032"]
    labels = [word.text for word in words if word.role == "label"]
    assert labels[0] == "1700"
    assert 5 <= len(labels) <= 10


def test_the_outermost_labels_stay_within_a_narrow_chart():
    decades = [Item(f"{1700 + 10 * n}–{10 * n % 100 + 9:02}", n, str(n)) for n in range(33)]
    labels = [word for word in charts.columns(decades).words if word.role == "label"]
    assert (labels[0].x, labels[0].anchor) == (0, "start")
    assert {word.anchor for word in labels[1:-1]} == {"middle"}


def test_bars_of_a_group_have_each_its_hue_and_label():
    chart = charts.grouped([("One", items(1, 2)), ("Two", items(3, 4))])
    assert [box.hue for box in chart.boxes] == [1, 2, 1, 2]
    assert [word.text for word in chart.words if word.role == "label"] == ["One", "Two"]
    assert chart.height > max(box.y + box.height for box in chart.boxes)


def test_shares_are_written_in_whole_per_cent():
    assert [charts.percent(share) for share in (0, 0.001, 0.126, 1)] == [
        "0%",
        "< 1%",
        "13%",
        "100%",
    ]
