"""Feeds are valid Atom, say what the records say and no more, and change only with the data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import feedparser
import pytest
from datasette.app import Datasette
from lxml import etree
from portal_fixtures import publish

from portal.app import create_datasette

HERE = Path(__file__).parent
ATOM = {"a": "http://www.w3.org/2005/Atom"}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
RULES = etree.RelaxNG(etree.parse(str(HERE / "atom.rng")))
SECTIONS = ("articles", "events", "library", "enterprises", "organisations", "programmes")
SOURCE = "https://example.org/source"

ARTICLES: list[dict[str, Any]] = [
    {
        "id": "our-own",
        "title": "Our <b>own</b> & more",
        "published": "2026-11-20",
        "publisher": "The network",
        "language": "en",
        "themes": ["finance"],
        "topics": ["open data", "maps"],
        "countries": ["DK"],
        "summary": "What it says.",
        "body": "# Sources\n\nSee [Denmark](/baltic/enterprises?country=DK) and [above](#sources).",
        "source_url": SOURCE,
        "updated_on": "2026-11-21",
    },
    {
        "id": "ich-artykul",
        "title": "Zażółć gęślą jaźń",
        "published": "2026-10",
        "publisher": "Fundacja",
        "language": "pl",
        "themes": ["finance"],
        "url": "https://example.org/artykul",
        "summary": "Told in our words.",
        "source_url": SOURCE,
        "updated_on": "2026-11-23",
    },
    {
        "id": "undated",
        "title": "Of no known day",
        "publisher": "Someone",
        "url": "https://example.org/undated",
        "source_url": SOURCE,
    },
]
OTHERS: dict[str, list[dict[str, Any]]] = {
    "organisations": [
        {
            "id": "dk-network",
            "name": "Network",
            "country": "DK",
            "kind": "network",
            "source_url": SOURCE,
            "updated_on": "2026-11-01",
        }
    ],
    "events": [
        {
            "id": "2027-summit",
            "name": "Summit",
            "start": "2027-05-30",
            "end": "2027-06-01",
            "country": "DK",
            "city": "Aarhus",
            "online": True,
            "status": "cancelled",
            "organisation": "dk-network",
            "summary": "All meet.",
            "source_url": SOURCE,
            "updated_on": "2026-11-02",
        }
    ],
    "library": [
        {
            "id": "a-guide",
            "title": "A guide",
            "kind": "guide",
            "year": 2020,
            "publisher": "Press",
            "url": "https://example.org/guide",
            "source_url": SOURCE,
            "updated_on": "2026-11-02",
        }
    ],
    "enterprises": [
        {
            "id": f"dk-number-{number:02}",
            "name": f"Number {number}",
            "country": "DK",
            "sector": "retail-and-trade",
            "source_url": SOURCE,
            "updated_on": f"2026-{1 + number // 28:02}-{1 + number % 28:02}",
        }
        for number in range(60)
    ],
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("feeds"), {"articles": ARTICLES, **OTHERS})


@pytest.fixture(scope="module")
def feeds(database: Path) -> Datasette:
    return create_datasette(database)


async def test_an_organisation_kept_from_the_public_is_no_author(database: Path, tmp_path: Path):
    settings = tmp_path / "metadata.yml"
    settings.write_text("databases: {baltic: {tables: {organisations: {allow: false}}}}")
    for portal, is_named in (
        (create_datasette(database), True),
        (create_datasette(database, metadata=settings), False),
    ):
        feed = (await portal.client.get("/baltic/events.atom")).text
        assert ("<name>Network</name>" in feed) == is_named


async def read(ds: Datasette, path: str) -> Any:
    """The feed at `path`, valid by the RFC and to an independent reader."""
    response = await ds.client.get(path)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    document = etree.fromstring(response.content)
    RULES.assertValid(document)
    # The two rules of the RFC's schema that are written in Schematron.
    for entry in document.iterfind("a:entry", ATOM):
        links = entry.findall("a:link", ATOM)
        alternate = [link for link in links if link.get("rel", "alternate") == "alternate"]
        assert alternate or entry.find("a:content", ATOM) is not None
    assert document.find("a:author", ATOM) is not None
    parsed = feedparser.parse(response.content)
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10"
    assert len({entry.id for entry in parsed.entries}) == len(parsed.entries)
    return parsed


def test_the_rules_refuse_what_the_rfc_refuses():
    good = (HERE / "golden" / "articles.atom").read_text()
    assert RULES.validate(etree.fromstring(good.encode()))
    for right, wrong in [
        ("<updated>2026-11-21T00:00:00+00:00</updated>", "<updated>21 November</updated>"),
        ("<updated>2026-11-21T00:00:00+00:00</updated>", ""),
        ('xml:lang="en"', 'xml:lang="in English"'),
        ("<title>Articles", "<title>Twice</title><title>Articles"),
        ('term="maps"', 'name="maps"'),
        ('type="text/html"', 'type="html"'),
        ("<rights>", '<rights type="markdown">'),
    ]:
        assert right in good
        assert not RULES.validate(etree.fromstring(good.replace(right, wrong, 1).encode())), wrong


async def test_the_feed_of_articles_is_what_it_was(feeds: Datasette):
    response = await feeds.client.get("/baltic/articles.atom")
    assert response.text == (HERE / "golden" / "articles.atom").read_text()


@pytest.mark.parametrize("table", SECTIONS)
async def test_every_section_has_a_valid_feed(feeds: Datasette, table: str):
    assert (await read(feeds, f"/baltic/{table}.atom")).entries == [] or table != "programmes"


@pytest.mark.parametrize("table", SECTIONS)
async def test_so_have_the_networks_own_records(real_portal: Datasette, table: str):
    assert len((await read(real_portal, f"/baltic/{table}.atom")).entries) == 50


@pytest.mark.parametrize("table", SECTIONS)
async def test_an_empty_feed_is_valid_and_not_of_today(empty_portal: Datasette, table: str):
    feed = await read(empty_portal, f"/baltic/{table}.atom")
    assert feed.entries == []
    assert feed.feed.updated == "2026-11-01T00:00:00+00:00", "the edition is 2026.11"


async def test_a_filter_narrows_the_feed_and_is_told(feeds: Datasette):
    feed = await read(feeds, "/baltic/articles.atom?themes=finance&language=pl&_sort=title")
    assert [entry.title for entry in feed.entries] == ["Zażółć gęślą jaźń"]
    assert feed.feed.title.startswith("Articles: Polish; Finance and investment – ")
    links = {link.rel: link.href for link in feed.feed.links}
    assert links == {
        "self": "http://localhost/baltic/articles.atom?language=pl&themes=finance",
        "alternate": "http://localhost/baltic/articles?language=pl&themes=finance",
    }


async def test_a_filter_that_finds_nothing_is_as_old_as_the_data(feeds: Datasette):
    feed = await read(feeds, "/baltic/articles.atom?_search=nothingofthekind")
    assert feed.entries == []
    assert feed.feed.updated == "2026-11-23T00:00:00+00:00"


async def test_the_newest_fifty_come_first(feeds: Datasette):
    feed = await read(feeds, "/baltic/enterprises.atom")
    assert [entry.title for entry in feed.entries] == [f"Number {n}" for n in range(59, 9, -1)]
    assert feed.feed.updated == feed.entries[0].updated == "2026-03-04T00:00:00+00:00"


async def test_articles_come_by_publication_and_only_whole_days_are_told(feeds: Datasette):
    first, second, last = (await read(feeds, "/baltic/articles.atom")).entries
    assert [first.title, second.title] == [
        "Our <b>own</b> & more",
        "Zażółć gęślą jaźń",
    ]
    assert first.published == "2026-11-20T00:00:00+00:00"
    assert "published" not in second, "the day of October is not known"
    assert last.updated == "2026-11-23T00:00:00+00:00", "that of the data, having none of its own"


async def test_names_stay_when_the_portal_moves(feeds: Datasette):
    here = await read(feeds, "/baltic/articles.atom")
    moved = await feeds.client.get("/baltic/articles.atom", headers={"host": "new.example"})
    there = feedparser.parse(moved.content)
    assert there.entries[0].link == "http://new.example/baltic/articles/our-own"
    assert [entry.id for entry in there.entries] == [entry.id for entry in here.entries]
    assert there.feed.id == here.feed.id == "tag:socialenterprisebsr.net,2026:articles"
    assert here.entries[0].id == "tag:socialenterprisebsr.net,2026:articles/our-own"


async def test_our_own_text_is_whole_and_its_links_lead_back(feeds: Datasette):
    own, told, _ = (await read(feeds, "/baltic/articles.atom")).entries
    content = own.content[0]
    assert content.type == "text/html"
    assert 'href="http://localhost/baltic/enterprises?country=DK"' in content.value
    assert 'href="http://localhost/baltic/articles/our-own#text-sources"' in content.value
    assert "content" not in told
    assert told.summary == "Told in our words."


async def test_an_entry_says_whose_it_is_in_which_language_and_where(feeds: Datasette):
    response = await feeds.client.get("/baltic/articles.atom")
    entry = etree.fromstring(response.content).findall("a:entry", ATOM)[1]
    assert entry.findtext("a:author/a:name", namespaces=ATOM) == "Fundacja"
    assert entry.find("a:title", ATOM).get(LANG) == "pl"
    assert {link.get("rel"): link.get("href") for link in entry.iterfind("a:link", ATOM)} == {
        "alternate": "http://localhost/baltic/articles/ich-artykul",
        "related": "https://example.org/artykul",
        "via": SOURCE,
    }
    category = entry.find("a:category", ATOM)
    assert (category.get("term"), category.get("label")) == (
        "finance",
        "Finance and investment",
    )
    assert "has terms of its own" in entry.findtext("a:rights", namespaces=ATOM)


async def test_an_event_says_when_and_where_it_is_and_that_it_is_off(feeds: Datasette):
    (event,) = (await read(feeds, "/baltic/events.atom")).entries
    assert event.summary == "Cancelled. 30 May – 1 Jun 2027, Aarhus, Denmark, online. All meet."
    assert event.author == "Network"


async def test_characters_that_xml_cannot_hold_break_no_feed(tmp_path: Path):
    nasty = "a\x01b\x0b\x0c\ufffe\uffff]]>&<\u202e🚲 c"
    record = ARTICLES[0] | {
        "title": nasty,
        "publisher": nasty,
        "summary": nasty,
        "body": f"{nasty} &#12; &#1;\n\n`{nasty}`",
        "topics": [nasty],
        "url": "https://example.org/\x01'\"<>",
    }
    ds = create_datasette(publish(tmp_path, {"articles": [record]}))
    (entry,) = (await read(ds, "/baltic/articles.atom")).entries
    assert entry.title.startswith("a\ufffdb")
    await read(ds, "/baltic/articles.atom?_search=%EF%BF%BE&topics=%EF%BF%BF%22%3C")


async def test_what_has_no_pages_has_no_feed(feeds: Datasette):
    response = await feeds.client.get("/baltic/sources.atom")
    assert response.status_code == 404
    assert "no feed" in response.json()["error"]


async def test_a_filter_that_is_not_understood_is_refused(feeds: Datasette):
    assert (await feeds.client.get("/baltic/articles.atom?nosuch=1")).status_code == 400


async def test_the_same_data_make_the_same_feed(feeds: Datasette, database: Path):
    other = create_datasette(database)
    for path in ("/baltic/articles.atom", "/baltic/events.atom?country=DK"):
        first, again = await feeds.client.get(path), await other.client.get(path)
        assert first.content == again.content
        assert "max-age" in first.headers["cache-control"]
