"""The grammar of query strings: strict, and with one canonical form."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalogue import Catalogue, Table
from portal.errors import QueryError
from portal.forms import tidy
from portal.query import parse
from portal.specials import Order
from portal.values import OPERATORS
from portal.wording import chips

_tables: dict[str, Table] = {}


@pytest.fixture(scope="session", autouse=True)
def tables(published: Path) -> dict[str, Table]:
    _tables.update(Catalogue.read(published).tables)
    return _tables


def parsed(query: str | bytes, table: str = "enterprises"):
    return parse(query, _tables[table])


def test_several_values_of_one_key_are_alternatives():
    selection = parsed("country=SE&country=DK&country=SE")
    assert selection.canonical() == "country=DK&country=SE"
    assert selection.for_datasette() == "country__in=DK%2CSE"


def test_the_in_operator_is_the_same_as_repeating_the_key():
    assert parsed("country__in=SE,DK") == parsed("country=DK&country=SE")
    assert parsed('country__in=["SE","DK"]') == parsed("country=DK&country=SE")


def test_a_key_and_its_in_operator_must_both_hold():
    assert parsed("country__in=SE,DK&country=DK").canonical() == "country=DK"
    assert parsed("country__in=SE&country=DK").for_datasette() == "country=DK&country__in=SE"


def test_values_with_commas_stay_whole():
    selection = parsed(urlencode([("name", "A, B"), ("name", "[C]")]))
    assert parse_qs(selection.for_datasette()) == {"name__in": ['["A, B", "[C]"]']}
    assert parsed(selection.for_datasette()) == selection


def test_equal_selections_have_equal_strings():
    assert (
        parsed("_sort=name&founded__gte=%2B2015&country=DK&_search=%20a%20%20b").canonical()
        == parsed("country=DK&_search=a+b&founded__gte=2015&_sort=name").canonical()
    )


def test_a_list_is_asked_for_by_one_of_its_items():
    selection = parsed("offer__arraycontains=training", "organisations")
    assert selection.canonical() == "offer=training"
    assert selection.for_datasette().startswith("offer__arraycontains=training")
    assert parsed("offer=training&offer=advice", "organisations").canonical() == (
        "offer=advice&offer=training"
    )


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("contry=DK", "Did you mean country?"),
        ("country__nope=DK", "country__in"),
        ("country=XX", "The codes are"),
        ("country=dk", "Did you mean DK?"),
        ("country=", "isblank=1"),
        ("founded=soon", "whole number"),
        ("founded__gte=99999999999999999999", "whole number"),
        ("founded__contains=19", "founded__gte"),
        ("latitude=NaN", "number like"),
        ("latitude=1e999", "number like"),
        ("checked_on=2026-02-30", "date like"),
        ("postcode__gte=01001", "compared as a number"),
        ("postcode__gte=²", "compared as a number"),
        ("name__contains=100%25", "name__like"),
        ("name__isnull=yes", "the value 1"),
        ("geometry=x", "geometry__isnull"),
        ("name__contains=a&name__contains=b", "Give it once"),
        ("_sort=nope", "takes a column"),
        ("_sort=name&_sort_desc=name", "cannot both"),
        ("_facet=nope", "takes a column"),
        ("_facet=geometry", "does not fit"),
        ("_size=-1", "from 0 to 1,000"),
        ("_size=many", "from 0 to 1,000"),
        ("_size=10&_size=20", "Give it once"),
        ("_size=", "is empty"),
        ("_search=", "is empty"),
        ("_search=a&_search=b", "more than once"),
        ("_next=a,b,c", "does not name a page"),
        ("_next=", "is empty"),
        ("_where=1=1", "in SQL"),
        ("_through=x", "in SQL"),
        ("_searchmode=raw", "any spelling"),
        ("_lang=da", "path"),
        ("_unknown=1", "no parameter"),
        ("_shape=round", "takes arrays"),
        ("=x", "no column"),
        ("name=%00", "control characters"),
        ("name=%ff", "UTF-8"),
        ("name=" + "x" * 100_000, "too long"),
        ("name=" + "x" * 2_000, "1 to 1,000 characters"),
        ("&".join(f"name={n}" for n in range(300)), "more than 200 values"),
        ("country__in=[", "takes values like"),
        ('name__in=["\\ud800"]', "control characters"),
        ('name__in=["\\u0000"]', "control characters"),
        ("country__in=[[1]]", "takes values like"),
        ("name__in=" + "[" * 20_000, "takes values like"),
    ],
)
def test_what_is_not_understood_is_an_error_in_words(query: str, words: str):
    with pytest.raises(QueryError, match=r"[.?]$") as error:
        parsed(query)
    assert words in str(error.value)


def test_a_record_less_table_has_no_search():
    with pytest.raises(QueryError, match="cannot be searched"):
        parsed("_search=x", "sources")


def test_the_page_cursor_must_fit_key_and_order():
    table = _tables["enterprises"]
    assert parse("_next=dk-a", table)
    assert parse("_next=Name,dk-a", table, order=Order("name"))
    assert parse("_next=$null,dk-a&_sort=founded", table)
    for query in ("_next=dk-a&_sort=name", "_next=x,dk-a&_sort=founded", "_next=dk-a,"):
        with pytest.raises(QueryError, match="_next"):
            parse(query, table)


def test_a_form_becomes_a_tidy_address():
    query = "_search=&_sort=&_filter_column=country&_filter_op=exact&_filter_value=DK"
    assert tidy(query) == "country=DK"
    assert tidy("_filter_column_1=founded&_filter_op_1=isnull__1&_filter_value_1=") == (
        "founded__isnull=1"
    )
    assert tidy("_sort=name&_sort_by_desc=on") == "_sort_desc=name"
    assert tidy("country=DK&name=") is None


def test_each_condition_can_be_taken_away():
    selection = parsed("country=DK&country=SE&_search=bike&_sort=name")
    without = {chip.words: chip.without for chip in chips(selection, _tables["enterprises"], {})}
    assert set(without) == {"“bike”", "Country: Denmark", "Country: Sweden"}
    assert without["“bike”"] == "country=DK&country=SE&_sort=name"
    assert parsed(without["Country: Denmark"]) == parsed("country=SE&_search=bike&_sort=name")


# --- properties ------------------------------------------------------------------------------

COLUMNS = {"name": "string", "country": "string", "founded": "integer", "latitude": "number"}
KEYS = st.sampled_from(
    [f"{name}__{operator}" for name, kind in COLUMNS.items() for operator in OPERATORS[kind]]
    + [*COLUMNS, "checked_on", "checked_on__date", "_search", "_sort", "_sort_desc", "_size"]
    + ["_next", "_facet", "_col", "_labels", "_shape", "nope", "_nope", ""]
)
VALUES = st.one_of(
    st.sampled_from(
        ["DK", "SE", "DK,SE", '["DK"]', "2015", "1", "-1.5", "2026-01-01", "name", "max"]
    ),
    st.text(max_size=30),
)


@given(st.lists(st.tuples(KEYS, VALUES), max_size=6))
@settings(max_examples=400, deadline=None)
def test_the_canonical_form_is_a_fixed_point(pairs: list[tuple[str, str]]):
    try:
        selection = parsed(urlencode(pairs, errors="surrogatepass"))
    except QueryError:
        return
    assert parsed(selection.canonical()) == selection
    assert parsed(selection.for_datasette()) == selection
    assert parsed(selection.canonical()).canonical() == selection.canonical()


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(quote)))
@settings(max_examples=400, deadline=None)
def test_no_bytes_make_the_parser_fail(query: bytes | str):
    for table in ("enterprises", "organisations", "events", "sources"):
        try:
            parsed(query, table)
        except QueryError as error:
            assert str(error)
