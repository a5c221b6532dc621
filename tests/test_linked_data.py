"""What pages tell machines, in the terms of schema.org and of Open Graph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from datasette.app import Datasette

from portal.app import create_datasette
from tests.portal_fixtures import publish
from tests.schema_org import ADDRESS, expanded, kinds, nodes, problems

HOST = "http://localhost"
SOURCE = {"source_url": "https://example.org/source"}
HOSTILE = "</script><script>alert(1)</script> & \u2028 “quoted”"
RECORDS: dict[str, list[dict[str, Any]]] = {
    "organisations": [
        {"id": "dk-house", "name": "House of Help", "country": "DK", "kind": "incubator",
         "website": "https://house.example.org", "offer": ["grants"], **SOURCE},
    ],
    "enterprises": [
        {"id": f"dk-{number:02}", "name": f"Enterprise {number:02}" if number else HOSTILE,
         "country": "DK", "sector": "retail-and-trade", "summary": HOSTILE, **SOURCE}
        for number in range(25)
    ],
    "programmes": [
        {"id": "dk-fund", "name": "Fund", "country": "DK", "kind": "voucher", "status": "annual",
         "organisation": "dk-house", "deadline": "2027-01-31", **SOURCE},
        {"id": "int-fund", "name": "Other fund", "country": "INT", "kind": "grant",
         "status": "open-ended", "provider": "Somebody", **SOURCE},
    ],
    "events": [
        {"id": "2099-day", "name": "Day", "start": "2099-05-30", "start_time": "09:30",
         "end_time": "16:00", "timezone": "Europe/Riga", "country": "LV", "city": "Riga",
         "venue": "Hall", "online": False, "organisation": "dk-house", "organiser": "A house",
         "themes": ["finance", "digital"], "website": "https://day.example.org", **SOURCE},
        {"id": "2099-days", "name": "Days", "start": "2099-10-24", "end": "2099-10-26",
         "end_time": "12:00", "timezone": "Europe/Riga", "country": "INT", "online": True,
         "status": "cancelled", "organiser": "Nobody's record", **SOURCE},
        {"id": "2099-later", "name": "Later", "start": "2099-11-01", "country": "LV",
         "online": False, "status": "postponed", **SOURCE},
        {"id": "2099-perhaps", "name": "Perhaps", "start": "2099-11-02", "country": "LV",
         "online": False, "status": "tentative", **SOURCE},
    ],
    "library": [
        {"id": "course", "title": "Course", "kind": "course", "url": "https://c.example.org",
         "audiences": ["founders"], "countries": ["LV", "EU"], "organisation": "dk-house",
         "publisher": "House", "year": 2020, "language": "lv", **SOURCE},
        {"id": "course-2", "title": "Second part", "kind": "course", "part_of": "course",
         "position": 2, "url": "https://c.example.org/2", **SOURCE},
        {"id": "course-1", "title": "First part", "kind": "course", "part_of": "course",
         "position": 1, "url": "https://c.example.org/1", **SOURCE},
        {"id": "report", "title": "Report", "kind": "report", "url": "https://r.example.org",
         **SOURCE},
    ],
    "articles": [
        {"id": "own", "title": "Our own", "publisher": "We", "published": "2026-05-01",
         "language": "en", "body": "Text.", "authors": ["dk-house"],
         "enterprises": ["dk-02", "dk-01"], "organisations": ["dk-house"],
         "countries": ["DK", "INT"], "themes": ["finance"], **SOURCE},
        {"id": "elsewhere", "title": "Elsewhere", "publisher": "They", "published": "2026-04",
         "url": "https://they.example.org/article", "language": "da", **SOURCE},
    ],
}  # fmt: skip

PAGES = [
    "/",
    *(f"/baltic/{table}" for table in RECORDS),
    *(f"/baltic/{table}/{record['id']}" for table in RECORDS for record in RECORDS[table][:4]),
    "/baltic/events?_month=2099-05",
    "/baltic/enterprises?country=DK&_page=2",
    "/countries",
    "/countries/dk",
    "/countries/compare",
    "/support",
    "/support?need=money",
    "/partners",
    "/about",
    "/about/privacy",
    "/about/accessibility",
]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    return create_datasette(publish(tmp_path_factory.mktemp("told"), RECORDS))


async def page(told: Datasette, path: str) -> BeautifulSoup:
    response = await told.client.get(path)
    assert response.status_code == 200, response.text
    return BeautifulSoup(response.text, "html.parser")


async def document(told: Datasette, path: str) -> dict[str, Any]:
    (script,) = (await page(told, path)).select('script[type="application/ld+json"]')
    found: dict[str, Any] = json.loads(script.text)
    return found


async def node(told: Datasette, path: str, kind: str) -> dict[str, Any]:
    """The one node of a page, at its top, that is of a kind."""
    (found,) = [one for one in (await document(told, path))["@graph"] if kind in kinds(one)]
    return dict(found)


async def thing(told: Datasette, path: str) -> dict[str, Any]:
    """What a record's page is about."""
    about = await node(told, path, "WebPage")
    graph = (await document(told, path))["@graph"]
    (found,) = [one for one in graph if one["@id"] == about["mainEntity"]["@id"]]
    return dict(found)


@pytest.mark.parametrize("path", [*PAGES, *(f"/da{path}" for path in PAGES[:8])])
async def test_every_kind_of_page_speaks_in_the_terms_of_schema_org(told: Datasette, path: str):
    found = await document(told, path)
    assert found["@context"] == ADDRESS
    assert problems(found) == []


@pytest.mark.parametrize("path", PAGES)
async def test_an_independent_reader_understands_every_word(told: Datasette, path: str):
    found = await document(told, path)
    written = {key for one in nodes(found["@graph"]) for key in one if key[0] != "@"}
    read = {key for one in nodes(expanded(found)) for key in one if key[0] != "@"}
    assert read == {f"{ADDRESS}/{key}" for key in written}
    assert len(expanded(found)) == len(found["@graph"])


async def test_home_tells_how_to_search_and_who_publishes(told: Datasette):
    site = await node(told, "/da/", "WebSite")
    assert site["@id"] == f"{HOST}/#site", "the same in every language"
    assert site["potentialAction"]["target"]["urlTemplate"] == (
        f"{HOST}/da/search?q={{search_term_string}}"
    )
    assert site["potentialAction"]["query-input"] == "required name=search_term_string"
    assert site["publisher"]["name"]
    assert site["publisher"]["url"].startswith("https://")


async def test_a_list_names_the_records_of_its_page_in_their_places(told: Datasette):
    about = await node(told, "/da/baltic/enterprises?_page=2", "CollectionPage")
    records = about["mainEntity"]
    assert records["numberOfItems"] == 25
    assert [item["position"] for item in records["itemListElement"]] == [21, 22, 23, 24, 25]
    first = records["itemListElement"][0]
    assert first["url"] == f"{HOST}/da/baltic/enterprises/dk-21"
    assert first["item"]["@id"] == f"{HOST}/baltic/enterprises/dk-21#it"
    assert first["item"]["@type"] == "Organization"


async def test_a_list_is_one_of_the_records_that_were_chosen(told: Datasette):
    about = await node(told, "/baltic/library?kind=report", "CollectionPage")
    assert about["url"] == f"{HOST}/baltic/library?kind=report"
    assert about["name"] == "Library: Report"
    (only,) = about["mainEntity"]["itemListElement"]
    assert only["item"]["name"] == "Report"


async def test_the_calendar_tells_events_with_their_days(told: Datasette):
    about = await node(told, "/baltic/events", "CollectionPage")
    events = [item["item"] for item in about["mainEntity"]["itemListElement"]]
    assert {event["@type"] for event in events} == {"Event"}
    assert events[0]["startDate"] == "2099-05-30T09:30:00+03:00"
    assert events[0]["location"][0]["address"]["addressLocality"] == "Riga"


async def test_a_month_on_the_wall_claims_no_list(told: Datasette):
    about = await node(told, "/baltic/events?_month=2099-05", "CollectionPage")
    assert "mainEntity" not in about


async def test_an_event_tells_when_it_ends_by_the_clock_of_that_day(told: Datasette):
    event = await thing(told, "/baltic/events/2099-days")
    assert event["startDate"] == "2099-10-24"
    assert event["endDate"] == "2099-10-26T12:00:00+02:00"
    day = await thing(told, "/baltic/events/2099-day")
    assert day["endDate"] == "2099-05-30T16:00:00+03:00"
    assert "endDate" not in await thing(told, "/baltic/events/2099-later")


async def test_an_event_tells_whether_it_takes_place(told: Datasette):
    states = {
        key: (await thing(told, f"/baltic/events/{key}")).get("eventStatus")
        for key in ("2099-day", "2099-days", "2099-later", "2099-perhaps")
    }
    assert states == {
        "2099-day": f"{ADDRESS}/EventScheduled",
        "2099-days": f"{ADDRESS}/EventCancelled",
        "2099-later": f"{ADDRESS}/EventPostponed",
        "2099-perhaps": None,
    }


async def test_an_event_tells_what_it_is_about_and_who_holds_it(told: Datasette):
    event = await thing(told, "/lv/baltic/events/2099-day")
    assert [subject["termCode"] for subject in event["about"]] == ["finance", "digital"]
    assert event["about"][0]["inDefinedTermSet"] == f"{HOST}/baltic/themes"
    assert event["organizer"]["@id"] == f"{HOST}/baltic/organisations/dk-house#it"
    other = await thing(told, "/baltic/events/2099-days")
    assert other["organizer"] == {"@type": "Organization", "name": "Nobody's record"}


async def test_what_is_named_on_one_page_is_the_thing_of_another(told: Datasette):
    article = await thing(told, "/da/baltic/articles/own")
    named = [one["@id"] for one in article["mentions"] + article["author"]]
    assert named == [
        f"{HOST}/baltic/enterprises/dk-02#it",
        f"{HOST}/baltic/enterprises/dk-01#it",
        f"{HOST}/baltic/organisations/dk-house#it",
        f"{HOST}/baltic/organisations/dk-house#it",
    ]
    assert (await thing(told, "/pl/baltic/organisations/dk-house"))["@id"] == named[-1]
    assert (await thing(told, "/baltic/programmes/dk-fund"))["provider"]["@id"] == named[-1]
    assert (await thing(told, "/baltic/programmes/int-fund"))["provider"]["name"] == "Somebody"


async def test_an_article_is_about_countries_and_not_about_all_of_them(told: Datasette):
    subjects = (await thing(told, "/baltic/articles/own"))["about"]
    assert [one["identifier"] for one in subjects if one["@type"] == "Country"] == ["DK"]


async def test_only_our_own_articles_are_parts_of_our_blog(told: Datasette):
    blog = await node(told, "/baltic/articles", "Blog")
    assert (await thing(told, "/baltic/articles/own"))["isPartOf"]["@id"] == blog["@id"]
    elsewhere = await thing(told, "/baltic/articles/elsewhere")
    assert "isPartOf" not in elsewhere
    assert elsewhere["url"] == "https://they.example.org/article"


async def test_a_whole_and_its_parts_name_each_other_in_order(told: Datasette):
    whole = await thing(told, "/baltic/library/course")
    part = await thing(told, "/baltic/library/course-2")
    assert [one["name"] for one in whole["hasPart"]] == ["First part", "Second part"]
    assert whole["hasPart"][1]["@id"] == part["@id"]
    assert part["isPartOf"][0]["@id"] == whole["@id"]
    assert part["position"] == 2
    assert [one["audienceType"] for one in whole["audience"]] == ["People who want to start"]


async def test_the_way_to_a_record_is_told_in_the_language_of_the_page(told: Datasette):
    way = await node(told, "/da/baltic/library/course", "BreadcrumbList")
    assert [step["name"] for step in way["itemListElement"]] == ["Forside", "Bibliotek", "Course"]
    assert [step["item"]["@id"] for step in way["itemListElement"]] == [
        f"{HOST}/da/",
        f"{HOST}/da/baltic/library",
        f"{HOST}/da/baltic/library/course",
    ]
    about = await node(told, "/da/baltic/library/course", "WebPage")
    assert about["breadcrumb"] == {"@id": way["@id"]}


async def test_no_name_breaks_out_of_what_machines_read(told: Datasette):
    for path in ("/baltic/enterprises?_page=2", "/baltic/enterprises/dk-00"):
        scripts = (await page(told, path)).select("script")
        told_of = [script for script in scripts if "alert(1)" in script.text]
        assert {script.get("type") for script in told_of} == {"application/ld+json"}
        assert HOSTILE in [one.get("name") for one in nodes(await document(told, path))]


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_looks_like_itself_where_it_is_shared(told: Datasette, path: str):
    graph: dict[str, list[str]] = {}
    for meta in (await page(told, path)).select("meta[property^='og:']"):
        graph.setdefault(str(meta["property"]), []).append(str(meta["content"]))
    assert all(len(values) == 1 for values in graph.values()), "each is said once"
    assert set(graph) >= {
        *("og:title", "og:description", "og:type", "og:url", "og:site_name", "og:locale")
    }
    assert graph["og:url"][0].startswith(f"{HOST}/")
    if "og:image" in graph:
        assert graph["og:image:alt"][0]
        picture = await told.client.get(graph["og:image"][0].removeprefix(HOST))
        assert picture.headers["content-type"] == "image/png"


async def test_an_article_is_shared_as_one_in_the_language_of_the_page(told: Datasette):
    html = await page(told, "/et/baltic/articles/own")
    graph = {meta["property"]: meta["content"] for meta in html.select("meta[property^='og:']")}
    assert graph["og:type"] == "article"
    assert graph["og:locale"] == "et_EE"


async def test_an_event_in_a_zone_unknown_here_has_a_page(tmp_path: Path) -> None:
    event = {
        "id": "far",
        "name": "Far",
        "country": "DK",
        "online": False,
        "start": "2099-01-01",
        "start_time": "10:00",
        "timezone": "Mars/Phobos",
        "source_url": "https://example.org",
    }
    portal = create_datasette(publish(tmp_path, {"events": [event]}))
    for path in ("/baltic/events", "/baltic/events/far", "/baltic/events.ics"):
        assert (await portal.client.get(path)).status_code == 200, path
