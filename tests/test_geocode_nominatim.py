"""Nominatim, asked politely: against a local server that behaves and misbehaves like it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from build.geocode.nominatim import PoliteNominatim
from build.geocode.placement import PlaceQuery
from tests.fake_nominatim import FakeNominatim, fake_nominatim, result

AGENT = "test-portal/1.0 (somebody@example.org)"
SVENDBORG = PlaceQuery(city="Svendborg", country="DK")


@pytest.fixture
def server() -> Iterator[FakeNominatim]:
    answers = {
        "Svendborg": [result(55.06, 10.61, "dk", "Svendborg, Danmark")],
        "Odense": [result(52.0, 5.0, "nl"), result(55.4, 10.39, "dk", "Odense", "municipality")],
        "Paris": [result(48.86, 2.35, "fr")],
    }
    with fake_nominatim(answers=answers) as fake:
        yield fake


@pytest.fixture
def make(server: FakeNominatim, tmp_path: Path) -> Iterator[Callable[..., PoliteNominatim]]:
    made = []

    def geocoder(**options: Any) -> PoliteNominatim:
        settings = {"interval": 0.0, "backoff": 0.0, "timeout": 0.3} | options
        made.append(
            PoliteNominatim(
                tmp_path / "answers.db", AGENT, domain=server.domain, scheme="http", **settings
            )
        )
        return made[-1]

    yield geocoder
    for one in made:
        one.close()


def test_an_answer_is_placed_and_says_who_gave_it(make, server):
    placement = make().place(SVENDBORG)
    assert (placement.latitude, placement.longitude) == (55.06, 10.61)
    assert placement.precision == "place"
    assert placement.geocoder == "nominatim"
    assert server.agents == [AGENT]


def test_an_operator_without_a_contact_is_refused(tmp_path):
    with pytest.raises(ValueError, match="address of yours"):
        PoliteNominatim(tmp_path / "answers.db", "my portal")


def test_the_same_question_is_asked_once_even_by_the_next_run(make, server):
    make().place(SVENDBORG)
    assert make().place(SVENDBORG).located
    assert len(server.asked) == 1


def test_nothing_found_is_remembered_too(make, server):
    unknown = PlaceQuery(city="Atlantis", country="DK")
    assert not make().place(unknown).located
    assert "no such place in Denmark" in make().place(unknown).note
    assert len(server.asked) == 1


def test_a_result_in_another_country_is_not_accepted(make):
    assert not make().place(PlaceQuery(city="Paris", country="DK")).located


def test_the_first_result_inside_the_country_is_taken(make):
    placement = make().place(PlaceQuery(city="Odense", country="Danmark"))
    assert placement.latitude == 55.4
    assert placement.precision == "region"


@pytest.mark.parametrize("fault", [500, 503, "timeout", "html", (429, "0")])
def test_a_passing_fault_is_retried(make, server, fault):
    server.faults.append(fault)
    assert make().place(SVENDBORG).located
    assert len(server.asked) == 2


def test_retry_after_is_honoured(make, server):
    waits: list[float] = []
    server.faults.append((429, "7"))
    assert make(sleep=waits.append).place(SVENDBORG).located
    assert waits == [7.0]


def test_each_wait_is_twice_the_one_before(make, server):
    waits: list[float] = []
    server.faults += [500, 500, 500]
    assert make(sleep=waits.append, backoff=2.0).place(SVENDBORG).located
    assert waits == [2.0, 4.0, 8.0]


def test_garbage_is_no_place(make, server):
    server.faults.append("garbage")
    assert not make().place(SVENDBORG).located


def test_after_repeated_failures_the_service_is_left_alone_and_nothing_is_raised(make, server):
    server.faults += [500] * 50
    geocoder = make()
    notes = [geocoder.place(PlaceQuery(city=f"Town {n}", country="DK")).note for n in range(5)]
    assert "did not answer" in notes[0]
    assert "failed repeatedly" in notes[-1]
    assert len(server.asked) == 3 * 4


def test_a_failure_is_not_remembered_as_an_answer(make, server):
    server.faults += [500] * 4
    geocoder = make()
    assert not geocoder.place(SVENDBORG).located
    assert geocoder.place(SVENDBORG).located


def test_requests_keep_their_distance(make, server):
    geocoder = make(interval=0.15)
    begun = time.monotonic()
    for city in ("Svendborg", "Odense", "Paris"):
        geocoder.place(PlaceQuery(city=city, country="DK"))
    assert len(server.asked) == 3
    assert time.monotonic() - begun >= 2 * 0.15


def test_without_country_or_place_it_is_not_asked(make, server):
    assert not make().place(PlaceQuery(city="Svendborg")).located
    assert not make().place(PlaceQuery(country="DK", name="Somebody")).located
    assert server.asked == []


def test_progress_tells_of_each_request(make):
    told: list[tuple[str, int, str]] = []
    make(progress=lambda *step: told.append(step)).place(SVENDBORG)
    assert [(number, outcome) for _, number, outcome in told] == [(1, "found")]
