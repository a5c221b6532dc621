"""Library items that belong together: a course of several sections is one thing, in order."""

from __future__ import annotations

from pathlib import Path
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
        item("third", "Gone part", part_of="course", position=3, broken_since="2026-03-01"),
        item("archive", "In a list") | {"url": "https://www.example.org/2020/12/"},
    ]
    return create_datasette(publish(tmp_path_factory.mktemp("library"), {"library": items}))


async def html(library: Datasette, path: str) -> BeautifulSoup:
    response = await library.client.get(path)
    assert response.status_code == 200, response.text
    return BeautifulSoup(response.text, "html.parser")


async def test_the_list_shows_parts_after_their_whole_in_their_order(library: Datasette) -> None:
    page = await html(library, "/baltic/library")
    assert [str(card["data-id"]) for card in page.select(".card")] == [
        "course", "first", "second", "third", "tenth", "other", "archive", "last",
    ]  # fmt: skip
    part = page.select_one(".card[data-id=second]")
    assert part and "is-part" in part["class"]
    assert "Part 2 of Becoming an entrepreneur" in " ".join(part.text.split())


async def test_the_whole_lists_its_parts_and_each_part_leads_on(library: Datasette) -> None:
    whole = await html(library, "/baltic/library/course")
    parts = [a["href"] for a in whole.select("section[aria-labelledby=parts-heading] li a")]
    assert parts == [f"/baltic/library/{key}" for key in ("first", "second", "third", "tenth")]
    assert len(whole.select("section a[href='/baltic/library/tenth']")) == 1
    second = await html(library, "/baltic/library/second")
    assert [a["href"] for a in second.select(".parts-nav a")] == [
        "/baltic/library/first",
        "/baltic/library/third",
    ]
    first = await html(library, "/baltic/library/first")
    assert [a["href"] for a in first.select(".parts-nav a")] == ["/baltic/library/second"]


async def test_the_parts_stand_first_under_their_own_numbers(library: Datasette) -> None:
    whole = await html(library, "/baltic/library/course")
    items = whole.select("section.parts li")
    assert [item["value"] for item in items] == ["1", "2", "3", "10"]
    assert [" ".join(item.text.split()) for item in items if "broken" in item.text] == [
        "Gone part (the link is broken)"
    ]
    text = str(whole)
    assert text.index("Open it on") < text.index("parts-heading") < text.index('class="facts"')


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("second", "Part 2 of 4 of Becoming an entrepreneur"),
        ("tenth", "Part 10 of Becoming an entrepreneur"),  # of four that we know
    ],
)
async def test_a_part_says_below_its_heading_which_it_is(
    library: Datasette, key: str, said: str
) -> None:
    part = await html(library, f"/baltic/library/{key}")
    header = part.select_one("article > header")
    assert header and said in " ".join(header.text.split())
    assert header.select_one("a[href='/baltic/library/course']")
    assert str(part).index('class="parts-nav"') < str(part).index('class="provenance"')


async def test_of_very_many_parts_each_leads_to_its_neighbours(tmp_path: Path) -> None:
    parts = [item(f"part-{n}", f"Part {n}", part_of="course", position=n) for n in range(1, 206)]
    course = item("course", "Long")
    portal = create_datasette(publish(tmp_path, {"library": [course, *parts]}))
    part = await html(portal, "/baltic/library/part-203")
    assert [a["href"] for a in part.select(".parts-nav a")] == [
        "/baltic/library/part-202",
        "/baltic/library/part-204",
    ]
    whole = await html(portal, "/baltic/library/course")
    assert len(whole.select("section.parts li")) == 200
    (everything,) = whole.select("section.parts > p a")
    assert everything.text == "All 205 records"
    assert everything["href"] == "/baltic/library?part_of=course"


async def test_a_page_that_lists_others_is_not_said_to_be_the_item(library: Datasette) -> None:
    for key, words in {
        "archive": "Find it on example.org",
        "course": "Open it on example.org",
    }.items():
        page = await html(library, f"/baltic/library/{key}")
        assert [a.text for a in page.select("header a.button")] == [words]


async def test_a_broken_link_says_so_and_where_a_copy_may_be(library: Datasette) -> None:
    page = await html(library, "/baltic/library/last")
    assert "On 1 March 2026 it did not lead there any more." in page.text
    (copy,) = page.select("article > header a.button")
    assert copy["href"] == "https://web.archive.org/web/*/https://example.org/last"
    old = page.select_one("article > header a.quiet")
    assert old and (old["href"], old.text) == ("https://example.org/last", "Try the old address")
    cards = await html(library, "/baltic/library")
    assert [card["data-id"] for card in cards.select(".card") if "was broken" in card.text] == [
        "third",
        "last",
    ]
