"""Library items that belong together: a course of several sections is one thing, in order."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from datasette.app import Datasette

from portal.app import create_datasette
from tests.conftest import Workbench
from tests.portal_fixtures import publish

HEAD = "id,title,kind,url,part_of,position,source_url"


def line(key: str, part_of: str = "", position: str = "") -> str:
    return f"{key},Title,course,https://example.org,{part_of},{position},https://example.org"


def test_a_part_may_stand_before_its_whole(bench: Workbench) -> None:
    bench.write(
        "library.csv", "\n".join([HEAD, line("a-part", "whole", "1"), line("whole")]) + "\n"
    )
    outcome = bench.build()
    assert outcome.rules("error") == []
    assert bench.rows("select id, part_of, position from library order by id") == [
        ("a-part", "whole", 1),
        ("whole", None, None),
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([line("part", "nothing", "1")], "“nothing” is not among the library."),
        (
            [line("whole"), line("part", "whole", "1"), line("part-of-part", "part", "1")],
            "“part” is itself a part of another.",
        ),
        ([line("own", "own", "1")], "“own” is itself a part of another."),
    ],
)
def test_a_part_of_nothing_or_of_a_part_is_left_out_and_told(
    bench: Workbench, lines: list[str], said: str
) -> None:
    bench.write("library.csv", "\n".join([HEAD, *lines]) + "\n")
    finding = bench.build().only("unknown-record")
    assert finding["message"] == said
    assert (finding["file"], finding["field"]) == ("library.csv", "part_of")
    assert len(bench.rows("select id from library")) == len(lines) - 1


def item(key: str, title: str, **more: Any) -> dict[str, Any]:
    return {
        "id": key,
        "title": title,
        "kind": "course",
        "url": f"https://example.org/{key}",
        "source_url": f"https://example.org/{key}",
        **more,
    }


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    items = [
        item("second", "A beginning", part_of="course", position=2),
        item("tenth", "Another section", part_of="course", position=10),
        item("first", "Zest for it", part_of="course", position=1),
        item("course", "Becoming an entrepreneur"),
        item("other", "Before all others"),
        item("last", "Long gone", broken_since="2026-03-01"),
    ]
    return create_datasette(publish(tmp_path_factory.mktemp("library"), {"library": items}))


async def html(library: Datasette, path: str) -> BeautifulSoup:
    response = await library.client.get(path)
    assert response.status_code == 200, response.text
    return BeautifulSoup(response.text, "html.parser")


async def test_the_list_shows_parts_after_their_whole_in_their_order(library: Datasette) -> None:
    page = await html(library, "/baltic/library")
    assert [str(card["data-id"]) for card in page.select(".card")] == [
        "course", "first", "second", "tenth", "other", "last",
    ]  # fmt: skip
    part = page.select_one(".card[data-id=second]")
    assert part and "is-part" in part["class"]
    assert "Part 2 of Becoming an entrepreneur" in " ".join(part.text.split())


async def test_the_whole_lists_its_parts_and_each_part_leads_on(library: Datasette) -> None:
    whole = await html(library, "/baltic/library/course")
    parts = [a["href"] for a in whole.select("section[aria-labelledby=parts-heading] li a")]
    assert parts == [f"/baltic/library/{key}" for key in ("first", "second", "tenth")]
    assert "Library: 3" not in whole.text  # they are not told twice
    second = await html(library, "/baltic/library/second")
    assert [a["href"] for a in second.select(".parts-nav a")] == [
        "/baltic/library/first",
        "/baltic/library/tenth",
    ]
    assert second.select_one(".facts a[href='/baltic/library/course']")
    first = await html(library, "/baltic/library/first")
    assert [a["href"] for a in first.select(".parts-nav a")] == ["/baltic/library/second"]


async def test_a_broken_link_says_so_and_where_a_copy_may_be(library: Datasette) -> None:
    page = await html(library, "/baltic/library/last")
    assert "On 1 March 2026 it did not lead there any more." in page.text
    copy = page.select_one("a[href^='https://web.archive.org/']")
    assert copy and str(copy["href"]).endswith("https://example.org/last")
    cards = await html(library, "/baltic/library")
    assert [card["data-id"] for card in cards.select(".card") if "was broken" in card.text] == [
        "last"
    ]
