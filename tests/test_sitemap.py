"""robots.txt and the sitemaps: what search engines may look at, and which pages there are."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasette.app import Datasette
from lxml import etree

from portal.app import create_datasette
from portal.language import LANGUAGES
from portal.sitemap import PAGES_OF_A_PART
from tests.portal_fixtures import publish

HOST = "http://localhost"
#: https://www.sitemaps.org/protocol.html
PROTOCOL = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
MOST_ADDRESSES, MOST_BYTES, LONGEST_ADDRESS = 50_000, 50 * 1024 * 1024, 2048

Addresses = dict[str, dict[str, str]]


def large() -> dict[str, list[dict[str, Any]]]:
    """More enterprises than two files hold; every other one says when it was changed."""
    return {
        "enterprises": [
            {
                "id": f"dk-{number:05}",
                "name": f"Enterprise {number}",
                "country": "DK",
                "sector": "retail-and-trade",
                "source_url": "https://example.org",
                "updated_on": f"2026-0{1 + number // 1000}-15" if number % 2 else None,
            }
            for number in range(2 * PAGES_OF_A_PART)
        ]
    }


@pytest.fixture(scope="module")
def large_portal(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    return create_datasette(publish(tmp_path_factory.mktemp("large"), large()))


async def sitemap(ds: Datasette, path: str) -> etree._Element:
    response = await ds.client.get(path)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/xml; charset=utf-8"
    assert len(response.content) <= MOST_BYTES
    return etree.fromstring(response.content)


def check_entry(entry: etree._Element) -> str:
    """Address of an entry that follows the protocol: absolute, once, with a day or none."""
    (address,) = entry.findall(f"{PROTOCOL}loc")
    assert address.text.startswith(f"{HOST}/")
    assert len(address.text) < LONGEST_ADDRESS
    for changed in entry.findall(f"{PROTOCOL}lastmod"):
        assert date.fromisoformat(changed.text) <= date(2026, 12, 31)
    assert {child.tag for child in entry} <= {f"{PROTOCOL}loc", f"{PROTOCOL}lastmod", LINK}
    return str(address.text)


def addresses(tree: etree._Element) -> Addresses:
    """Address → its alternates, of a file that follows the protocol."""
    assert tree.tag == f"{PROTOCOL}urlset"
    assert {child.tag for child in tree} == {f"{PROTOCOL}url"}
    found = {
        check_entry(entry): {link.get("hreflang"): link.get("href") for link in entry.iter(LINK)}
        for entry in tree
    }
    assert len(found) == len(tree) <= MOST_ADDRESSES
    return found


async def test_the_sitemap_has_each_page_in_each_language(portal: Datasette):
    found = addresses(await sitemap(portal, "/sitemap.xml"))
    paths = ["/", "/baltic/enterprises", "/baltic/enterprises/dk-cykler", "/baltic/events/summit",
             "/countries", "/countries/lv", "/support", "/partners", "/about/privacy"]  # fmt: skip
    for path in paths:
        assert f"{HOST}{path}" in found
        assert f"{HOST}/lt{path}" in found
    assert len(found) % len(LANGUAGES) == 0


async def test_translations_name_each_other_and_one_for_all_others(portal: Datasette):
    found = addresses(await sitemap(portal, "/sitemap.xml"))
    for address, others in found.items():
        assert set(others) == {*LANGUAGES, "x-default"}
        assert address in others.values()
        assert others["x-default"] == others["en"]
        assert all(found[other] == others for other in others.values())


async def test_every_address_of_the_sitemap_is_a_page_that_may_be_listed(portal: Datasette):
    found = addresses(await sitemap(portal, "/sitemap.xml"))
    for address in found:
        response = await portal.client.get(address.removeprefix(HOST))
        assert response.status_code == 200, address
        assert "noindex" not in response.headers.get("x-robots-tag", "") + response.text, address
        assert f'<link rel="canonical" href="{address}">' in response.text


async def test_a_day_is_told_where_it_is_known(large_portal: Datasette):
    tree = await sitemap(large_portal, "/sitemap-1.xml")
    days = {
        entry.findtext(f"{PROTOCOL}loc"): entry.findtext(f"{PROTOCOL}lastmod") for entry in tree
    }
    assert days[f"{HOST}/baltic/enterprises/dk-00001"] == "2026-01-15"
    assert days[f"{HOST}/da/baltic/enterprises/dk-00001"] == "2026-01-15"
    assert days[f"{HOST}/baltic/enterprises/dk-00002"] is None
    assert days[f"{HOST}/baltic/enterprises"] == "2026-05-15", "that of its newest record"
    assert days[f"{HOST}/about"] is None


async def test_many_pages_are_split_into_files_and_none_is_lost(large_portal: Datasette):
    index = await sitemap(large_portal, "/sitemap.xml")
    assert index.tag == f"{PROTOCOL}sitemapindex"
    files = [check_entry(entry) for entry in index]
    assert files == [f"{HOST}/sitemap-{number}.xml" for number in (1, 2, 3)]
    days = [entry.findtext(f"{PROTOCOL}lastmod") for entry in index]
    assert days == ["2026-05-15", "2026-05-15", "2026-05-15"]
    found: list[str] = []
    for file in files:
        part = addresses(await sitemap(large_portal, file.removeprefix(HOST)))
        assert len(part) <= PAGES_OF_A_PART * len(LANGUAGES)
        found += part
    assert len(found) == len(set(found))
    in_polish = {f"{HOST}/pl/baltic/enterprises/{one['id']}" for one in large()["enterprises"]}
    assert in_polish <= set(found)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/sitemap-2.xml", 404),
        ("/sitemap-0.xml", 404),
        ("/sitemap-01.xml", 404),
        ("/sitemap-999999999999.xml", 404),
        ("/sitemap.xml?page=1", 400),
        ("/sitemap-1.xml?x=%22%3E", 400),
    ],
)
async def test_what_is_no_sitemap_is_refused(portal: Datasette, path: str, status: int):
    assert (await portal.client.get(path)).status_code == status


@pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml", "/sitemap-1.xml"])
async def test_files_for_robots_have_no_language(portal: Datasette, path: str):
    response = await portal.client.get(f"/da{path}")
    assert (response.status_code, response.headers["location"]) == (301, path)


async def test_without_records_there_is_still_a_sitemap(empty_portal: Datasette):
    found = addresses(await sitemap(empty_portal, "/sitemap.xml"))
    assert f"{HOST}/et/baltic/library" in found


async def test_what_the_operator_withholds_is_not_told_of(published: Path, tmp_path: Path):
    settings = {"databases": {"baltic": {"tables": {"events": {"allow": False}}}}}
    metadata = tmp_path / "metadata.yml"
    metadata.write_text(yaml.safe_dump(settings), encoding="utf-8")
    ds = create_datasette(published, metadata=metadata)
    found = addresses(await sitemap(ds, "/sitemap.xml"))
    assert f"{HOST}/baltic/enterprises/dk-cykler" in found
    assert not [address for address in found if "events" in address or "countries" in address]
    for address in found:
        assert (await ds.client.get(address.removeprefix(HOST))).status_code == 200, address


class Rules:
    """robots.txt as RFC 9309 reads it: the longest rule decides, `*` is anything, `$` the end."""

    def __init__(self, text: str) -> None:
        lines = [line.split(":", 1) for line in text.splitlines() if ":" in line]
        fields = [(key.strip().lower(), value.strip()) for key, value in lines]
        assert fields[0] == ("user-agent", "*")
        self.rules = [(key, path) for key, path in fields if key in ("allow", "disallow")]
        self.sitemaps = [value for key, value in fields if key == "sitemap"]

    def allow(self, path: str) -> bool:
        fitting = [
            (len(rule), key == "allow")
            for key, rule in self.rules
            if re.match(re.escape(rule).replace(r"\*", ".*").replace(r"\$", "$"), path)
        ]
        return max(fitting, default=(0, True))[1]


async def rules(ds: Datasette) -> Rules:
    response = await ds.client.get("/robots.txt")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    return Rules(response.text)


async def test_robots_find_the_sitemap_which_leads_to_nothing_closed(portal: Datasette):
    robots = await rules(portal)
    assert robots.sitemaps == [f"{HOST}/sitemap.xml"]
    found = addresses(await sitemap(portal, "/sitemap.xml"))
    assert [address for address in found if not robots.allow(address.removeprefix(HOST))] == []


@pytest.mark.parametrize(
    "path",
    [
        "/baltic/enterprises?_page=2",
        "/da/baltic/enterprises?country=DK&sector=recycling-and-reuse",
        "/search?q=cykel",
        "/embed/map?country=DK",
    ],
)
async def test_a_page_that_is_not_to_be_listed_may_be_read_to_say_so(portal: Datasette, path: str):
    assert (await rules(portal)).allow(path)


@pytest.mark.parametrize(
    "path",
    [
        "/baltic/enterprises.png?id=dk-cykler",
        "/baltic/events.ics?country=DK",
        "/baltic/articles.atom?themes=finance",
        "/baltic/enterprises.csv",
        "/baltic/enterprises/dk-cykler.json",
        "/baltic.db",
        "/-/static-plugins/datasette_leaflet/leaflet.js",
        "/assets/0123/portal.css",
    ],
)
async def test_pictures_subscriptions_and_whole_files_are_open(portal: Datasette, path: str):
    assert (await rules(portal)).allow(path)


@pytest.mark.parametrize(
    "path",
    [
        "/suggest?q=c",
        "/da/suggest/enterprises?q=c",
        "/baltic/enterprises.map?_bbox=1,2,3,4",
        "/baltic/enterprises.csv?country=DK",
        "/baltic/enterprises.json?_shape=array&country=DK",
        "/baltic/enterprises.xlsx?country=DK",
        "/baltic/enterprises.geojson?id=dk-cykler",
        "/baltic?sql=select+1",
        "/lv/baltic?sql=select+1",
        "/-/versions.json",
    ],
)
async def test_what_would_be_work_for_nothing_is_closed(portal: Datasette, path: str):
    assert not (await rules(portal)).allow(path)


async def test_below_another_path_all_addresses_begin_with_it(published: Path):
    ds = create_datasette(published, settings={"base_url": "/portal/"})
    response = await ds.client.get("/robots.txt")
    assert "Disallow: /portal/suggest\n" in response.text
    assert f"Sitemap: {HOST}/portal/sitemap.xml" in response.text
    found = addresses(await sitemap(ds, "/sitemap.xml"))
    assert f"{HOST}/portal/da/baltic/enterprises/dk-cykler" in found


async def test_a_host_with_quotation_marks_makes_no_broken_sitemap(published: Path) -> None:
    portal = create_datasette(published)
    response = await portal.client.get("/sitemap.xml", headers={"host": 'a"b'})
    etree.fromstring(response.content)
