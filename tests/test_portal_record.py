"""One record's page: what it tells, what it links to, and what becomes of removed records."""

from __future__ import annotations

import json
import random
import re
import sqlite3
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette
from portal_fixtures import NAMES, enterprises, publish
from schema_org import problems

from portal import facts
from portal.app import create_datasette
from portal.area import distance_km
from portal.calendar_days import today
from portal.catalogue import Catalogue, catalogue
from portal.location import certainty, coordinates
from portal.nearby import of_same_field


def enterprise(key: str, **values: Any) -> dict[str, Any]:
    """An enterprise of Estonia; with a latitude it is placed."""
    record = {
        "id": key,
        "name": key.removeprefix("ee-").replace("-", " ").title(),
        "country": "EE",
        "sector": "recycling-and-reuse",
        "source_url": f"https://www.example.org/{key}",
        **values,
    }
    if "latitude" in record:
        point = [record["longitude"], record["latitude"]]
        record |= {"geometry": {"type": "Point", "coordinates": point}}
        record.setdefault("precision", "place")
    return record


TARTU = {"city": "Tartu", "latitude": 58.38, "longitude": 26.72, "geonameid": 588335}
ELVA = {"city": "Elva", "latitude": 58.2225, "longitude": 26.4211, "geonameid": 592133}
TALLINN = {"city": "Tallinn", "latitude": 59.437, "longitude": 24.7535, "geonameid": 588409}
FULL = {
    "name_alt": "The Full One",
    "region": "Tartu maakond",
    "postcode": "00-510",
    "address": "Rüütli 1",
    "website": "https://www.full.example.org/",
    "email": "office@full.example.org",
    "legal_form": "MTÜ",
    "registered_status": "Register",
    "founded": 2014,
    "employees": 1200,
    "impact_area": "work-integration",
    "target_group": "Everyone",
    "summary": "Repairs </script><script>alert(1)</script> bicycles.",
    "source_title": "About us",
    "checked_on": "2026-05-30",
    "updated_on": "2026-11-23",
    "precision": "address",
    "confidence": 1.0,
    "place_matched": "Tartu",
    "place_note": "By name.",
}
ENTERPRISES = [
    enterprise("ee-full", **TARTU | FULL),
    *(enterprise(f"ee-tartu-{number}", **TARTU) for number in range(8)),
    enterprise("ee-tartu-school", **TARTU, sector="education-and-training"),
    *(enterprise(f"ee-elva-{number}", **ELVA) for number in range(2)),
    enterprise("ee-elva-school", **ELVA, sector="education-and-training"),
    enterprise("ee-tallinn", **TALLINN),
    enterprise("ee-nowhere", precision="country", place_note="Only Estonia is known."),
    enterprise("ee-bad-link", website="javascript:alert(1)", email="x@y?cc=z"),
    enterprise("ee-village-a", city="Küla"),
    enterprise("ee-village-b", city="Küla"),
]
REMOVALS = [
    {
        "record": "enterprises/ee-gone",
        "reason": "It closed down in <b>2025</b>.",
        "removed_on": "2026-03-01",
    },
    {
        "record": "enterprises/ee-merged",
        "reason": "Entered twice.",
        "replaced_by": "ee-full",
        "removed_on": "2026-03-01",
    },
    {
        "record": "enterprises/ee-merged-before",
        "reason": "Entered twice.",
        "replaced_by": "ee-merged",
        "removed_on": "2026-02-01",
    },
    {
        "record": "enterprises/ee-merged-into-gone",
        "reason": "Entered twice.",
        "replaced_by": "ee-gone",
        "removed_on": "2026-02-01",
    },
    {"record": "events/old", "reason": "Never held.", "removed_on": "2026-02-01"},
]
MORE: dict[str, list[dict[str, Any]]] = {
    "organisations": [
        {
            "id": "ee-hub",
            "name": "Hub & <b>Co</b>",
            "country": "EE",
            "kind": "network",
            "offer": ["training", "advice"],
            "website": "https://hub.example.org",
            "source_url": "https://hub.example.org/about",
        }
    ],
    "programmes": [
        {
            "id": "ee-grant",
            "name": "Grant",
            "provider": "Hub & <b>Co</b>",
            "organisation": "ee-hub",
            "country": "EE",
            "kind": "grant",
            "status": "annual",
            "amount": "Up to €5,000",
            "source_url": "https://hub.example.org/grant",
        }
    ],
    "events": [
        {
            "id": f"{2020 + number}-day",
            "name": f"Day {2020 + number}",
            "start": f"{2020 + number}-05-30",
            "end": f"{2020 + number}-05-31",
            "start_time": "09:30",
            "timezone": "Europe/Tallinn",
            "country": "EE",
            "city": "Tartu",
            "online": number == 0,
            "organiser": "Somebody",
            "organisation": "ee-hub",
            "source_url": "https://hub.example.org/day",
        }
        for number in range(8)
    ],
    "library": [
        {
            "id": "kursus",
            "title": "Kursus",
            "kind": "course",
            "publisher": "Hub",
            "year": 2019,
            "language": "da",
            "url": "https://hub.example.org/kursus",
            "topics": ["starting up", "a & b"],
            "summary": "A course.",
            "source_url": "https://hub.example.org/kursus",
        }
    ],
    "articles": [
        {
            "id": "tekst",
            "title": "Tekst",
            "published": "2026-03",
            "publisher": "Hub",
            "language": "da",
            "body": "Et.\n\n<i>To</i>.",
            "source_url": "https://hub.example.org/tekst",
        }
    ],
}


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    """A portal with a full record, towns with neighbours, and removals."""
    folder: Path = tmp_path_factory.mktemp("records")
    return create_datasette(
        publish(folder, {"enterprises": ENTERPRISES, "removals": REMOVALS, **MORE})
    )


async def page(portal: Datasette, path: str) -> str:
    response = await portal.client.get(path)
    assert response.status_code == 200, response.text
    return response.text


def text_of(html: str) -> str:
    """What is read of a piece of HTML, blanks made one."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split()).replace(" .", ".")


def section(html: str, heading: str) -> str:
    """The section under the heading that begins so."""
    sections = re.findall(r"<section.*?</section>", html, flags=re.S)
    (found,) = [s for s in sections if re.search(rf"<h2[^>]*>{re.escape(heading)}", s)]
    return str(found)


def fact(html: str, title: str) -> str:
    (found,) = re.findall(rf">{title}</dt>(.*?)</div>", html, flags=re.S)
    return text_of(found)


def linked(html: str) -> dict[str, Any]:
    """Type of the node (the page, or the thing it is about) → the node of the page's JSON-LD."""
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, flags=re.S)
    document = json.loads(text)
    assert document["@context"] == "https://schema.org"
    assert problems(document) == []
    thing, about, _way = document["@graph"]
    assert about["@type"] == "WebPage"
    assert about["mainEntity"] == {"@id": thing["@id"]}
    return {"thing": thing, "page": about}


# What it tells


async def test_every_known_value_is_told_in_words(rich: Datasette):
    html = await page(rich, "/baltic/enterprises/ee-full")
    assert fact(html, "Sector") == "Recycling and reuse"
    assert fact(html, "Country") == "Estonia"
    assert fact(html, "Founded") == "2014"
    assert fact(html, "Employees") == "1,200 people"
    assert fact(html, "Postcode") == "00-510"
    assert fact(html, "Website") == "full.example.org"
    assert fact(html, "E-mail") == "office@full.example.org"
    assert "The Full One" in html
    assert 'href="mailto:office@full.example.org"' in html
    for value in ("Rüütli 1", "MTÜ", "Register", "Everyone", "Tartu maakond"):
        assert value in html
    assert "Not known" not in html


async def test_no_column_name_or_code_stands_for_a_value(rich: Datasette):
    html = text_of(
        re.sub("(?s)^.*<article|</article>.*$", "", await page(rich, "/baltic/enterprises/ee-full"))
    )
    for code in ("recycling-and-reuse", "work-integration", "impact_area", "founded_decade"):
        assert code not in html


async def test_what_is_not_known_takes_one_line(rich: Datasette):
    html = await page(rich, "/baltic/enterprises/ee-tallinn")
    assert "Not known: impact area, target group, address, postcode, legal form, " in html
    assert "year of foundation, number of employees, website, e-mail." in html
    assert ">Legal form</dt>" not in html


async def test_coded_values_lead_to_the_records_that_share_them(rich: Datasette):
    html = await page(rich, "/baltic/organisations/ee-hub")
    assert '<a href="/baltic/organisations?kind=network" rel="nofollow">' in html
    assert '<a href="/baltic/organisations?offer=training" rel="nofollow">Training</a>' in html
    for href in re.findall(r'href="(/baltic/\w+\?[^"]+)"', html):
        answer = await rich.client.get(unescape(href).replace("?", ".json?", 1))
        assert answer.json()["filtered_table_rows_count"] >= 1, href


async def test_a_field_that_the_schema_gains_shows_up_by_itself(rich: Datasette):
    table = rich_table(rich, "enterprises")
    column = table.columns["legal_form"]
    gained = type(column)(name="gained", title="Gained", unit="kWh", type="integer")
    record = facts.Record(
        type(table)("t", "T", "", ("id",), {"gained": gained}), "x", {"gained": 1234}
    )
    (group,) = facts.groups(record)
    assert [(f.title, f.values[0].text) for f in group.facts] == [("Gained", "1,234 kWh")]
    assert facts.unknown(facts.Record(record.table, "x", {"gained": None})) == ["gained"]


def rich_table(portal: Datasette, name: str) -> Any:
    known = catalogue(portal)
    assert known
    return known.tables[name]


async def test_a_link_is_made_of_web_addresses_and_nothing_else(rich: Datasette):
    html = await page(rich, "/baltic/enterprises/ee-bad-link")
    assert "javascript:alert(1)" in html
    assert 'href="javascript' not in html
    assert "mailto:" not in html


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("https://example.org/a?b=c", True),
        ("HTTP://EXAMPLE.ORG", True),
        ("javascript:alert(1)", False),
        (" https://example.org", False),
        ("https://exam ple.org", False),
        ("https://", False),
        ("https://[::1/", False),
        ("//example.org", False),
        ("data:text/html,x", False),
        ("http:example.org", False),
    ],
)
def test_what_may_be_a_link(text: str, is_one: bool):
    assert facts.is_web_address(text) is is_one


async def test_an_event_tells_days_time_and_place(rich: Datasette):
    html = await page(rich, "/baltic/events/2021-day")
    when = "Sunday to Monday, 30–31 May 2021, from 09:30 (time of Tallinn)"
    assert fact(html, "When") == when
    assert fact(html, "Online") == "No"
    assert fact(html, "Organisation") == "Hub & <b>Co</b>"
    assert "Not on the map" in section(html, "On the map")


async def test_a_provider_who_has_a_record_is_named_once(rich: Datasette):
    html = await page(rich, "/baltic/programmes/ee-grant")
    assert ">Provider</dt>" not in html
    assert '<a href="/baltic/organisations/ee-hub">Hub &amp; &lt;b&gt;Co&lt;/b&gt;</a>' in html
    assert "On the map" not in html, "programmes have no place"


async def test_a_programme_says_first_whether_one_can_apply(rich: Datasette):
    html = await page(rich, "/baltic/programmes/ee-grant")
    (notice,) = re.findall('<p class="notice">(.*?)</p>', html)
    assert text_of(notice).startswith("Every year")
    assert "once a year" in notice
    assert html.index("<h1") < html.index(notice) < html.index('<dl class="facts"')
    assert fact(html, "Status") == "Every year"


async def test_what_it_helps_with_is_not_told_twice(rich: Datasette):
    for path in ("organisations/ee-hub", "programmes/ee-grant"):
        html = await page(rich, f"/baltic/{path}")
        assert "needs=" not in html
        assert "Training" in html or "Grant" in html


async def test_long_lists_below_a_text_of_ours_stand_in_one_line(tmp_path: Path):
    text = {"id": "own", "title": "Own", "publisher": "We", "source_url": "https://example.org"}
    topics = ["a", "b", "c", "d", "e"]
    articles = [
        text | {"body": "Text.", "topics": topics},
        text | {"id": "few", "body": "Text.", "topics": topics[:4]},
    ]
    portal = create_datasette(publish(tmp_path, {"articles": articles}))
    many, few = [await page(portal, f"/baltic/articles/{key}") for key in ("own", "few")]
    assert [
        len(re.findall("<dd", re.findall(">Topics</dt>(.*?)</div>", html, flags=re.S)[0]))
        for html in (many, few)
    ] == [1, 4]
    assert fact(many, "Topics") == "a b c d e"


async def test_of_very_many_named_records_it_says_how_many_more_there_are(tmp_path: Path):
    firms = [enterprise(f"ee-{number}") for number in range(230)]
    keys = [one["id"] for one in firms]
    source = {"publisher": "We", "source_url": "https://example.org"}
    articles = [
        {"id": "many", "title": "Many", "enterprises": keys} | source,
        {"id": "fewer", "title": "Fewer", "enterprises": keys[:200]} | source,
    ]
    records = {"enterprises": firms, "articles": articles}
    portal = create_datasette(publish(tmp_path, records))
    assert fact(await page(portal, "/baltic/articles/many"), "Enterprises in it").endswith(
        "and 30 more"
    )
    assert "more" not in fact(await page(portal, "/baltic/articles/fewer"), "Enterprises in it")


async def test_text_in_another_language_says_so(rich: Datasette):
    html = await page(rich, "/baltic/articles/tekst")
    assert re.search(r'<h1 dir="auto" lang="da">Tekst</h1>', html)
    assert re.search(r'<div class="prose" lang="da">\s*<p dir="auto">Et.</p>', html)
    assert "&lt;i&gt;To&lt;/i&gt;" in html
    byline = '<time datetime="2026-03">March 2026</time>, <span dir="auto">Hub</span>'
    assert byline in html
    assert not re.search("<dt[^>]*>(Published|Publisher)</dt>", html), "told above"


async def test_the_place_its_precision_and_how_sure_it_is_are_explained(rich: Datasette):
    where = section(await page(rich, "/baltic/enterprises/ee-full"), "On the map")
    assert "Street address" in where
    assert "The coordinates are those of the street address" in where
    assert "There is hardly a doubt that this is the place." in where
    assert "58.3800° N, 26.7200° E" in where
    assert 'href="https://www.openstreetmap.org/?mlat=58.38&amp;mlon=26.72' in where
    assert 'href="https://www.geonames.org/588335"' in where
    assert "{&#34;type&#34;: &#34;Point&#34;" in where, "for datasette-leaflet-geojson"


async def test_only_a_record_with_a_place_loads_the_map(rich: Datasette):
    script = "datasette-leaflet-geojson.js"
    assert script in await page(rich, "/baltic/enterprises/ee-full")
    assert script not in await page(rich, "/baltic/enterprises/ee-nowhere")
    assert script not in await page(rich, "/baltic/programmes/ee-grant")


async def test_a_record_without_a_place_says_why(rich: Datasette):
    html = await page(rich, "/baltic/enterprises/ee-nowhere")
    assert "Not on the map. Only Estonia is known." in text_of(section(html, "On the map"))
    assert "og:image" not in html


def test_degrees_south_and_west_are_written_as_such():
    assert coordinates(-33.8688, -70.5) == "33.8688° S, 70.5000° W"


def test_certainty_falls_with_confidence():
    words = [certainty(value) for value in (1.0, 0.85, 0.6, 0.4)]
    assert len(set(words)) == 4
    assert certainty(None) == ""


async def test_sources_tell_when_they_were_checked(rich: Datasette):
    told = section(await page(rich, "/baltic/enterprises/ee-full"), "Where this is from")
    assert (
        '<a href="https://www.example.org/ee-full" rel="noopener" dir="auto">About us</a>' in told
    )
    assert "example.org" in text_of(told)
    assert "Last checked by the partner on 30 May 2026." in told
    assert "Changed here on 23 November 2026." in told
    other = section(await page(rich, "/baltic/enterprises/ee-tallinn"), "Where this is from")
    assert "Not yet confirmed by the partner" in other


async def test_only_what_goes_on_may_have_changed_since_it_was_read(rich: Datasette):
    for path, may_change in {
        "organisations/ee-hub": True,
        "programmes/ee-grant": True,
        "events/2027-day": today().isoformat() <= "2027-05-31",
        "events/2021-day": False,
        "library/kursus": False,
        "articles/tekst": False,
    }.items():
        told = section(await page(rich, f"/baltic/{path}"), "Where this is from")
        assert ("may have changed since" in told) is may_change, path


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("https://example.org/library/page/20", True),
        ("https://example.org/category/news/", True),
        ("https://example.org/tag/impact", True),
        ("https://example.org/2020/12/", True),
        ("https://example.org/2020/12", True),
        ("https://example.org/2020/12/a-report/", False),
        ("https://example.org/2020/13/", False),
        ("https://example.org/page/a-report-1750075", False),
        ("https://example.org/report?from=/category/news", False),
    ],
)
def test_what_is_plainly_a_page_that_lists_others(address: str, is_one: bool):
    assert facts.is_listing(address) is is_one


# What is near


async def test_records_of_the_same_town_are_named_and_the_list_has_them_all(rich: Datasette):
    town = section(await page(rich, "/baltic/enterprises/ee-full"), "In the same town")
    names = re.findall(r'<a href="/baltic/enterprises/([\w-]+)"', town)
    assert names == [f"ee-tartu-{number}" for number in range(6)], "same field first, by name"
    assert "All 10 records there" in town
    (href,) = re.findall(r'href="(/baltic/enterprises\?[^"]+)"', town)
    answer = (await rich.client.get(unescape(href).replace("?", ".json?"))).json()
    assert answer["filtered_table_rows_count"] == 10


async def test_without_a_geonames_place_the_town_is_city_and_country(rich: Datasette):
    town = section(await page(rich, "/baltic/enterprises/ee-village-a"), "In the same")
    assert re.findall(r'<a href="/baltic/enterprises/([\w-]+)"', town) == ["ee-village-b"]
    assert "All " not in town


async def test_the_same_field_near_by_is_named_with_distances_nearest_first(rich: Datasette):
    html = await page(rich, "/baltic/enterprises/ee-full")
    near = section(html, "The same field near by")
    assert re.findall(r'<a href="/baltic/enterprises/([\w-]+)"', near) == ["ee-elva-0", "ee-elva-1"]
    assert text_of(near).count("Elva, 25 km") == 2
    (href,) = re.findall(r'href="(/baltic/enterprises\?[^"]+)"', near)
    answer = (await rich.client.get(unescape(href).replace("?", ".json?"))).json()
    assert answer["filtered_table_rows_count"] == 11, "with those in Tartu"


async def test_nothing_is_near_a_record_that_has_no_place(rich: Datasette):
    html = await page(rich, "/baltic/enterprises/ee-nowhere")
    assert "near by" not in html
    assert "In the same" not in html


async def test_records_that_name_this_one_are_linked(rich: Datasette):
    html = await page(rich, "/baltic/organisations/ee-hub")
    events = section(html, "Events it organises: 8")
    ids = re.findall(r'href="/baltic/events/([\w-]+)"', events)
    coming = [year for year in range(2020, 2028) if f"{year}-05-31" >= today().isoformat()]
    past = [year for year in range(2027, 2019, -1) if year not in coming]
    expected = [f"{year}-day" for year in coming + past][:6]
    assert ids == expected, "coming ones first, the soonest; then the latest"
    assert '<a href="/baltic/events?organisation=ee-hub" rel="nofollow">All 8 records</a>' in events
    assert "Day 2026 30–31 May 2026 Tartu" in text_of(events)
    programmes = section(html, "Programmes it gives: 1")
    assert '<a href="/baltic/programmes/ee-grant" dir="auto">Grant</a>' in programmes
    assert "Grant Grant Every year" in text_of(programmes), "its kind and whether one can apply"
    assert "All " not in programmes


def test_the_nearest_are_those_that_a_look_at_all_records_finds(tmp_path: Path):
    pick = random.Random(7)
    towns = [(pick.uniform(57.5, 59.5), pick.uniform(22, 28)) for _ in range(60)]
    records = []
    for number in range(500):
        town = pick.randrange(60)
        latitude, longitude = towns[town]
        if number % 3 == 0:  # known to the street
            latitude, longitude = latitude + pick.gauss(0, 0.02), longitude + pick.gauss(0, 0.02)
        place = {"latitude": round(latitude, 5), "longitude": round(longitude, 5)}
        sector = pick.choice(["recycling-and-reuse", "education-and-training"])
        records.append(
            enterprise(f"ee-{number}", **place, geonameid=town, city=f"T{town}", sector=sector)
        )
    published = publish(tmp_path, {"enterprises": records})
    table = Catalogue.read(published).tables["enterprises"]
    with closing(sqlite3.connect(published)) as db:
        for record in records[::25]:
            expected = sorted(
                (km, other["name"], other["id"])
                for other in records
                if other["sector"] == record["sector"] and other["geonameid"] != record["geonameid"]
                if (km := apart(record, other)) <= 100
            )
            found = of_same_field(db, table, record).named
            assert [other.key for other in found] == [key for _km, _name, key in expected[:6]]


def apart(one: dict[str, Any], other: dict[str, Any]) -> float:
    return distance_km(one["latitude"], one["longitude"], other["latitude"], other["longitude"])


# Where to go from it


async def test_all_formats_of_a_record_answer(rich: Datasette):
    html = section(await page(rich, "/baltic/enterprises/ee-full"), "Go on from here")
    links = re.findall(r'href="([^"]+)" [^>]*>(\w+)</a>', html)
    formats = {name: unescape(href) for href, name in links}
    rows = (await rich.client.get(formats["JSON"])).json()["rows"]
    assert rows[0][0] == "ee-full"
    assert "ee-full" in (await rich.client.get(formats["CSV"])).text
    features = (await rich.client.get(formats["GeoJSON"])).json()["features"]
    assert [feature["id"] for feature in features] == ["ee-full"]


async def test_a_correction_is_suggested_at_the_desk_where_there_is_one(
    published: Path, tmp_path: Path
):
    settings = tmp_path / "metadata.yml"
    for address, expected in {
        "https://desk.example.org/": "https://desk.example.org/contribute/correction"
        "?record=enterprises%2Fdk-cykler",
        "javascript:alert(1)": "https://socialenterprisebsr.net",
        "7": "https://socialenterprisebsr.net",
        "": "https://socialenterprisebsr.net",
    }.items():
        settings.write_text(f"plugins: {{portal: {{desk_url: '{address}'}}}}")
        portal = create_datasette(published, metadata=settings)
        html = await page(portal, "/baltic/enterprises/dk-cykler")
        (href,) = re.findall(r'<a href="([^"]+)" rel="\w+">Suggest a correction</a>', html)
        assert href == expected


async def test_the_list_of_its_field_in_its_country_is_offered(rich: Datasette):
    html = await page(rich, "/baltic/enterprises/ee-full")
    assert "Recycling and reuse in Estonia: all records" in html
    assert "/baltic/enterprises?country=EE&amp;sector=recycling-and-reuse" in html


async def test_no_list_is_offered_that_has_this_record_alone(rich: Datasette):
    html = await page(rich, "/baltic/organisations/ee-hub")
    assert "all records" not in section(html, "Go on from here")


async def test_lists_are_not_of_work_across_countries(tmp_path: Path):
    def organisation(key: str, country: str) -> dict[str, Any]:
        source = {"source_url": "https://example.org"}
        return {"id": key, "name": key, "country": country, "kind": "network"} | source

    records = [organisation("int-one", "INT"), organisation("eu-two", "EU")]
    portal = create_datasette(publish(tmp_path, {"organisations": records}))
    html = await page(portal, "/baltic/organisations/int-one")
    on = section(html, "Go on from here")
    assert '<a href="/baltic/organisations?kind=network" rel="nofollow">Network: all records' in on
    assert "It works across countries." in section(html, "On the map")


async def test_links_keep_the_language(rich: Datasette):
    html = await page(rich, "/da/baltic/enterprises/ee-full")
    article = re.sub("(?s)^.*<article|</article>.*$", "", html)
    for href in re.findall(r'href="(/[^"]*)"', article):
        machine = "." in href.partition("?")[0]
        assert href.startswith("/da/") is not machine, href
    assert 'rel="canonical" href="http://localhost/da/baltic/enterprises/ee-full"' in html
    assert 'lang="en"' in re.findall(r'<p class="lead"[^>]*>', article)[0]


# What machines read


async def test_the_head_says_what_the_page_is(rich: Datasette):
    response = await rich.client.get("/baltic/enterprises/ee-full")
    html = response.text
    assert "<title>Full – Social enterprises – " in html
    assert '<link rel="canonical" href="http://localhost/baltic/enterprises/ee-full">' in html
    assert '<meta property="og:title" content="Full">' in html
    assert '<meta property="og:url" content="http://localhost/baltic/enterprises/ee-full">' in html
    assert 'content="http://localhost/baltic/enterprises.png?id=ee-full"' in html
    assert 'type="application/json" href="/baltic/enterprises/ee-full.json"' in html
    assert "enterprises/ee-full.json" in response.headers["link"]
    assert re.search(r'<meta name="description" content="Repairs &lt;/script&gt;', html)
    assert "set-cookie" not in response.headers
    assert "noindex" not in html


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("enterprises/ee-full", "Organization"),
        ("enterprises/ee-nowhere", "Organization"),
        ("enterprises/ee-bad-link", "Organization"),
        ("organisations/ee-hub", "Organization"),
        ("programmes/ee-grant", "Service"),
        ("events/2020-day", "Event"),
        ("library/kursus", ["CreativeWork", "LearningResource"]),
        ("articles/tekst", "Article"),
    ],
)
async def test_linked_data_use_the_terms_of_schema_org(rich: Datasette, path: str, kind: object):
    nodes = linked(await page(rich, f"/baltic/{path}"))
    assert nodes["thing"]["@type"] == kind
    assert nodes["thing"]["name"]
    assert nodes["page"]["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert nodes["page"]["isBasedOn"][0]["url"].startswith("https://")


async def test_linked_data_tell_an_organisation(rich: Datasette):
    nodes = linked(await page(rich, "/da/baltic/enterprises/ee-full"))
    thing = nodes["thing"]
    assert thing["@id"] == "http://localhost/baltic/enterprises/ee-full#it", "in every language"
    assert thing["identifier"] == "ee-full"
    assert thing["url"] == thing["sameAs"] == "https://www.full.example.org/"
    assert thing["foundingDate"] == "2014"
    assert thing["description"] == FULL["summary"]
    assert thing["address"] == {
        "@type": "PostalAddress",
        "streetAddress": "Rüütli 1",
        "postalCode": "00-510",
        "addressLocality": "Tartu",
        "addressRegion": "Tartu maakond",
        "addressCountry": "EE",
    }
    assert thing["location"]["geo"]["latitude"] == 58.38
    assert nodes["page"]["url"] == "http://localhost/da/baltic/enterprises/ee-full"
    assert nodes["page"]["inLanguage"] == "da"
    assert nodes["page"]["lastReviewed"] == "2026-05-30"


async def test_linked_data_give_no_coordinates_that_are_only_a_town_s(rich: Datasette):
    html = await page(rich, "/baltic/enterprises/ee-tallinn")
    assert "GeoCoordinates" not in json.dumps(linked(html))


async def test_linked_data_tell_an_event(rich: Datasette):
    event = linked(await page(rich, "/baltic/events/2020-day"))["thing"]
    assert event["startDate"] == "2020-05-30T09:30:00+03:00"
    assert event["endDate"] == "2020-05-31"
    assert event["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert event["organizer"]["name"] == "Hub & <b>Co</b>"
    assert [place["@type"] for place in event["location"]] == ["Place", "VirtualLocation"]
    other = linked(await page(rich, "/baltic/events/2021-day"))["thing"]
    assert other["eventAttendanceMode"] == "https://schema.org/OfflineEventAttendanceMode"


async def test_nothing_breaks_out_of_linked_data(rich: Datasette):
    html = await page(rich, "/baltic/enterprises/ee-full")
    assert "<script>alert" not in html
    assert "</script><script>" not in html


# Hostile names, other tables, addresses of nothing


@pytest.mark.parametrize("key", [key.replace("ß", "ss") for key in NAMES])
async def test_a_hostile_name_is_only_a_name(portal: Datasette, key: str):
    html = await page(portal, f"/baltic/enterprises/{key}")
    names = {record["id"]: record["name"] for record in enterprises()}
    (heading,) = re.findall(r"<h1[^>]*>(.*?)</h1>", html, flags=re.S)
    assert unescape(heading) == names[key]
    assert linked(html)["thing"]["name"] == names[key]


async def test_records_of_other_tables_keep_datasette_s_page(rich: Datasette):
    assert 'class="row table-countries"' in await page(rich, "/baltic/countries/DK")
    assert "It closed down" in await page(rich, "/baltic/removals/enterprises~2Fee-gone")


@pytest.mark.parametrize(
    "key",
    [
        "nobody",
        "ee-tartoo",
        "%22%3E%3Cscript%3E",
        "~00",
        "~FF",
        "~ED~A0~80",
        "%FF",
        "a" * 5000,
        "🚲",
        "'--",
        "%00",
        ",",
    ],
)
async def test_a_record_that_is_not_there_is_told_in_words(rich: Datasette, key: str):
    response = await rich.client.get(f"/baltic/enterprises/{key}")
    assert response.status_code == 404
    assert "<script>" not in response.text.partition("<h1")[2].partition("</main>")[0]
    assert "<h1>" in response.text


async def test_a_missing_record_offers_a_search_for_what_its_address_says(rich: Datasette):
    html = (await rich.client.get("/baltic/enterprises/ee-tartu-coop")).text
    assert "There is no such record" in html
    assert '<form class="search" action="/baltic/enterprises" role="search">' in html
    assert 'name="_search" value="tartu coop"' in html


# Removed and merged


async def test_a_removed_record_is_gone_and_says_why(rich: Datasette):
    response = await rich.client.get("/baltic/enterprises/ee-gone")
    assert response.status_code == 410
    assert "This record is not here any more" in response.text
    assert "removed on 1 March 2026" in response.text
    assert "It closed down in &lt;b&gt;2025&lt;/b&gt;." in response.text
    assert 'href="/baltic/enterprises"' in response.text


@pytest.mark.parametrize("format", ["json", "csv"])
async def test_machines_are_told_that_a_record_is_gone(rich: Datasette, format: str):
    response = await rich.client.get(f"/baltic/enterprises/ee-gone.{format}")
    assert response.status_code == 410
    told = response.json()
    assert told["ok"] is False
    assert told["removed_on"] == "2026-03-01"
    assert told["reason"] == "It closed down in <b>2025</b>."


async def test_every_table_s_records_may_go(rich: Datasette):
    assert (await rich.client.get("/baltic/events/old")).status_code == 410
    assert (await rich.client.get("/baltic/enterprises/old")).status_code == 404


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("/baltic/enterprises/ee-merged", "/baltic/enterprises/ee-full"),
        ("/baltic/enterprises/ee-merged-before", "/baltic/enterprises/ee-full"),
        ("/da/baltic/enterprises/ee-merged", "/da/baltic/enterprises/ee-full"),
        ("/baltic/enterprises/ee-merged.json", "/baltic/enterprises/ee-full.json"),
        (
            "/baltic/enterprises/ee-merged.json?_shape=objects",
            "/baltic/enterprises/ee-full.json?_shape=objects",
        ),
        ("/baltic/enterprises/ee-merged.csv?_dl=1", "/baltic/enterprises/ee-full.csv?_dl=on"),
    ],
)
async def test_a_merged_record_leads_to_the_one_that_took_its_place(
    rich: Datasette, asked: str, answered: str
):
    response = await rich.client.get(asked)
    assert response.status_code == 301
    assert response.headers["location"] in (answered, answered.replace("=on", "=1"))
    assert (await rich.client.get(response.headers["location"])).status_code == 200


async def test_a_record_merged_into_one_that_went_is_gone_too(rich: Datasette):
    response = await rich.client.get("/baltic/enterprises/ee-merged-into-gone")
    assert response.status_code == 410
    assert "It closed down" in response.text


async def test_removals_are_listed_like_other_tables(rich: Datasette):
    assert 'href="/baltic/removals"' in await page(rich, "/baltic")
    rows = (await rich.client.get("/baltic/removals.json?_shape=objects")).json()["rows"]
    assert {row["record"] for row in rows} == {removal["record"] for removal in REMOVALS}


async def test_a_database_built_before_there_were_removals_still_answers(tmp_path: Path):
    published = publish(tmp_path, {"enterprises": ENTERPRISES})
    with closing(sqlite3.connect(published.resolve())) as db:
        db.execute("drop table removals")
    portal = create_datasette(published)
    assert "Full" in await page(portal, "/baltic/enterprises/ee-full")
    assert (await portal.client.get("/baltic/enterprises/ee-gone")).status_code == 404
