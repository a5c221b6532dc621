"""Six languages: complete, alike in their placeholders, and kept by every link."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from bs4 import BeautifulSoup
from datasette.app import Datasette

from build.assets.messages import catalogue, template, untranslated
from portal.app import create_datasette
from portal.language import ENGLISH, LANGUAGES, day, ngettext, number, speaking

OTHERS = [code for code in LANGUAGES if code != ENGLISH]
PAGES = ["/", "/baltic", "/baltic/enterprises?country=DK", "/baltic/enterprises/dk-cykler",
         "/baltic/events", "/baltic/sources", "/baltic/countries/DK", "/about", "/about/privacy",
         "/about/accessibility", "/baltic?sql=select+1", "/embed/map"]  # fmt: skip


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return template()


async def page(portal: Datasette, path: str, status: int = 200) -> BeautifulSoup:
    response = await portal.client.get(path)
    assert response.status_code == status, response.text
    return BeautifulSoup(response.text, "html.parser")


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated(texts: Catalog, code: str):
    translations = catalogue(code)
    assert {one.id for one in texts if one.id} == {one.id for one in translations if one.id}
    assert untranslated(translations) == []
    assert not [one.id for one in translations if one.id and one.fuzzy]


@pytest.mark.parametrize("code", OTHERS)
def test_translations_have_the_same_placeholders(code: str):
    for message in catalogue(code):
        for text in message.string if isinstance(message.string, tuple) else (message.string,):
            source = message.id[-1] if isinstance(message.id, tuple) else message.id
            if source:
                assert placeholders(text) == placeholders(source), text


@pytest.mark.parametrize("code", OTHERS)
def test_a_number_has_all_the_forms_its_language_needs(code: str):
    translations = catalogue(code)
    for message in translations:
        if isinstance(message.id, tuple):
            assert len(message.string) == translations.num_plurals, message.id


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[a-z]|%%", text))


def test_no_text_breaks_the_formatting_of_its_template(texts: Catalog):
    """What stands in the schema goes through `%`, so it must hold none of its own."""
    for message in texts:
        if any(file.startswith(("data/", "metadata")) for file, _ in message.locations):
            assert "%" not in message.id


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_says_its_language_and_links_stay_in_it(
    portal: Datasette, path: str, code: str
):
    prefix = "" if code == ENGLISH else f"/{code}"
    html = await page(portal, f"{prefix}{path}")
    assert html.html["lang"] == code
    for link in html.select("a[href^='/'], form[action^='/']"):
        target = link.get("href") or link.get("action")
        file = target.partition("?")[0].rpartition("/")[2]
        if "." in file or link.find_parent(class_="languages") or link.get("hreflang"):
            continue
        first = target.removeprefix("/").partition("/")[0].partition("?")[0]
        assert (first if first in LANGUAGES else ENGLISH) == code, target


async def test_a_page_names_itself_in_all_languages(portal: Datasette):
    html = await page(portal, "/lv/baltic/enterprises/dk-cykler")
    links = {link["hreflang"]: link["href"] for link in html.select("link[hreflang]")}
    english = "http://localhost/baltic/enterprises/dk-cykler"
    assert links.pop("x-default") == links.pop("en") == english
    assert links == {
        code: f"http://localhost/{code}/baltic/enterprises/dk-cykler" for code in OTHERS
    }


async def test_another_language_keeps_the_choice(portal: Datasette):
    html = await page(portal, "/pl/baltic/enterprises?country=SE&country=DK&_sort=city")
    links = {link["hreflang"]: link["href"] for link in html.select(".languages a")}
    assert links["da"] == "/da/baltic/enterprises?country=DK&country=SE&_sort=city"
    assert links["en"] == "/baltic/enterprises?country=DK&country=SE&_sort=city"


async def test_values_are_codes_in_every_language(portal: Datasette):
    html = await page(portal, "/da/baltic/enterprises")
    lines = {line.input["value"]: line.text for line in html.select("#facet-country label")}
    assert "Danmark" in lines["DK"]
    assert "Polen" in lines["PL"]


@pytest.mark.parametrize("path", ["/da/baltic/enterprises.csv?country=DK", "/da/baltic.json"])
async def test_machine_formats_have_no_language(portal: Datasette, path: str):
    response = await portal.client.get(path)
    assert response.status_code == 301
    assert response.headers["location"] == path.removeprefix("/da")


async def test_english_has_no_prefix(portal: Datasette):
    response = await portal.client.get("/en/baltic/enterprises?country=DK")
    assert response.status_code == 301
    assert response.headers["location"] == "/baltic/enterprises?country=DK"


async def test_errors_are_told_in_the_reader_s_language(portal: Datasette):
    english = await page(portal, "/baltic/enterprises?country=XX", 400)
    danish = await page(portal, "/da/baltic/enterprises?country=XX", 400)
    assert danish.html["lang"] == "da"
    assert "XX" in danish.select_one(".error-words").text
    assert danish.select_one(".error-words").text != english.select_one(".error-words").text
    polish = danish.select_one(".languages a[lang=pl]")
    assert polish["href"] == "/pl/baltic/enterprises?country=XX"


async def test_no_language_is_forced_or_remembered(portal: Datasette):
    response = await portal.client.get("/", headers={"Accept-Language": "da"})
    assert response.status_code == 200
    assert "set-cookie" not in response.headers
    html = BeautifulSoup(response.text, "html.parser")
    assert html.html["lang"] == "en"
    assert html.select_one("#language-offer [lang=da]"), "offered by the script of the page"


async def test_closed_pages_are_closed_in_every_language(portal: Datasette):
    for path in ("/da/-/databases", "/lt/-/login", "/da/da/baltic", "/xx/baltic"):
        assert (await portal.client.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("code", "written", "counted"),
    [
        ("en", "24 November 2026", "12,345"),
        ("da", "24. november 2026", "12.345"),
        ("pl", "24 listopada 2026", "12\xa0345"),
        ("lt", "2026 m. lapkričio 24 d.", "12\xa0345"),
        ("lv", "2026. gada 24. novembris", "12\xa0345"),
        ("et", "24. november 2026", "12\xa0345"),
    ],
)
def test_dates_and_numbers_are_written_as_in_the_language(code: str, written: str, counted: str):
    with speaking(code):
        assert day("2026-11-24") == written
        assert number(12345) == counted


@pytest.mark.parametrize(
    ("code", "forms"),
    [
        ("pl", {1: "1 wpis", 3: "3 wpisy", 5: "5 wpisów", 22: "22 wpisy"}),
        ("lt", {1: "1 įrašas", 3: "3 įrašai", 11: "11 įrašų", 21: "21 įrašas", 60: "60 įrašų"}),
        ("lv", {1: "1 ieraksts", 3: "3 ieraksti", 11: "11 ierakstu", 60: "60 ierakstu"}),
    ],
)
def test_numbers_and_words_agree(code: str, forms: dict[int, str]):
    with speaking(code):
        for count, words in forms.items():
            text = ngettext("%(count)s record", "%(count)s records", count)
            assert text % {"count": count} == words


@pytest.mark.parametrize("base", ["/", "/portal/"])
async def test_a_slash_at_the_end_does_not_change_the_language(published: Path, base: str):
    portal = create_datasette(published, settings={"base_url": base})
    for path in ("search", "countries/dk", "support", "baltic/events"):
        response = await portal.client.get(f"/da/{path}/?q=1")
        assert response.headers["location"] == f"{base}da/{path}?q=1"
