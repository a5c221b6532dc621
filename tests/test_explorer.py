"""The list of records: facets, order, pages, words, ways out, in the address alone."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from datasette.app import Datasette
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CHOICES = {
    "country": ["DK", "PL", "SE", "LT", "LV", "EE"],
    "sector": ["recycling-and-reuse", "arts-and-culture", "retail-and-trade"],
    "impact_area": ["work-integration"],
    "founded_decade": ["1990", "2000"],
    "precision": ["place", "region"],
}
CHOSEN = st.fixed_dictionaries(
    {key: st.sets(st.sampled_from(values), max_size=2) for key, values in CHOICES.items()}
)


async def page(portal: Datasette, query: str = "", table: str = "enterprises") -> BeautifulSoup:
    response = await portal.client.get(f"/baltic/{table}?{query}")
    assert response.status_code == 200, response.text
    return BeautifulSoup(response.text, "html.parser")


def total(html: BeautifulSoup) -> int:
    return int(re.sub(r"\D.*", "", html.select_one(".result-count").text.replace(",", "")))


def facet(html: BeautifulSoup, name: str) -> dict[str, int]:
    """Value → number of records, as the facet tells them."""
    return {
        line.input["value"]: int(line.select_one(".count").text)
        for line in html.select(f"#facet-{name} label")
    }


def names(html: BeautifulSoup) -> list[str]:
    return [link.text for link in html.select(".card h2 a")]


def query_of(chosen: dict[str, set[str]]) -> str:
    return urlencode([(key, value) for key in chosen for value in sorted(chosen[key])])


@given(CHOSEN, st.sampled_from(sorted(CHOICES)), st.sampled_from(["", "_search=kobenhavn"]))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_a_count_is_what_one_gets(
    portal: Datasette, chosen: dict[str, set[str]], column: str, search: str
):
    """The number beside a value is that of the view with that value alone chosen in its facet."""
    html = await page(portal, f"{query_of(chosen)}&{search}".strip("&"))
    counted = facet(html, column)
    assert counted
    for value, count in counted.items():
        alone = chosen | {column: {value}}
        assert total(await page(portal, f"{query_of(alone)}&{search}".strip("&"))) == count


async def test_a_second_country_can_be_added_and_widens_the_view(portal: Datasette):
    html = await page(portal, "country=DK")
    assert facet(html, "country")["PL"] == 2, "the count is not zero because Denmark is chosen"
    assert total(html) == 4
    assert total(await page(portal, "country=DK&country=PL")) == 6


async def test_values_keep_their_order_whatever_is_chosen(portal: Datasette):
    before = list(facet(await page(portal), "country"))
    assert list(facet(await page(portal, "sector=arts-and-culture"), "country")) == before


async def test_a_chosen_value_is_a_chip_that_removes_it(portal: Datasette):
    html = await page(portal, "country=DK&country=PL&_search=o&_bbox=0,50,20,60")
    chips = {chip.text.strip(): chip["href"] for chip in html.select(".chips a")}
    assert list(chips) == [
        "Remove: “o” ×",
        "Remove: Between 50.0000° N, 0.0000° E and 60.0000° N, 20.0000° E ×",
        "Remove: Country: Denmark ×",
        "Remove: Country: Poland ×",
        "Clear all",
    ]
    assert "country=PL" in chips["Remove: Country: Denmark ×"]
    assert "country=DK" not in chips["Remove: Country: Denmark ×"]
    assert chips["Clear all"] == "/baltic/enterprises"


async def test_what_the_form_cannot_say_is_kept_by_it(portal: Datasette):
    html = await page(portal, "founded__gte=1991&_near=55.6,12.6,20&latitude__notnull=1")
    kept = {field["name"]: field["value"] for field in html.select("#hidden-choice input")}
    assert kept == {"founded__gte": "1991", "latitude__notnull": "1"}
    chosen = html.select_one("select[name=_near] option[selected]")
    assert (chosen["value"], chosen.text) == ("55.6,12.6,20", "20 km")


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("", "100% tööd_"),
        ("_sort_desc=founded", "Straße på Öland"),
        ("_sort=founded", "<script>alert(1)</script> & Sønner"),
        ("_near=51.8,19.4,1000", "Łódzka Spółdzielnia „Pomocna Dłoń”"),
        ("_search=kobenhavn", "Cykelværkstedet København"),
    ],
)
async def test_the_order_is_as_asked(portal: Datasette, query: str, first: str):
    assert names(await page(portal, query))[0] == first


async def test_names_are_in_the_order_of_the_alphabet_whatever_their_letters(portal: Datasette):
    found = names(await page(portal, "_size=20"))
    assert found.index("Cykelværkstedet København") < found.index(
        "Łódzka Spółdzielnia „Pomocna Dłoń”"
    )
    assert found.index("Łódzka Spółdzielnia „Pomocna Dłoń”") < found.index("Straße på Öland")


async def test_nearness_is_told_in_kilometres(portal: Datasette):
    html = await page(portal, "_near=55.7,12.6,50")
    assert "3.4 km" in html.select_one(".card .facts").text


async def test_the_order_chosen_from_the_list_becomes_the_tidy_address(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises?_search=&_sort=-founded&country=DK")
    assert response.status_code == 302
    assert response.headers["location"] == "/baltic/enterprises?_sort_desc=founded&country=DK"


async def test_pages_follow_one_another(portal: Datasette):
    html = await page(portal, "_size=5&_page=2")
    assert html.select_one(".cards")["start"] == "6"
    assert html.select_one("a[rel~=prev]")["href"] == "/baltic/enterprises?_size=5"
    assert html.select_one("a[rel~=next]")["href"] == "/baltic/enterprises?_page=3&_size=5"
    numbers = html.select(".pages li a")
    assert [link.text.split()[-1] for link in numbers] == ["1", "2", "3"]
    assert numbers[1]["aria-current"] == "page"


async def test_a_page_beyond_the_last_says_so(portal: Datasette):
    html = await page(portal, "_page=9")
    assert "There is no page 9" in html.select_one(".zero-results").text


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "", "99999999999999999999"])
async def test_a_page_that_cannot_be_is_refused(portal: Datasette, value: str):
    response = await portal.client.get(f"/baltic/enterprises?_page={value}")
    assert response.status_code == 400
    assert "_page" in response.text


async def test_pages_are_of_the_page_alone(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises.json?_page=2")
    assert response.status_code == 400
    assert "next_url" in response.json()["error"]


async def test_an_empty_result_offers_ways_out(portal: Datasette):
    html = await page(portal, "country=LV&_search=kobenhavn")
    ways = {link.text: link["href"] for link in html.select(".zero-results a")}
    assert ways == {
        "Leave out: “kobenhavn”": "/baltic/enterprises?country=LV",
        "Leave out: Country: Latvia": "/baltic/enterprises?_search=kobenhavn",
        "Show all 12 records": "/baltic/enterprises",
    }


async def test_a_table_without_records_says_so(empty_portal: Datasette):
    html = await page(empty_portal)
    assert "There are no records in this edition yet" in html.select_one(".zero-results").text
    assert not html.select(".facet")


async def test_what_was_searched_for_is_marked(portal: Datasette):
    html = await page(portal, "_search=kobenhavn")
    assert [mark.text for mark in html.select(".card h2 mark")] == ["København"]


async def test_a_typing_error_is_put_right_and_told(portal: Datasette):
    html = await page(portal, "_search=kobenhvan")
    assert names(html)[0] == "Cykelværkstedet København"
    assert "“kobenhvan” is not in any record" in html.select_one(".corrected").text


async def test_records_without_a_place_are_a_click_away(portal: Datasette):
    html = await page(portal)
    (link,) = html.select(".unlocated a")
    assert link.text == "8 of them are not on the map"
    assert total(await page(portal, link["href"].partition("?")[2])) == 8


async def test_a_place_chosen_from_the_suggestions_is_called_by_its_name(real_portal: Datasette):
    html = await page(real_portal, "geonameid=2618425")
    assert "GeoNames id: Copenhagen" in html.select_one(".chips").text
    html = await page(real_portal, "geonameid=2618425&_view=table")
    assert "GeoNames id: Copenhagen" in html.select_one(".chips").text


@pytest.mark.parametrize("view", ["", "&_view=table"])
async def test_a_form_keeps_every_kind_of_condition(portal: Datasette, view: str):
    """What the form would send with nothing changed selects the same records."""
    query = "country__notin=LT%2CLV&_bbox=0,40,40,70&founded__gte=1990&country=DK&country=PL"
    html = await page(portal, query + view)
    fields = html.select("#choice input, form.search input")
    sent = [(f["name"], f["value"]) for f in fields if f.get("type") == "hidden"]
    sent += [(f["name"], f["value"]) for f in fields if f.get("checked") is not None]
    assert total(await page(portal, urlencode(sent))) == total(html) > 0


async def test_the_order_list_offers_and_keeps_any_order(portal: Datasette):
    def offered(html: BeautifulSoup) -> list[str]:
        return [option.text for option in html.select("#sort option")]

    events = await page(portal, table="events")
    assert offered(events)[:3] == ["Coming first", "By name", "Latest first"]
    html = await page(portal, "_sort=city")
    assert html.select_one("#sort option[selected]").text == "City, rising"
    assert html.select_one("#sort option[selected]")["value"] == "city"
    html = await page(portal, "_search=o&_sort=name")
    assert html.select_one("#sort option[selected]").text == "By name"
    assert offered(html)[0] == "Best hits first"


async def test_those_without_a_place_are_not_offered_among_themselves(portal: Datasette):
    assert not (await page(portal, "latitude__isnull=1")).select(".unlocated")


async def test_a_day_is_told_as_a_day(portal: Datasette):
    html = await page(portal, "start__gte=2024-01-01", table="events")
    assert "First day: from 1 January 2024 on" in html.select_one(".chips").text


async def test_a_place_is_told_with_the_letters_of_the_sea(portal: Datasette):
    html = await page(portal, "_near=64.1466,-21.9426,100")
    assert "64.1466° N, 21.9426° W" in html.title.text


async def test_the_title_says_in_words_what_is_chosen(portal: Datasette):
    html = await page(portal, "country=DK&country=SE&sector=recycling-and-reuse&_search=cykel")
    title = "Social enterprises: Denmark or Sweden; Recycling and reuse; “cykel”"
    assert html.title.text.startswith(title)
    assert html.select_one("meta[property='og:title']")["content"] == title
    image = html.select_one("meta[property='og:image']")["content"]
    assert image.startswith("http://localhost/baltic/enterprises.png?country=DK&country=SE")


async def test_the_embedding_code_shows_the_same_choice(portal: Datasette):
    html = await page(portal, "country=DK")
    code = html.select_one("#embed-code").text
    assert 'src="http://localhost/embed/map?country=DK"' in code
    response = await portal.client.get("/embed/map?country=DK")
    assert "frame-ancestors *" in response.headers["content-security-policy"]
    assert "x-frame-options" not in response.headers
    assert 'href="/baltic/enterprises?country=DK"' in response.text
    assert "Creative Commons" in response.text
    other = await portal.client.get("/baltic/enterprises")
    assert "frame-ancestors 'self'" in other.headers["content-security-policy"]


async def test_a_view_is_cited_with_the_version_of_the_data(portal: Datasette):
    html = await page(portal, "country=DK")
    words = html.select_one("#citation").text
    assert "Social enterprises: Denmark" in words
    assert "http://localhost/baltic/enterprises?country=DK" in words
    assert re.search(r"\d{4}\.\d\d\+", words)


@pytest.mark.parametrize("table", ["organisations", "programmes", "events", "articles", "library"])
async def test_every_section_has_a_list_with_facets(portal: Datasette, table: str):
    html = await page(portal, table=table)
    assert html.select_one("#count")
    assert html.select_one("#choice")


async def test_the_values_of_a_list_are_counted_one_by_one(portal: Datasette):
    html = await page(portal, table="organisations")
    assert facet(html, "offer") == {"advice": 1, "training": 1}
    assert total(await page(portal, "offer=training", table="organisations")) == 1
    assert total(await page(portal, "offer=training&offer=grants", table="organisations")) == 1


async def test_columns_and_what_only_datasette_does_are_a_click_away(portal: Datasette):
    html = await page(portal, "country=DK")
    (link,) = [a for a in html.select("a") if "as a table" in a.text]
    table = await page(portal, unescape(link["href"]).partition("?")[2])
    assert table.select("table.rows-and-columns")
    assert (await page(portal, "_facet=country")).select("table.rows-and-columns")


@pytest.mark.parametrize("mark", ["fbclid=x", "utm_source=a&utm_medium=b", "gclid=1", "mc_cid=2"])
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/baltic/enterprises", "country=DK&country=PL"),
        ("/da/baltic/enterprises", "country=DK"),
        ("/baltic/enterprises/dk-cykler", ""),
        ("/embed/map", "country=DK"),
        ("/pl/", ""),
    ],
)
async def test_marks_of_those_who_count_clicks_are_taken_off(
    portal: Datasette, path: str, query: str, mark: str
):
    given = "&".join(filter(None, [query, mark]))
    response = await portal.client.get(f"{path}?{given}")
    assert response.status_code == 302
    assert response.headers["location"] == path + (f"?{query}" if query else "")


async def test_a_tidied_address_stays_in_its_language(portal: Datasette):
    response = await portal.client.get("/lv/baltic/enterprises?_search=&country=DK")
    assert response.headers["location"] == "/lv/baltic/enterprises?country=DK"


async def test_a_link_shows_the_same_order_too(portal: Datasette):
    html = await page(portal, "country=DK&_sort_desc=founded&_page=1")
    link = html.select_one("#share-link")["value"]
    assert link == "http://localhost/baltic/enterprises?country=DK&_sort_desc=founded"
    csv = html.select_one("#download a[href*='.csv']")["href"]
    assert csv == "/baltic/enterprises.csv?country=DK&_sort_desc=founded&_dl=on"


async def test_a_record_alone_is_called_by_its_name(portal: Datasette):
    html = await page(portal, "id=dk-cykler")
    assert html.title.text.startswith("Social enterprises: Cykelværkstedet København")


async def test_words_that_are_never_together_are_offered_alone(real_portal: Datasette):
    html = await page(real_portal, "_search=Gdansk+restaurant")
    words = html.select_one(".zero-results").text
    assert "No record has all these words" in words
    (link,) = [a for a in html.select(".zero-results a") if "Gdansk" in a.text and "Only" in a.text]
    found = await page(real_portal, link["href"].partition("?")[2])
    assert str(total(found)) in link.text
