"""Search finds any spelling and takes any input."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from datasette.app import Datasette


async def found(portal: Datasette, text: str) -> set[str]:
    address = f"/baltic/enterprises.json?_shape=array&_search={quote(text)}"
    response = await portal.client.get(address)
    assert response.status_code == 200, response.text
    return {row["id"] for row in response.json()}


@pytest.mark.parametrize("text", ["Łódzka", "lodzka", "LODZKA", "łódzk", "lodz spoldzielnia"])
async def test_any_spelling_finds_lodz(portal: Datasette, text: str):
    assert await found(portal, text) == {"pl-lodz"}


@pytest.mark.parametrize("text", ["Straße", "strasse", "stras", "oland", "Öland"])
async def test_any_spelling_finds_the_street(portal: Datasette, text: str):
    assert await found(portal, text) == {"se-strasse"}


async def test_words_may_be_unfinished(portal: Datasette):
    assert await found(portal, "cykelv") == {"dk-cykler"}
    assert await found(portal, "cykelv kobenhavn") == {"dk-cykler"}
    assert await found(portal, "cykelv lodz") == set()


@pytest.mark.parametrize(
    "text",
    ['"', "*", "NEAR(a b)", "a AND OR NOT", "name:x", "^x", "'", "(((", "-", "🚲", "…", "\u202e",
     "a" * 900, "x y " * 1000, "=1+1", "%", "\\", "{a}: b", "ключ"],
)  # fmt: skip
async def test_no_input_is_an_error(portal: Datasette, text: str):
    await found(portal, text)


@pytest.mark.parametrize("text", ['"', "***", "—", "\u202e"])
async def test_input_without_letters_finds_nothing(portal: Datasette, text: str):
    assert await found(portal, text) == set()


async def test_ten_thousand_characters_are_no_error(portal: Datasette):
    assert await found(portal, "bicycle " * 1_250) == set()
    words = " ".join(f"w{n}" for n in range(2_000))
    assert await found(portal, words) == set()
