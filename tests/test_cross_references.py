"""What records say of each other, shown at both ends, through keys and lists of keys alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from datasette.app import Datasette

from portal.app import create_datasette
from tests.conftest import Workbench
from tests.portal_fixtures import publish

SOURCE = {"source_url": "https://example.org/source"}
ENTERPRISE = {"country": "DK", "sector": "retail-and-trade", **SOURCE}
RECORDS: dict[str, list[dict[str, Any]]] = {
    "enterprises": [
        {"id": "dk-one", "name": "Enterprise One", **ENTERPRISE},
        {"id": "dk-two", "name": "Enterprise Two", **ENTERPRISE},
    ],
    "organisations": [
        {"id": "dk-house", "name": "House of Help", "country": "DK", "kind": "incubator",
         "offer": ["grants", "training", "loans"], **SOURCE},
        {"id": "dk-silent", "name": "Silent", "country": "DK", "kind": "network", **SOURCE},
    ],
    "programmes": [
        {"id": "dk-fund", "name": "Fund", "country": "DK", "kind": "voucher", "status": "annual",
         "organisation": "dk-house", **SOURCE},
        {"id": "dk-ran", "name": "It ran", "country": "DK",
         "kind": "training-programme", "status": "unknown",
         "organisation": "dk-house", "period": "2015-2017", **SOURCE},
    ],
    "articles": [
        {"id": "story", "title": "A story", "publisher": "House of Help", "language": "en",
         "published": "2026-01-02", "authors": ["dk-house"], "enterprises": ["dk-two", "dk-one"],
         "countries": ["DK", "SE"], "themes": ["finance"], **SOURCE},
        {"id": "later", "title": "A later story", "publisher": "We", "published": "2026-05",
         "enterprises": ["dk-one"], **SOURCE},
        {"id": "mention", "title": "A mention", "publisher": "We", "published": "2024",
         "organisations": ["dk-house"], **SOURCE},
        {"id": "both", "title": "On ourselves", "publisher": "House of Help", "published": "2025",
         "authors": ["dk-house"], "organisations": ["dk-house"], **SOURCE},
    ],
    "library": [
        {"id": "guide", "title": "A guide", "kind": "guide", "publisher": "House of Help",
         "organisation": "dk-house", "year": 2021, "url": "https://example.org/g", **SOURCE},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    return create_datasette(publish(tmp_path_factory.mktemp("linked"), RECORDS))


async def page(linked: Datasette, path: str) -> BeautifulSoup:
    response = await linked.client.get(path)
    assert response.status_code == 200, response.text
    return BeautifulSoup(response.text, "html.parser")


def links(html: BeautifulSoup, selector: str) -> list[str]:
    return [str(a["href"]) for a in html.select(f"{selector} a[href]")]


async def test_an_article_leads_to_whom_it_tells_of_in_its_own_order(linked: Datasette) -> None:
    html = await page(linked, "/baltic/articles/story")
    found = links(html, ".facts")
    enterprises = [href for href in found if href.startswith("/baltic/enterprises/")]
    assert enterprises == ["/baltic/enterprises/dk-two", "/baltic/enterprises/dk-one"]
    assert "/baltic/organisations/dk-house" in found


async def test_whoever_is_told_of_leads_back_to_the_articles_newest_first(
    linked: Datasette,
) -> None:
    html = await page(linked, "/baltic/enterprises/dk-one")
    found = [href for href in links(html, "section") if href.startswith("/baltic/articles/")]
    assert found == ["/baltic/articles/later", "/baltic/articles/story"]
    html = await page(linked, "/baltic/organisations/dk-house")
    assert {"/baltic/articles/story", "/baltic/programmes/dk-fund"} <= set(links(html, "section"))


def lists(html: BeautifulSoup) -> dict[str, list[str]]:
    """Heading of a list of records that name this one → its lines."""
    return {
        heading.text: [" ".join(li.text.split()) for li in heading.parent.select("li")]
        for heading in html.select("section[aria-labelledby^=naming-] h2")
        if heading.parent
    }


async def test_each_list_says_what_its_records_are_to_whom_they_name(linked: Datasette) -> None:
    html = await page(linked, "/baltic/organisations/dk-house")
    assert lists(html) == {
        "Programmes it gives: 2": [
            "Fund Voucher Every year",
            "It ran Training programme Ran 2015–2017; not known whether it will again",
        ],
        "Library items it published: 1": ["A guide Guide 2021"],
        "Articles it wrote: 2": ["A story 2 January 2026", "On ourselves 2025"],
        "Articles by others that mention it: 1": ["A mention 2024 We"],
    }
    html = await page(linked, "/baltic/enterprises/dk-one")
    assert lists(html) == {
        "Articles that mention it: 2": [
            "A later story May 2026 We",
            "A story 2 January 2026 House of Help",
        ]
    }


async def test_a_list_of_many_leads_to_all_of_them(tmp_path: Path) -> None:
    house = RECORDS["organisations"][0]
    articles = [
        {"id": f"a{n}", "title": f"A{n}", "publisher": "We", "organisations": ["dk-house"],
         "authors": ["dk-house"] if n == 0 else [], **SOURCE}
        for n in range(9)
    ]  # fmt: skip
    portal = create_datasette(publish(tmp_path, {"organisations": [house], "articles": articles}))
    html = await page(portal, "/baltic/organisations/dk-house")
    found = lists(html)["Articles by others that mention it: 8"]
    assert len(found) == 6
    (everything,) = html.select("section[aria-labelledby^=naming-] > p a")
    assert everything.text == "All 8 records"
    answer = await portal.client.get(str(everything["href"]).replace("?", ".json?"))
    assert answer.json()["filtered_table_rows_count"] == 8


@pytest.mark.parametrize("table", ["articles", "organisations", "programmes"])
async def test_a_table_that_is_kept_back_is_told_of_nowhere(tmp_path: Path, table: str) -> None:
    settings = tmp_path / "metadata.yml"
    settings.write_text(f"databases: {{baltic: {{tables: {{{table}: {{allow: false}}}}}}}}")
    portal = create_datasette(publish(tmp_path, RECORDS), metadata=settings)
    names = {
        "articles": ("A story", "A later story"),
        "organisations": ("House of Help</a>", "dk-house"),
        "programmes": ("Fund",),
    }
    for path in (
        "enterprises/dk-one", "organisations/dk-house", "programmes/dk-fund", "articles/story",
        "library/guide",
    ):  # fmt: skip
        response = await portal.client.get(f"/baltic/{path}")
        if path.startswith(table):
            assert response.status_code == 403
            continue
        assert response.status_code == 200
        main = response.text.partition("<main")[2].partition("</main>")[0]
        assert not [name for name in names[table] if name in main], path


async def test_the_same_reference_narrows_a_list_and_is_told_by_name(linked: Datasette) -> None:
    html = await page(linked, "/baltic/articles?enterprises=dk-two")
    assert [card["data-id"] for card in html.select(".card")] == ["story"]
    (chip,) = html.select(".chips a:not(.clear)")
    assert "Enterprise Two" in chip.text


async def test_needs_come_from_what_is_given_in_the_order_of_their_vocabulary(
    linked: Datasette,
) -> None:
    rows = await linked.get_database("baltic").execute("select id, needs from organisations")
    assert dict(tuple(row) for row in rows.rows) == {
        "dk-house": '["money", "training"]',
        "dk-silent": None,
    }
    rows = await linked.get_database("baltic").execute("select needs from programmes")
    assert rows.first()[0] == '["money", "advice"]'
    html = await page(linked, "/baltic/programmes?needs=money&needs=space")
    assert [card["data-id"] for card in html.select(".card")] == ["dk-fund"]


def test_a_list_that_names_no_record_leaves_its_row_out(bench: Workbench) -> None:
    bench.write(
        "articles/story.md",
        "---\ntitle: A story\npublisher: We\nenterprises: [dk-nobody]\n"
        "source_url: https://example.org\n---\nText.\n",
    )
    finding = bench.build().only("unknown-code")
    assert (finding["file"], finding["field"]) == ("articles/story.md", "enterprises")
    assert "dk-nobody" in finding["message"]


def test_a_field_can_come_through_a_vocabulary_only_if_that_has_it(bench: Workbench) -> None:
    schema = bench.data / "datapackage.yml"
    text = schema.read_text(encoding="utf-8")
    schema.write_text(text.replace("through: offer", "through: country"), encoding="utf-8")
    outcome = bench.build()
    assert outcome.exit_code == 2
    assert "needs is to come through country" in outcome.output
