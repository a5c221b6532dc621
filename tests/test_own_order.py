"""Lists whose order no column tells, and pages of any list by number."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from portal.app import create_datasette
from portal.calendar_days import today
from portal.listing import Listing
from portal.own_order import OPENNESS, years_run
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


@given(st.text('0129-–, []"x', max_size=14) | st.from_regex(r"\A(20[0-9]{2}[-–, ]{0,2}){1,3}\Z"))
def test_words_and_order_agree_on_which_years_are_over(period: str) -> None:
    on = date(2026, 11, 25)
    row = {"status": "unknown", "deadline": None, "period": period, "today": on.isoformat()}
    sql = f"select {OPENNESS} from (select :status status, :deadline deadline, :period period)"
    with closing(sqlite3.connect(":memory:")) as connection:
        (openness,) = connection.execute(sql, row).fetchone()
    assert openness == (3 if years_run(period, on) is None else 4)


@pytest.mark.parametrize("period, years", [
    ("2025", "2025"), ("2025-2024", "2025–2024"), ("2012 – 2016", "2012–2016"),
    ("2026", None), ("2024–2029", None), ("2016-", None), ("from 2016", None), ("", None),
    (None, None), ("20161", None), ("0016", None),
])  # fmt: skip
def test_years_have_run_when_the_last_is_past(period: str | None, years: str | None) -> None:
    assert years_run(period, date(2026, 1, 1)) == years


async def test_programmes_one_can_apply_to_stand_first_by_deadline(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    programmes = [
        programme("closed", "closed"),
        programme("unknown", "unknown"),
        programme("missed", "unknown", -1),
        programme("missed-this-year", "annual", -10),
        programme("ran", "unknown") | {"period": "2015-2017"},
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
        "dk-closed", "dk-missed", "dk-ran",
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
