"""Calendars to subscribe to, as the programs read them that people have."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
import vobject
from bs4 import BeautifulSoup
from datasette.app import Datasette
from dateutil.tz import tzical
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from portal.app import create_datasette
from portal.calendar_days import today
from portal.catalogue import catalogue
from portal.icalendars import Origin, calendar
from portal.network import host
from portal.vtimezone import vtimezone
from tests.browser_fixtures import serving
from tests.calendar_clients import Subscription
from tests.portal_fixtures import publish

GOLDEN = Path(__file__).parent / "golden" / "events.ics"
STRANGE = 'Łódź; "quoted", C:\\temp\r\nin two lines 🚲\x07\u2028three </script>'


def event(key: str, start: str, **more: Any) -> dict[str, Any]:
    return {
        "id": key,
        "name": key.replace("-", " ").capitalize(),
        "start": start,
        "country": "EE",
        "online": False,
        "source_url": f"https://example.org/{key}",
        "updated_on": "2026-11-20",
        **more,
    }


TALLINN = {"timezone": "Europe/Tallinn", "start_time": "10:00", "end_time": "12:30"}
REYKJAVIK = {"timezone": "Atlantic/Reykjavik", "start_time": "12:00", "end_time": "13:00"}
EVENTS = [
    event("before-summer-time", "2027-03-27", **TALLINN),
    event("after-the-change-to-summer-time", "2027-03-29", **TALLINN),
    event("before-winter-time", "2027-10-30", **TALLINN),
    event("after-the-change-to-winter-time", "2027-11-01", **TALLINN),
    event("iceland-in-winter", "2027-03-27", country="IS", **REYKJAVIK),
    event("iceland-in-summer", "2027-03-29", country="IS", **REYKJAVIK),
    event("night-of-the-change", "2027-10-30", end="2027-10-31", start_time="22:00",
          end_time="06:00", timezone="Europe/Copenhagen", country="DK"),
    event("without-end", "2027-05-04", start_time="17:00", timezone="Europe/Warsaw", country="PL"),
    event("wherever-you-are", "2027-05-05", start_time="09:00", end_time="10:00"),
    event("one-day", "2027-06-01"),
    event("three-days", "2027-06-02", end="2027-06-04", city="Tartu", venue="Aula, Tartu",
          themes=["finance", "law-and-policy"], organiser="We; and they", summary="Come, all.",
          source_title="A page", latitude=58.38062, longitude=26.72509, precision="place"),
    event("three-days-from-nine", "2027-06-07", end="2027-06-09", start_time="09:00",
          timezone="Europe/Tallinn"),
    event("called-off", "2027-06-10", end="2027-06-11", status="cancelled"),
    event("put-off", "2027-06-12", status="postponed"),
    event("perhaps", "2027-06-13", status="tentative"),
    event("on-the-net", "2027-06-14", online=True, website="https://example.org/a,b;c?d=e"),
    event("both", "2027-06-15", online=True, city="Riga", country="LV", latitude=57.0,
          longitude=25.0, precision="region", updated_on="2026-11-21"),
    event("strange", "2027-06-16", name=STRANGE, summary=STRANGE * 200, organiser=STRANGE,
          venue=STRANGE),
]  # fmt: skip
GONE = {
    "record": "events/gone",
    "reason": "It was entered twice.",
    "removed_on": "2026-11-01",
}


@pytest.fixture(scope="module")
def events_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ical")
    return publish(folder, {"events": EVENTS, "removals": [GONE]})


@pytest.fixture(scope="module")
def events_portal(events_database: Path) -> Datasette:
    return create_datasette(events_database)


async def text(ds: Datasette, address: str = "/baltic/events.ics") -> str:
    response = await ds.client.get(address)
    assert response.status_code == 200, response.text
    return response.content.decode()


async def one(ds: Datasette, key: str) -> Event:
    (found,) = Calendar.from_ical(await text(ds, f"/baltic/events/{key}.ics")).events
    return found


def keys(ics: str) -> list[str]:
    return [str(found["UID"]).partition("@")[0] for found in Calendar.from_ical(ics).events]


def lines(ics: str) -> list[str]:
    """The lines as they are sent, whole ones only."""
    assert ics.endswith("\r\n")
    return ics.removesuffix("\r\n").split("\r\n")


def check(ics: str) -> Calendar:
    """What holds of every calendar."""
    for line in lines(ics):
        assert len(line.encode()) <= 75
        assert not re.search("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]", line)
    read = Calendar.from_ical(ics)
    assert not [component.errors for component in read.walk() if component.errors]
    assert not read.get_missing_tzids()
    uids = [found["UID"] for found in read.events]
    assert len(set(uids)) == len(uids)
    for found in read.events:
        assert {"DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "URL"} <= found.keys()
        if "DTEND" in found:
            assert moment(found.decoded("DTEND")) > moment(found.decoded("DTSTART"))
    other = vobject.readOne(ics)
    assert len(getattr(other, "vevent_list", [])) == len(uids)
    return read


def moment(value: date) -> tuple[float, str]:
    """To compare a day with a day, a time with a time."""
    if not isinstance(value, datetime):
        return value.toordinal(), ""
    return value.replace(tzinfo=value.tzinfo or UTC).timestamp(), ""


@pytest.fixture(scope="module")
def subscription(
    events_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Subscription]:
    with serving(events_database) as address:
        found = Subscription(tmp_path_factory.mktemp("client"), f"{address}/baltic/events.ics")
        found.sync()
        yield found


def test_a_program_that_subscribes_gets_every_event_and_later_only_what_changed(
    subscription: Subscription,
) -> None:
    assert len(subscription.files) == len(EVENTS)
    assert "Copying" not in subscription.sync()


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (
            "Europe/Tallinn",
            {
                "Before summer time": ("2027-03-27 10:00", "2027-03-27 12:30"),
                "After the change to summer time": ("2027-03-29 10:00", "2027-03-29 12:30"),
                "Before winter time": ("2027-10-30 10:00", "2027-10-30 12:30"),
                "After the change to winter time": ("2027-11-01 10:00", "2027-11-01 12:30"),
                "Iceland in winter": ("2027-03-27 14:00", "2027-03-27 15:00"),
                "Iceland in summer": ("2027-03-29 15:00", "2027-03-29 16:00"),
                "Night of the change": ("2027-10-30 23:00", "2027-10-31 07:00"),
            },
        ),
        (
            "Europe/Warsaw",
            {
                "Before summer time": ("2027-03-27 09:00", "2027-03-27 11:30"),
                "After the change to summer time": ("2027-03-29 09:00", "2027-03-29 11:30"),
                "Before winter time": ("2027-10-30 09:00", "2027-10-30 11:30"),
                "After the change to winter time": ("2027-11-01 09:00", "2027-11-01 11:30"),
                "Iceland in winter": ("2027-03-27 13:00", "2027-03-27 14:00"),
                "Iceland in summer": ("2027-03-29 14:00", "2027-03-29 15:00"),
                "Night of the change": ("2027-10-30 22:00", "2027-10-31 06:00"),
            },
        ),
        (
            "Europe/Copenhagen",
            {
                "Before summer time": ("2027-03-27 09:00", "2027-03-27 11:30"),
                "After the change to summer time": ("2027-03-29 09:00", "2027-03-29 11:30"),
                "Iceland in winter": ("2027-03-27 13:00", "2027-03-27 14:00"),
                "Iceland in summer": ("2027-03-29 14:00", "2027-03-29 15:00"),
                "Night of the change": ("2027-10-30 22:00", "2027-10-31 06:00"),
            },
        ),
    ],
)
def test_a_program_shows_times_right_on_both_sides_of_a_change_of_clocks(
    subscription: Subscription, zone: str, expected: dict[str, tuple[str, str]]
) -> None:
    shown = subscription.shown(zone, "2027-03-01", "2027-12-01")
    assert {title: shown[title][:2] for title in expected} == expected


def test_a_program_shows_days_states_and_what_has_no_end(subscription: Subscription) -> None:
    shown = subscription.shown("Europe/Tallinn", "2027-03-01", "2027-12-01")
    assert len(shown) == len(EVENTS)
    assert shown["One day"] == ("2027-06-01", "2027-06-01", "CONFIRMED")
    assert shown["Three days"] == ("2027-06-02", "2027-06-04", "CONFIRMED")
    assert shown["Three days from nine"] == ("2027-06-07", "2027-06-09", "CONFIRMED")
    assert shown["Cancelled: Called off"] == ("2027-06-10", "2027-06-11", "CANCELLED")
    assert shown["Postponed: Put off"] == ("2027-06-12", "2027-06-12", "TENTATIVE")
    assert shown["Without end"][0] == "2027-05-04 18:00"
    assert shown["Wherever you are"][:2] == ("2027-05-05 09:00", "2027-05-05 10:00")
    assert subscription.shown("Europe/Copenhagen", "2027-05-05", "2027-05-06")["Wherever you are"][
        :2
    ] == ("2027-05-05 09:00", "2027-05-05 10:00")


async def test_another_reader_finds_the_same_moments_by_our_zones_alone(
    events_portal: Datasette,
) -> None:
    read = vobject.readOne(await text(events_portal))
    found = {event.summary.value: event.dtstart.value for event in read.vevent_list}
    for title, expected in [
        ("Before summer time", "2027-03-27T08:00"),
        ("After the change to summer time", "2027-03-29T07:00"),
        ("Before winter time", "2027-10-30T07:00"),
        ("After the change to winter time", "2027-11-01T08:00"),
        ("Iceland in summer", "2027-03-29T12:00"),
        ("Without end", "2027-05-04T15:00"),
    ]:
        assert found[title].astimezone(UTC) == datetime.fromisoformat(f"{expected}+00:00")
    assert found["Three days"] == date(2027, 6, 2)
    assert found["Wherever you are"].tzinfo is None


ZONES = [
    *("Europe/" + city for city in "Copenhagen Berlin Warsaw Vilnius Riga Tallinn Helsinki Oslo "
      "Stockholm Minsk Moscow Kaliningrad London Dublin Lisbon Brussels Kyiv Istanbul".split()),
    *("Atlantic/Reykjavik", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"),
    *("America/Santiago", "Asia/Tehran", "Etc/GMT+5", "UTC"),
]  # fmt: skip


@pytest.mark.parametrize("name", ZONES)
def test_a_zone_tells_every_hour_of_its_years(name: str) -> None:
    component = vtimezone(name, 2009, 2031)
    ours = tzical(StringIO(component.to_ical().decode())).get()
    zone, hour = ZoneInfo(name), timedelta(hours=1)
    years = (2009, 2014, 2027, 2031)
    moments = (datetime(year, 1, 1, 0, 30) + step * hour for year in years for step in range(8760))
    for moment in moments:
        told = moment.replace(tzinfo=zone)
        if told.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
            continue  # it is left out, for the clock goes forward
        assert told.utcoffset() == moment.replace(tzinfo=ours).utcoffset(), moment


def test_summer_time_begins_at_an_hour_of_the_old_time_every_year() -> None:
    lines = vtimezone("Europe/Riga", 2026, 2027).to_ical().decode()
    assert "DTSTART:20250330T030000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3" in lines
    assert "DTSTART:20251026T040000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10" in lines


async def test_the_calendar_is_the_one_that_was_looked_at(events_portal: Datasette) -> None:
    """The golden file: a difference is a change that every subscriber's program will see."""
    names = ("three-days", "night-of-the-change", "called-off", "on-the-net", "without-end")
    query = "&".join(f"id={name}" for name in names)
    assert (await text(events_portal, f"/baltic/events.ics?{query}")).encode() == (
        GOLDEN.read_bytes()
    )


async def test_the_same_data_are_the_same_bytes_wherever_they_are_served(
    events_database: Path, events_portal: Datasette
) -> None:
    first = await text(events_portal)
    assert await text(create_datasette(events_database)) == first
    elsewhere = await events_portal.client.get(
        "/baltic/events.ics", headers={"host": "mirror.example"}
    )
    same = elsewhere.text.replace("\r\n ", "").replace("http://mirror.example", "http://localhost")
    assert same == first.replace("\r\n ", "")
    assert "@socialenterprisebsr.net" in same


async def test_a_calendar_says_what_it_is_and_where_it_came_from(events_portal: Datasette) -> None:
    address = "/baltic/events.ics?country=DK&country=LV&online=1"
    read = check(await text(events_portal, address))
    assert str(read["VERSION"]) == "2.0"
    assert str(read["PRODID"]) == "-//socialenterprisebsr.net//Events//EN"
    assert str(read["METHOD"]) == "PUBLISH"
    assert read["X-WR-CALNAME"].ical_value == read["NAME"].ical_value
    assert read["NAME"].ical_value == r"Events: Denmark or Latvia\; Yes"
    assert "Social Entrepreneurship Support Network" in str(read["X-WR-CALDESC"])
    assert read.refresh_interval == timedelta(hours=6)
    assert str(read["X-PUBLISHED-TTL"].ical_value) == "PT6H"
    assert str(read["SOURCE"]) == f"http://localhost{address}"
    assert str(read["URL"]) == f"http://localhost{address.replace('.ics', '')}"


async def test_a_calendar_holds_all_of_the_choice_in_order(events_portal: Datasette) -> None:
    everything = keys(await text(events_portal, "/baltic/events.ics?_size=2&_sort_desc=name"))
    in_order = sorted(EVENTS, key=lambda item: (item["start"], item["id"]))
    assert everything == [item["id"] for item in in_order]


@pytest.mark.parametrize(
    "query",
    ["country=IS", "country=IS&country=LV", "status__notnull=1", "_search=summer", "online=1",
     "start__gte=2027-06-10&start__lt=2027-06-13", "themes=finance", "_bbox=20,50,30,60",
     "_near=58.4,26.7,20", "_when=coming", "_when=past", "country=AU"],
)  # fmt: skip
async def test_a_calendar_holds_what_the_page_with_the_same_address_shows(
    events_portal: Datasette, query: str
) -> None:
    ics = await text(events_portal, f"/baltic/events.ics?{query}")
    page = await events_portal.client.get(f"/baltic/events?{query}&_size=max")
    cards = BeautifulSoup(page.text, "html.parser").select(".card")
    assert sorted(keys(ics)) == sorted(str(card["data-id"]) for card in cards)
    check(ics)


async def test_a_calendar_with_nothing_in_it_is_a_good_one(empty_portal: Datasette) -> None:
    read = check(await text(empty_portal))
    assert read.events == []
    assert read.subcomponents  # RFC 5545, 3.6: at least one


async def test_what_is_over_is_in_the_calendar_until_one_asks_for_what_is_to_come(
    tmp_path: Path,
) -> None:
    yesterday, tomorrow = (today() + timedelta(days=days) for days in (-1, 1))
    portal = create_datasette(
        publish(
            tmp_path,
            {"events": [event("over", str(yesterday)), event("ahead", str(tomorrow))]},
        )
    )
    assert keys(await text(portal)) == ["over", "ahead"]
    assert keys(await text(portal, "/baltic/events.ics?_when=coming")) == ["ahead"]


async def test_all_day_events_end_on_the_day_after(events_portal: Datasette) -> None:
    found = await one(events_portal, "three-days")
    assert found.decoded("DTSTART") == date(2027, 6, 2)
    assert found.decoded("DTEND") == date(2027, 6, 5)
    assert "DTEND" not in await one(events_portal, "without-end")


async def test_several_days_with_a_beginning_alone_are_days_and_the_hour_is_told(
    events_portal: Datasette,
) -> None:
    found = await one(events_portal, "three-days-from-nine")
    assert found.decoded("DTSTART") == date(2027, 6, 7)
    assert "Time: from 09:00 on the first day (time of Europe/Tallinn)" in found["DESCRIPTION"]


async def test_an_event_says_where_it_is_as_far_as_that_is_known(events_portal: Datasette) -> None:
    found = {key: await one(events_portal, key) for key in ("three-days", "both", "on-the-net")}
    assert found["three-days"]["LOCATION"] == "Aula, Tartu, Estonia"
    assert found["three-days"]["GEO"].to_ical() == "58.3806;26.7251"
    assert found["both"]["LOCATION"] == "Riga, Latvia; online"
    assert "GEO" not in found["both"]  # its region's middle is nobody's place
    assert found["on-the-net"]["LOCATION"] == "Online: https://example.org/a,b;c?d=e"


async def test_an_event_tells_its_state_organiser_page_and_source(events_portal: Datasette) -> None:
    found = await one(events_portal, "three-days")
    page = "http://localhost/baltic/events/three-days"
    assert found["DESCRIPTION"] == (
        f"Come, all.\n\nOrganiser: We; and they\nIn the directory: {page}\n"
        "Source: A page https://example.org/three-days"
    )
    assert found["URL"] == page
    assert found.categories == ["Finance and investment", "Law and policy"]
    assert found["TRANSP"] == "TRANSPARENT"
    assert (await one(events_portal, "perhaps"))["STATUS"] == "TENTATIVE"
    put_off = await one(events_portal, "put-off")
    assert put_off["DESCRIPTION"].startswith("Postponed. It does not take place on these days")


async def test_a_change_of_the_record_raises_the_sequence(events_portal: Datasette) -> None:
    older, newer = await one(events_portal, "three-days"), await one(events_portal, "both")
    assert newer["SEQUENCE"] == older["SEQUENCE"] + 1
    assert newer.decoded("LAST-MODIFIED") == datetime(2026, 11, 21, tzinfo=UTC)
    assert newer.decoded("DTSTAMP") == newer.decoded("LAST-MODIFIED")


async def test_one_event_is_for_a_calendar_that_its_reader_has(events_portal: Datasette) -> None:
    response = await events_portal.client.get("/baltic/events/both.ics?_dl=on")
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="both.ics"'
    assert "max-age" in response.headers["cache-control"]
    assert "X-WR-CALNAME" not in response.text
    assert keys(response.text) == ["both"]


async def test_strange_text_is_told_without_what_no_calendar_can_hold(
    events_portal: Datasette,
) -> None:
    found = await one(events_portal, "strange")
    assert found["SUMMARY"] == 'Łódź; "quoted", C:\\temp in two lines 🚲 three </script>'
    assert found["DESCRIPTION"].count("\nin two lines 🚲\nthree </script>") == 200
    read = vobject.readOne(await text(events_portal, "/baltic/events/strange.ics"))
    assert read.vevent.summary.value == found["SUMMARY"]
    assert read.vevent.description.value == found["DESCRIPTION"]


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/baltic/library.ics", 404, "no calendar of this table"),
        ("/baltic/enterprises.ics?country=DK", 404, "no calendar of this table"),
        ("/baltic/enterprises/dk-bybi.ics", 404, "no format"),
        ("/baltic/events/nobody.ics", 404, "no record"),
        ("/baltic/events/gone.ics", 410, "entered twice"),
        ("/baltic/events.ics?country=Denmark", 400, "codes are"),
        ("/baltic/events.ics?lang=da", 400, "no column"),
        ("/baltic/events/both.ics?country=DK", 400, "does not take"),
    ],
)
async def test_what_is_no_calendar_is_refused_in_words(
    events_portal: Datasette, address: str, status: int, words: str
) -> None:
    response = await events_portal.client.get(address)
    assert response.status_code == status
    assert words in response.json()["error"]


async def test_a_calendar_has_no_language(events_portal: Datasette) -> None:
    response = await events_portal.client.get("/da/baltic/events.ics?country=DK")
    assert response.status_code == 301
    assert response.headers["location"] == "/baltic/events.ics?country=DK"


async def test_the_list_offers_the_calendar_of_its_choice(events_portal: Datasette) -> None:
    page = await events_portal.client.get("/lt/baltic/events?country=LV&_sort=start")
    panel = BeautifulSoup(page.text, "html.parser").select_one("#subscribe")
    assert panel
    address = "localhost/baltic/events.ics?country=LV"
    assert panel.select_one("input[readonly]")["value"] == f"http://{address}"
    assert panel.select_one("a")["href"] == f"webcal://{address}"
    other = await events_portal.client.get("/baltic/library")
    assert not BeautifulSoup(other.text, "html.parser").select("a[href^='webcal:']")


async def test_every_event_of_the_network_can_be_read(real_portal: Datasette) -> None:
    read = check(await text(real_portal))
    counted = await real_portal.client.get("/baltic/events.json?_size=0")
    assert len(read.events) == counted.json()["filtered_table_rows_count"]


TIMES = st.none() | st.times().map(lambda time: f"{time:%H:%M}")
WORDS = st.none() | st.text(st.characters(exclude_categories=[]), max_size=120)
RECORDS = st.fixed_dictionaries(
    {
        "name": st.text(st.characters(exclude_categories=[]), min_size=1, max_size=120),
        "start": st.dates().map(str),
        "end": st.none() | st.dates().map(str),
        "start_time": TIMES,
        "end_time": TIMES,
        "timezone": st.sampled_from(
            [None, "Mars/Olympus", "Europe", *sorted(available_timezones())]
        ),
        "country": st.sampled_from(["LV", "EU"]),
        "city": WORDS,
        "venue": WORDS,
        "online": st.sampled_from([0, 1]),
        "status": st.sampled_from([None, "cancelled", "tentative", "postponed"]),
        "organiser": WORDS,
        "themes": st.sampled_from([None, "[]", '["finance", "youth"]']),
        "website": WORDS,
        "summary": WORDS,
        "source_url": WORDS,
        "source_title": WORDS,
        "latitude": st.none() | st.floats(-90, 90),
        "longitude": st.floats(-180, 180),
        "precision": st.sampled_from(["address", "region"]),
        "updated_on": st.none() | st.dates().map(str),
    }
)


@given(st.lists(RECORDS, max_size=4))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_an_event_is_its_calendar_is_a_good_one(
    events_portal: Datasette, records: list[dict[str, Any]]
) -> None:
    known = catalogue(events_portal)
    assert known
    origin = Origin(known.tables["events"], host(known), lambda key: f"https://example.org/{key}")
    named = [record | {"id": f"event-{number}"} for number, record in enumerate(records)]
    assert len(check(calendar(named, origin).decode()).events) == len(records)


async def test_an_event_in_the_first_year_there_is_breaks_no_calendar(tmp_path: Path) -> None:
    event = FIRST | {"start": "0001-01-01", "start_time": "00:30", "end_time": "05:00"}
    portal = create_datasette(publish(tmp_path, {"events": [event]}))
    response = await portal.client.get("/baltic/events.ics")
    assert response.status_code == 200
    assert "DTSTART:00010101T003000" in response.text


async def test_a_time_without_a_zone_is_not_read_in_that_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In Riga there is no 03:30 on that day, but the event is not said to be there."""
    event = FIRST | {"start": "2027-03-28", "start_time": "03:30", "end_time": "04:10"}
    portal = create_datasette(publish(tmp_path, {"events": [event]}))
    monkeypatch.setenv("TZ", "Europe/Riga")
    time.tzset()
    try:
        response = await portal.client.get("/baltic/events.ics")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert "DTEND:20270328T041000" in response.text


async def test_all_who_ask_at_the_same_time_get_the_same_calendar(published: Path) -> None:
    portal = create_datasette(published)
    answers = await asyncio.gather(*(portal.client.get("/baltic/events.ics") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1


FIRST = {
    "id": "first",
    "name": "First",
    "country": "DK",
    "online": False,
    "source_url": "https://example.org",
}
