"""The calendar: what is to come and what is past, in lists, counts and months."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from datasette.app import Datasette

from portal.app import create_datasette
from portal.calendar_days import today
from tests.portal_fixtures import publish

SOON, LATER = today() + timedelta(days=3), today() + timedelta(days=400)
YESTERDAY, LONG_AGO = today() - timedelta(days=1), date(2019, 5, 6)


def event(key: str, start: date, **more: Any) -> dict[str, Any]:
    return {
        "id": key,
        "name": key.replace("-", " ").capitalize(),
        "start": start.isoformat(),
        "country": "DK",
        "online": False,
        "source_url": f"https://example.org/{key}",
        **more,
    }


EVENTS = [
    event("long-ago", LONG_AGO, end="2019-05-08", start_time="09:30", country="LT"),
    event("yesterday", YESTERDAY),
    event("running-now", YESTERDAY, end=(today() + timedelta(days=1)).isoformat()),
    event("later", LATER, country="LT"),
    event("soon", SOON, status="cancelled", language="da"),
]


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    crowd = [event(f"crowd-{number}", date(2020, 2, 29)) for number in range(9)]
    published = publish(tmp_path_factory.mktemp("calendar"), {"events": EVENTS + crowd})
    return create_datasette(published)


async def page(calendar: Datasette, query: str = "", language: str = "") -> BeautifulSoup:
    response = await calendar.client.get(f"{language}/baltic/events?{query}")
    assert response.status_code == 200, response.text
    return BeautifulSoup(response.text, "html.parser")


def keys(html: BeautifulSoup) -> list[str]:
    return [str(card["data-id"]) for card in html.select(".card")]


def one(html: BeautifulSoup, selector: str) -> Tag:
    (found,) = html.select(selector)
    return found


async def test_what_is_running_and_to_come_stands_first_and_the_past_after_it_latest_first(
    calendar: Datasette,
) -> None:
    found = keys(await page(calendar))
    assert found[:4] == ["running-now", "soon", "later", "yesterday"]
    assert found[-1] == "long-ago"


async def test_a_reader_may_ask_for_another_order(calendar: Datasette) -> None:
    assert keys(await page(calendar, "_sort_desc=start"))[0] == "later"
    assert keys(await page(calendar, "_sort=start"))[0] == "long-ago"


@pytest.mark.parametrize(
    ("when", "expected"),
    [("coming", ["running-now", "soon", "later"]), ("past", ["yesterday", "long-ago"])],
)
async def test_every_format_tells_coming_from_past_alike(
    calendar: Datasette, when: str, expected: list[str]
) -> None:
    query = f"_when={when}&id__notin=" + ",".join(f"crowd-{n}" for n in range(9))
    assert keys(await page(calendar, query)) == expected
    rows = (await calendar.client.get(f"/baltic/events.json?{query}&_shape=array")).json()
    assert {row["id"] for row in rows} == set(expected)
    csv = (await calendar.client.get(f"/baltic/events.csv?{query}")).text
    assert {line.split(",")[0] for line in csv.splitlines()[1:]} == set(expected)


async def test_the_choice_says_how_many_are_to_come_and_how_many_are_past(
    calendar: Datasette,
) -> None:
    html = await page(calendar, "country=LT")
    counts = [item.text for item in html.select("#facet-when .count")]
    assert counts == ["2", "1", "1"]
    html = await page(calendar, "country=LT&_when=past")
    assert one(html, "#facet-when input[checked]")["value"] == "past"
    assert [item.text for item in html.select("#facet-when .count")] == counts
    assert "Past" in one(html, ".chips").text


async def test_only_a_table_with_days_knows_coming_and_months(calendar: Datasette) -> None:
    for query in ("_when=coming", "_month=2026-05"):
        response = await calendar.client.get(f"/baltic/enterprises?{query}")
        assert response.status_code == 400
        assert query.partition("=")[0] in response.text


@pytest.mark.parametrize(
    "query",
    ["_when=tomorrow", "_when=coming&_when=past", "_month=2026-13", "_month=May", "_month=2026-5",
     "_month=2026-05&_view=table", "_month=0000-01"],
)  # fmt: skip
async def test_nonsense_about_time_is_refused_in_words(calendar: Datasette, query: str) -> None:
    response = await calendar.client.get(f"/baltic/events?{query}")
    assert response.status_code == 400
    assert query[:5] in response.text


async def test_a_month_is_of_the_page_alone(calendar: Datasette) -> None:
    response = await calendar.client.get("/baltic/events.json?_month=2019-05")
    assert response.status_code == 400
    assert "start__gte" in response.json()["error"]


async def test_an_event_of_several_days_stands_on_each_of_them_its_time_on_the_first(
    calendar: Datasette,
) -> None:
    html = await page(calendar, "_month=2019-05")
    days = {
        str(one(cell, "time")["datetime"]): cell.select_one("li")
        for cell in html.select(".month td.has-events")
    }
    assert list(days) == ["2019-05-06", "2019-05-07", "2019-05-08"]
    told = [" ".join(item.text.split()) for item in days.values() if item]
    assert told == ["09:30 Long ago", "Goes on:… Long ago", "Goes on:… Long ago"]
    assert one(html, "#count").text.startswith("1 event in May 2019")
    assert not html.select(".card")


async def test_a_month_without_events_says_so_and_leads_to_the_nearest_ones(
    calendar: Datasette,
) -> None:
    html = await page(calendar, "_month=2019-10")
    assert "No event of this choice" in one(html, ".month").text
    hrefs = [str(link["href"]) for link in html.select(".month a")]
    this_month = today().isoformat()[:7]
    assert [href.partition("_month=")[2] for href in hrefs] == [
        "2019-09", this_month, "2019-11", "2019-05", "2020-02",
    ]  # fmt: skip


async def test_every_month_with_events_can_be_chosen(calendar: Datasette) -> None:
    html = await page(calendar, "_month=2020-02&_when=past")
    options = {str(option["value"]): option.text for option in html.select("#month option")}
    assert {"2019-05", "2020-02", today().isoformat()[:7]} <= options.keys()
    assert options["2020-02"] == "February 2020 (9)"
    assert one(html, "#month option[selected]")["value"] == "2020-02"


async def test_every_link_of_a_month_leads_somewhere(calendar: Datasette) -> None:
    html = await page(calendar, "_month=2020-02&country=DK")
    found = {str(link["href"]) for link in html.select("#explorer a[href^='/'], .dictionary a")}
    assert any(".csv?" in href for href in found) and any("_view=table" in href for href in found)
    for href in found:
        assert (await calendar.client.get(href)).status_code == 200, href


async def test_a_month_keeps_the_choice_and_a_crowded_day_leads_to_its_list(
    calendar: Datasette,
) -> None:
    html = await page(calendar, "_month=2020-02&country=DK")
    assert len(html.select(".month li a[href*=crowd]")) == 6
    more = str(html.select(".month li a[rel=nofollow]")[0]["href"])
    assert keys(await page(calendar, more.partition("?")[2])) == [f"crowd-{n}" for n in range(9)]
    assert not (await page(calendar, "_month=2020-02&country=LT")).select(".month td.has-events")


@pytest.mark.parametrize("month", ["1000-01", "2999-12", "2024-02"])
async def test_every_month_there_is_has_whole_weeks(calendar: Datasette, month: str) -> None:
    html = await page(calendar, f"_month={month}")
    rows = html.select(".month tbody tr")
    assert 4 <= len(rows) <= 6
    assert all(len(row.select("td")) == 7 for row in rows)


async def test_days_and_months_are_in_the_readers_language(calendar: Datasette) -> None:
    html = await page(calendar, "_month=2019-05", "/da")
    assert one(html, "#month-name").text.strip() == "maj 2019"
    assert one(html, ".month thead tr").text.split()[0].startswith("man")


async def test_an_event_that_is_called_off_says_so_everywhere(calendar: Datasette) -> None:
    assert "Cancelled" in one(await page(calendar), ".card[data-id=soon]").text
    assert "Cancelled" in (await page(calendar, f"_month={SOON.isoformat()[:7]}")).text
    html = (await calendar.client.get("/baltic/events/soon")).text
    assert "It does not take place." in html
    assert "Cancelled" in (await calendar.client.get("/")).text


async def test_the_home_page_shows_the_next_events(calendar: Datasette) -> None:
    html = BeautifulSoup((await calendar.client.get("/")).text, "html.parser")
    links = [str(a["href"]) for a in html.select("section[aria-labelledby=events-heading] li a")]
    assert links == [f"/baltic/events/{key}" for key in ("running-now", "soon", "later")]


async def test_a_past_event_says_that_it_is_over(calendar: Datasette) -> None:
    assert "This event is over." in (await calendar.client.get("/baltic/events/yesterday")).text
    assert "is over" not in (await calendar.client.get("/baltic/events/running-now")).text


async def test_a_calendar_without_events_is_no_error(empty_portal: Datasette) -> None:
    for query in ("", "_month=2026-05", "_when=coming"):
        html = await page(empty_portal, query)
        assert "There are no records in this edition yet." in html.text


async def test_without_a_coming_event_the_list_says_that_these_are_past(tmp_path: Path) -> None:
    past = create_datasette(publish(tmp_path, {"events": [event("long-ago", LONG_AGO)]}))
    assert "These are past." in (await page(past)).text


async def test_asking_for_what_is_to_come_where_nothing_is_leads_to_the_past(
    tmp_path: Path,
) -> None:
    past = create_datasette(publish(tmp_path, {"events": [event("long-ago", LONG_AGO)]}))
    html = await page(past, "_when=coming&country=DK")
    assert "Who subscribes to it hears of new ones." in html.text
    (link,) = [a for a in html.select(".zero-results a") if "past event" in a.text]
    assert keys(await page(past, str(link["href"]).partition("?")[2])) == ["long-ago"]


async def test_a_time_far_away_says_where_it_is_that_time(tmp_path: Path) -> None:
    far = event("far", SOON, start_time="23:00", timezone="America/New_York", online=True)
    portal = create_datasette(publish(tmp_path, {"events": [far | {"country": "INT"}]}))
    assert "23:00 (time of New York)" in " ".join((await page(portal)).text.split())
