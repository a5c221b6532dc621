"""Rows that break a rule are left out and named; the good ones beside them are not touched."""

from __future__ import annotations

import pytest
from conftest import Workbench


@pytest.mark.parametrize(
    ("cells", "field", "rule"),
    [
        ({"name": ""}, "name", "required"),
        ({"id": "Lt Pirmas"}, "id", "pattern"),
        ({"website": "www.example.org"}, "website", "type"),
        ({"website": "javascript:alert(1)"}, "website", "pattern"),
        ({"email": "nobody"}, "email", "type"),
        ({"founded": "long ago"}, "founded", "type"),
        ({"founded": "2999"}, "founded", "not-in-future"),
        ({"founded": "1012"}, "founded", "minimum"),
        ({"employees": "-3"}, "employees", "minimum"),
        ({"checked_on": "31.12.2020"}, "checked_on", "type"),
        ({"checked_on": "2999-01-01"}, "checked_on", "not-in-future"),
        ({"sector": "recyling-and-reuse"}, "sector", "unknown-code"),
        ({"country": "XX"}, "country", "unknown-code"),
        ({"latitude": "54.9", "longitude": ""}, "longitude", "half-coordinates"),
        ({"latitude": "23.9", "longitude": "54.9"}, "latitude", "swapped-coordinates"),
        ({"latitude": "48.85", "longitude": "2.35"}, "latitude", "coordinates-outside"),
        ({"latitude": "541", "longitude": "23.9"}, "latitude", "maximum"),
        ({"latitude": "NaN", "longitude": "23.9"}, "latitude", "type"),
        ({"latitude": "sNaN", "longitude": "23.9"}, "latitude", "type"),
        ({"latitude": "-Infinity", "longitude": "23.9"}, "latitude", "type"),
        ({"latitude": "1e400", "longitude": "23.9"}, "latitude", "maximum"),
        ({"latitude": "54,9", "longitude": "23.9"}, "latitude", "type"),
        ({"latitude": "٥٤", "longitude": "23.9"}, "latitude", "type"),
        ({"founded": "2_014"}, "founded", "type"),
        ({"founded": "2014.0"}, "founded", "type"),
        ({"founded": "20140"}, "founded", "not-in-future"),
        ({"founded": "9" * 30}, "founded", "type"),
        ({"employees": "9" * 5000}, "employees", "type"),
        ({"checked_on": "2026-02-30"}, "checked_on", "type"),
        ({"website": "https://[::1/"}, "website", "type"),
        ({"website": "https://exa℀mple.org/"}, "website", "type"),
        ({"website": "https://example.org:99999/"}, "website", "type"),
        ({"source_url": "https://[x]/"}, "source_url", "type"),
        ({"id": "lt-" + "a" * 98}, "id", "maxLength"),
    ],
)
def test_a_bad_cell_leaves_out_its_row_and_is_named(
    bench: Workbench, cells: dict[str, str], field: str, rule: str
) -> None:
    bench.enterprises({"id": "lt-good"}, cells)
    outcome = bench.build()
    assert outcome.exit_code == 1
    (finding,) = [f for f in outcome.findings if f["severity"] == "error"]
    assert (finding["file"], finding["line"]) == ("enterprises/lt.csv", 3)
    assert (finding["field"], finding["rule"]) == (field, rule)
    assert finding["message"].endswith((".", "?"))
    assert bench.column("select id from enterprises") == ["lt-good"]
    assert bench.rows("select line, field, rule from issues where severity = 'error'") == [
        (3, field, rule)
    ]


def test_an_unknown_code_suggests_the_nearest(bench: Workbench) -> None:
    bench.enterprises({"sector": "recyling-and-reuse"})
    assert "“recycling-and-reuse”" in bench.build().only("unknown-code")["message"]


def test_a_second_record_with_the_same_id_is_left_out_and_the_first_is_named(
    bench: Workbench,
) -> None:
    bench.enterprises({}, {"name": "Kitas"})
    finding = bench.build().only("duplicate-id")
    assert finding["line"] == 3
    assert "enterprises/lt.csv:2" in finding["message"]
    assert bench.column("select name from enterprises") == ["Pirmas"]


def test_the_same_id_in_two_files_is_found_too(bench: Workbench) -> None:
    bench.enterprises({})
    bench.enterprises({"country": "LV"}, file="enterprises/lv.csv")
    assert bench.build().only("duplicate-id")["file"] == "enterprises/lv.csv"


def test_a_list_may_be_written_with_or_without_spaces(bench: Workbench) -> None:
    bench.write(
        "organisations.csv",
        "id,name,country,kind,offer,source_url\n"
        "lt-a,A,LT,network,advice;training ; grants,https://example.org\n",
    )
    assert bench.build().exit_code == 0
    assert bench.column("select offer from organisations") == ['["advice", "training", "grants"]']


def test_each_item_of_a_list_must_be_a_code(bench: Workbench) -> None:
    bench.write(
        "organisations.csv",
        "id,name,country,kind,offer,source_url\nlt-a,A,LT,network,advice; gold,https://example.org\n",
    )
    assert bench.build().only("unknown-code")["value"] == "gold"


def test_a_reference_to_a_record_that_was_left_out_is_an_error(bench: Workbench) -> None:
    bench.write(
        "organisations.csv",
        "id,name,country,kind,source_url\nlt-a,A,LT,circus,https://example.org\n",
    )
    bench.write(
        "programmes.csv",
        "id,name,organisation,country,kind,status,source_url\n"
        "lt-p,P,lt-a,LT,grant,unknown,https://example.org\n",
    )
    fields = [f["field"] for f in bench.build().findings if f["rule"] == "unknown-code"]
    assert fields == ["kind", "organisation"]


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ("2026-05-02,2026-05-01,,Europe/Riga", "end-before-start"),
        ("2026-05-01,,25:00,Europe/Riga", "pattern"),
        ("2026-05-01,,,Europe/Atlantis", "unknown-timezone"),
        ("someday,,,", "type"),
    ],
)
def test_days_and_times_of_an_event_must_be_possible(
    bench: Workbench, cells: str, rule: str
) -> None:
    bench.write(
        "events.csv",
        "id,name,start,end,start_time,timezone,country,online,source_url\n"
        f"an-event,E,{cells},LV,false,https://example.org\n",
    )
    assert bench.build().rules("error") == [rule]


@pytest.mark.parametrize("day", ["2018-02-30", "2018-13", "2018-00-01"])
def test_an_article_cannot_be_published_on_a_day_that_never_was(bench: Workbench, day: str) -> None:
    bench.write(
        "articles/odd.md",
        f"---\ntitle: T\npublisher: P\nsource_url: https://example.org\npublished: {day}\n---\n",
    )
    assert bench.build().only("impossible-date")["value"] == day


def test_a_bound_of_a_country_that_is_no_number_is_told(bench: Workbench) -> None:
    bench.enterprises({})
    bench.write("vocabularies/countries.csv", "code,label,network,west\nLT,Lithuania,true,NaN\n")
    errors = [f for f in bench.build().findings if f["severity"] == "error"]
    assert [(f["file"], f["field"]) for f in errors] == [
        ("vocabularies/countries.csv", "west"),
        ("enterprises/lt.csv", "country"),
    ]


def test_a_record_in_another_countrys_file_is_kept_with_a_warning(bench: Workbench) -> None:
    bench.enterprises({"country": "LV", "id": "lv-x", "city": "Liepāja"})
    outcome = bench.build()
    assert "wrong-file" in outcome.rules("warning")
    assert bench.column("select id from enterprises") == ["lv-x"]


def test_an_id_of_another_country_is_kept_for_ids_are_for_ever(bench: Workbench) -> None:
    bench.enterprises({"id": "ee-pirmas"})
    outcome = bench.build()
    assert "id-prefix" in outcome.rules("warning")
    assert outcome.exit_code == 0


def test_coordinates_that_a_partner_gave_are_kept(bench: Workbench) -> None:
    bench.enterprises({"latitude": "54.9", "longitude": "23.9"})
    bench.build()
    assert bench.rows("select latitude, longitude, precision, confidence from enterprises") == [
        (54.9, 23.9, "address", 1.0)
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"name": "UAB Žalias ratas"}, {"name": "Zalias Ratas, VšĮ"}),
        ({"name": "Bičių namai"}, {"name": "Bičių  namaii"}),
        (
            {"website": "https://www.ratas.lt/"},
            {"name": "Visai kitas", "website": "http://ratas.lt"},
        ),
    ],
)
def test_what_looks_like_the_same_enterprise_twice_is_told_and_kept(
    bench: Workbench, first: dict[str, str], second: dict[str, str]
) -> None:
    bench.enterprises(first, second | {"id": "lt-antras"})
    outcome = bench.build()
    assert outcome.rules("warning").count("probable-duplicate") == 1
    assert len(bench.column("select id from enterprises")) == 2


def test_the_same_name_in_another_town_is_no_duplicate(bench: Workbench) -> None:
    bench.enterprises({}, {"id": "lt-antras", "city": "Vilnius"})
    assert "probable-duplicate" not in bench.build().rules()


def test_addresses_are_written_in_their_usual_form(bench: Workbench) -> None:
    bench.enterprises({"website": "HTTP://WWW.Example.ORG/Path", "email": "Office@Example.ORG"})
    bench.build()
    assert bench.rows("select website, email from enterprises") == [
        ("http://www.example.org/Path", "Office@example.org")
    ]


def test_a_correction_by_hand_comes_before_the_gazetteer(bench: Workbench) -> None:
    bench.enterprises({})
    bench.write(
        "geocodes.csv",
        "table,id,latitude,longitude,precision,note,source\n"
        "enterprises,lt-pirmas,54.5,24.5,place,A farm.,https://example.org\n",
    )
    bench.build()
    assert bench.rows("select latitude, longitude, precision from enterprises") == [
        (54.5, 24.5, "place")
    ]


def test_a_correction_by_hand_comes_before_the_records_own_coordinates(bench: Workbench) -> None:
    bench.enterprises({"latitude": "54.9", "longitude": "23.9"})
    bench.write(
        "geocodes.csv",
        "table,id,latitude,longitude,precision,note,source\n"
        "enterprises,lt-pirmas,54.5,24.5,place,A farm.,https://example.org\n",
    )
    bench.build()
    assert bench.rows("select latitude, longitude from enterprises") == [(54.5, 24.5)]


def test_a_correction_outside_its_country_is_not_used(bench: Workbench) -> None:
    bench.enterprises({})
    bench.write(
        "geocodes.csv",
        "table,id,latitude,longitude,precision,note,source\n"
        "enterprises,lt-pirmas,24.5,54.5,place,Swapped.,\n",
    )
    assert "placed-outside" in bench.build().rules("warning")
    assert bench.column("select geometry from enterprises") == [None]


def test_a_correction_of_a_record_that_is_not_there_is_told(bench: Workbench) -> None:
    bench.write(
        "geocodes.csv",
        "table,id,latitude,longitude,precision,note,source\nenterprises,lt-gone,54.5,24.5,place,,\n",
    )
    assert bench.build().only("unknown-record")["value"] == "lt-gone"


def test_a_correction_that_makes_no_sense_is_told_and_the_build_goes_on(bench: Workbench) -> None:
    bench.enterprises({})
    bench.write(
        "geocodes.csv",
        "table,id,latitude,longitude,precision,note,source\n"
        "enterprises,lt-pirmas,north,24.5,place,,\n",
    )
    outcome = bench.build()
    assert outcome.exit_code == 1
    finding = next(f for f in outcome.findings if f["file"] == "geocodes.csv")
    assert (finding["line"], finding["field"]) == (2, "latitude")
    assert bench.column("select id from enterprises") == ["lt-pirmas"]


ARTICLE = """---
title: A
published: 2026-03
publisher: P
language: en
source_url: https://example.org
{more}---
{body}
"""


def test_a_fact_given_twice_in_an_article_is_an_error_with_its_line(bench: Workbench) -> None:
    bench.write("articles/a.md", ARTICLE.format(more="publisher: Q\n", body="x"))
    (found,) = [f for f in bench.build().findings if f["file"] == "articles/a.md"]
    assert (found["severity"], found["line"]) == ("error", 7)
    assert "publisher is given twice" in found["message"]


def test_a_record_longer_than_a_portal_reads_is_left_out(bench: Workbench) -> None:
    bench.write("articles/a.md", ARTICLE.format(more="", body="слово " * 10_000))
    finding = bench.build().only("record-too-large")
    assert (finding["severity"], finding["field"]) == ("error", "body")
    assert bench.rows("select * from articles") == []
