"""The page of a section shows first what its search finds first."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from datasette.app import Datasette
from test_search import QUERIES


def cell(database: Path, table: str, key: str, column: str) -> object:
    with sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True) as db:
        return db.execute(f"select {column} from {table} where id = ?", [key]).fetchone()[0]


@pytest.mark.parametrize("case", QUERIES, ids=lambda case: case["query"])
async def test_the_first_card_is_what_was_meant(
    real_portal: Datasette, real_database: Path, case: dict[str, str]
) -> None:
    table = case["table"] or "enterprises"
    response = await real_portal.client.get(f"/baltic/{table}?_search={quote(case['query'])}")
    assert response.status_code == 200
    page = BeautifulSoup(response.text, "html.parser")
    cards = page.select("#list .card")
    column, _, value = case["expected"].rpartition(":")
    if value == "nothing":
        assert not cards
        assert page.select("#list .zero-results")
    else:
        key = str(cards[0]["data-id"])
        assert str(cell(real_database, table, key, column or "id")) == value, case["why"]
        assert cards[0].select_one("h2 a")["href"] == f"/baltic/{table}/{key}"
