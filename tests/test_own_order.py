"""Lists whose order no column tells, and pages of any list by number."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from portal.app import create_datasette
from portal.calendar_days import today
from portal.listing import Listing
from tests.portal_fixtures import publish


def programme(key: str, status: str, days: int | None = None) -> dict[str, Any]:
    """A programme whose deadline is in so many days."""
    return {
        "id": f"dk-{key}",
        "name": key,
        "country": "DK",
        "kind": "grant",
        "status": status,
        "deadline": None if days is None else (today() + timedelta(days=days)).isoformat(),
        "source_url": "https://example.org",
    }


async def test_programmes_one_can_apply_to_stand_first_by_deadline(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    programmes = [
        programme("closed", "closed"),
        programme("unknown", "unknown"),
        programme("missed", "unknown", -1),
        programme("missed-this-year", "annual", -10),
        programme("always", "open-ended"),
        programme("in-a-month", "annual", 30),
        programme("today", "unknown", 0),
    ]
    portal = create_datasette(
        publish(tmp_path_factory.mktemp("programmes"), {"programmes": programmes})
    )
    html = BeautifulSoup((await portal.client.get("/baltic/programmes")).text, "html.parser")
    assert [card["data-id"] for card in html.select(".card")] == [
        "dk-today", "dk-in-a-month", "dk-always", "dk-missed-this-year", "dk-unknown",
        "dk-closed", "dk-missed",
    ]  # fmt: skip
    html = BeautifulSoup(
        (await portal.client.get("/baltic/programmes?_sort=name")).text, "html.parser"
    )
    assert html.select(".card")[0]["data-id"] == "dk-always"


@given(st.integers(1, 50).flatmap(lambda pages: st.tuples(st.just(pages), st.integers(1, pages))))
def test_of_fifty_pages_each_is_two_clicks_from_any_other(pages: tuple[int, int]) -> None:
    count, start = pages

    def linked(page: int) -> set[int]:
        return set(Listing([], page, 20, count * 20).numbers)

    reached = {other for page in linked(start) for other in linked(page)}
    assert reached == set(range(1, count + 1))


@given(st.integers(1, 50_000), st.integers(1, 60_000))
def test_no_page_links_more_than_a_handful_of_numbers_or_one_that_is_not(
    pages: int, page: int
) -> None:
    numbers = Listing([], page, 20, pages * 20).numbers
    assert len(numbers) <= 18
    assert all(1 <= number <= pages for number in numbers)
    assert numbers == sorted(set(numbers))
