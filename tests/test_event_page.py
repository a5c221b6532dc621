"""An event's page says when it is and what became of it, and leads to others, the coming first."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from datasette.app import Datasette
from portal_fixtures import publish

from portal.app import create_datasette
from portal.calendar_days import today
from portal.catalogue import catalogue
from portal.event_days import days_and_times, in_the_region

TODAY = today()
TARTU = {"city": "Tartu", "country": "EE"}


def on(days: int) -> str:
    return (TODAY + timedelta(days)).isoformat()


def event(key: str, start: str, **values: Any) -> dict[str, Any]:
    record = {"id": key, "name": key.title(), "start": start, "country": "EE", "online": False}
    return record | {"source_url": "https://example.org/e"} | values


WEBSITE = {"website": "https://www.example.org/event"}
AT_EIGHT = {"start_time": "20:00", "timezone": "America/Los_Angeles"}
AT_TEN = {"start_time": "10:00", "timezone": "Europe/Warsaw"}
EVENTS = [
    event("soon", on(10), end=on(11), **TARTU, **WEBSITE, themes=["finance"]),
    event("sooner", on(5), **TARTU, themes=["finance"]),
    event("later", on(60), **TARTU),
    event("over", on(-40), **TARTU, themes=["finance"]),
    event("long-over", on(-400), **TARTU),
    event("off", on(20), **TARTU, **WEBSITE, status="cancelled"),
    event("put-off", on(-5), end=on(5), **WEBSITE, status="postponed"),
    event("running", on(-2), end=on(3), themes=["finance"]),
    event("now", on(0)),
    event("past", on(-1), themes=["finance"]),
    event("far", "2026-12-10", **AT_EIGHT, country="US", online=True),
    event("abroad", "2026-12-10", **AT_TEN, country="PL", city="Gdańsk"),
    event("net", "2026-12-10", end_time="11:00", **AT_TEN, country="INT", online=True,
          place_note="Not placed: “INT” is outside the countries."),
    event("hybrid", "2026-12-10", country="INT", online=True, city="Küla"),
    event("no-zone", "2026-12-10", start_time="10:00", country="LV", online=True),
]  # fmt: skip


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    return create_datasette(publish(tmp_path_factory.mktemp("events"), {"events": EVENTS}))


async def page(calendar: Datasette, key: str) -> BeautifulSoup:
    response = await calendar.client.get(f"/baltic/events/{key}")
    assert response.status_code == 200, response.text
    return BeautifulSoup(response.text, "html.parser")


def text(html: Any) -> str:
    return " ".join(html.text.split())


def when(html: BeautifulSoup) -> list[str]:
    (title,) = [dt for dt in html.select("dt") if dt.text == "When"]
    return [text(dd) for dd in title.find_next_siblings("dd")]


def buttons(html: BeautifulSoup) -> list[str]:
    return [a.text for a in html.select("article > header .button")]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"start": "2026-05-28"}, "Thursday 28 May 2026"),
        ({"start": "2026-05-28", "end": "2026-05-28"}, "Thursday 28 May 2026"),
        ({"start": "2026-05-28", "end": "2026-05-30"}, "Thursday to Saturday, 28–30 May 2026"),
        ({"start": "2026-05-28", "end": "2026-06-03"}, "28 May – 3 Jun 2026"),
        ({"start": "2026-05-28", "end_time": "11:00"}, "Thursday 28 May 2026"),
        ({"start": "2026-05-28", "start_time": "09:30"}, "Thursday 28 May 2026, from 09:30"),
    ],
)
def test_days_are_told_with_the_day_of_the_week(values: dict[str, Any], said: str):
    assert days_and_times(values).replace("\u2009", " ") == said


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("past", "This event is over."),
        ("now", "It is today."),
        ("soon", None),
        ("off", None),
        ("put-off", None),
    ],
)
async def test_it_is_said_what_is_over_or_on_now(calendar: Datasette, key: str, said: str | None):
    header = text((await page(calendar, key)).select_one("article > header"))
    sentences = ("This event is over.", "It is today.", "It is on now")
    assert [one for one in sentences if one in header] == ([said] if said else [])


async def test_a_running_event_says_until_when(calendar: Datasette):
    last = TODAY + timedelta(3)
    header = text((await page(calendar, "running")).select_one("article > header"))
    assert f"It is on now, until {last.day} {last:%B %Y}." in header


async def test_what_one_can_do_stands_below_the_summary(calendar: Datasette):
    assert buttons(await page(calendar, "soon")) == ["Website of the event", "Add to your calendar"]
    assert buttons(await page(calendar, "running")) == ["Add to your calendar"]
    for key in ("off", "put-off"):
        assert buttons(await page(calendar, key)) == ["Website of the event"]
    assert buttons(await page(calendar, "past")) == []


async def test_the_moment_is_told_by_the_clocks_of_the_region(calendar: Datasette):
    assert when(await page(calendar, "far")) == [
        "Thursday 10 December 2026, from 20:00 (time of Los Angeles)",
        "In Tallinn, Riga, Vilnius and Helsinki: 06:00 on 11 December 2026",
        "In Copenhagen, Warsaw, Berlin and Stockholm: 05:00 on 11 December 2026",
    ]
    assert when(await page(calendar, "net")) == [
        "Thursday 10 December 2026, 10:00 to 11:00 (time of Warsaw)",
        "In Tallinn, Riga, Vilnius and Helsinki: 11:00",
    ]


@pytest.mark.parametrize("key", ["abroad", "no-zone"])
async def test_other_clocks_are_left_out_on_site_and_where_no_zone_is_told(
    calendar: Datasette, key: str
):
    assert len(when(await page(calendar, key))) == 1


def test_a_zone_that_this_machine_does_not_know_is_left_alone(calendar: Datasette):
    known = catalogue(calendar)
    assert known
    values = {"start": "2026-12-10", "start_time": "10:00", "country": "US", "online": 1}
    table = known.tables["events"]
    assert list(in_the_region(values | {"timezone": "Europe/Nowhere"}, table)) == []
    assert len(list(in_the_region(values | {"timezone": "America/New_York"}, table))) == 2


async def test_that_its_end_is_not_known_is_said_of_a_known_beginning(calendar: Datasette):
    def unknown(html: BeautifulSoup) -> str:
        return text(html.select_one(".unknown"))

    assert "time at which it ends" in unknown(await page(calendar, "abroad"))
    day_alone = unknown(await page(calendar, "past"))
    assert "time of day" in day_alone
    assert "time at which it ends" not in day_alone
    assert "time" not in unknown(await page(calendar, "net")).replace("Time zone", "")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("net", "Not on the map. It is held online."),
        ("hybrid", "Not on the map. It works across countries."),
        ("past", "Not on the map. The place is not known well enough."),
    ],
)
async def test_why_it_is_not_on_the_map_is_said_plainly(calendar: Datasette, key: str, said: str):
    assert said in text((await page(calendar, key)).select_one(".location"))


async def test_others_come_once_with_their_days_the_coming_first(calendar: Datasette):
    html = await page(calendar, "soon")
    town = html.select("section[aria-labelledby=town-heading] li")
    assert [li.a["href"].rpartition("/")[2] for li in town if li.a] == [
        "sooner", "off", "later", "over", "long-over",
    ]  # fmt: skip
    assert "Cancelled" in town[1].text
    for li in town:
        assert re.search(r"\b20\d\d\b", li.text), "its day"
    related = html.select("section[aria-labelledby=related-heading] li")
    assert [li.a["href"].rpartition("/")[2] for li in related if li.a] == [
        "put-off", "running", "now", "past",
    ]  # fmt: skip
    hrefs = [a["href"] for a in html.select("main a[href^='/baltic/events/']")]
    records = [href for href in hrefs if "." not in str(href)]
    assert len(records) == len(set(records))
