"""Suggestions in a real Chromium: by keyboard, by mouse, and not in the way of the form."""

from __future__ import annotations

import re

import pytest
from browser_fixtures import Visit, violations, visiting
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser


class Field:
    """A search field, that of the list of enterprises if no other, and what it shows."""

    def __init__(self, visit: Visit, path: str = "/baltic/enterprises", field: str = "#q") -> None:
        self.visit = visit
        self.page = page = visit.open(path)
        self.input = page.locator(field)
        expect(self.input).to_have_attribute("role", "combobox")
        self.list = page.locator(f"#{self.input.get_attribute('aria-controls')}")
        self.options = self.list.get_by_role("option")

    def type(self, text: str) -> None:
        self.input.press_sequentially(text, delay=20)

    @property
    def asked(self) -> list[str]:
        return [url for url in self.visit.requests if "/suggest/" in url]

    @property
    def active(self) -> str | None:
        """The option that Enter would follow, by what a screen reader is told."""
        name = self.input.get_attribute("aria-activedescendant")
        return self.page.locator(f"#{name}").inner_text() if name else None


@pytest.fixture
def field(visit: Visit) -> Field:
    return Field(visit)


def test_typing_opens_a_list_that_is_announced(field: Field) -> None:
    expect(field.input).to_have_attribute("aria-expanded", "false")
    field.type("cyk")
    expect(field.options).to_have_count(1)
    expect(field.options.first).to_contain_text("Cykelværkstedet København")
    expect(field.options.first.locator("mark")).to_have_text("Cykelværkstedet")
    expect(field.input).to_have_attribute("aria-expanded", "true")
    expect(field.page.get_by_role("status").filter(has_text="1 suggestion")).to_be_attached()
    expect(field.input).to_be_focused()


def test_the_arrows_choose_and_enter_follows(field: Field) -> None:
    field.type("cykel")
    expect(field.options).to_have_count(1)
    assert field.active is None
    field.input.press("ArrowDown")
    assert "Cykelværkstedet" in (field.active or "")
    expect(field.options.first).to_have_attribute("aria-selected", "true")
    field.input.press("ArrowDown")
    assert field.active is None
    field.input.press("ArrowUp")
    assert "Cykelværkstedet" in (field.active or "")
    field.input.press("Enter")
    field.page.wait_for_url("**/baltic/enterprises/dk-cykler")


def test_home_and_end_move_among_the_options_once_one_is_chosen(field: Field) -> None:
    field.type("kul")  # a name and a sector
    expect(field.options).to_have_count(2)
    field.input.press("End")
    assert field.active is None
    last = field.options.last.inner_text()
    field.input.press("ArrowDown")
    field.input.press("End")
    assert field.active == last
    field.input.press("Home")
    assert field.active == field.options.first.inner_text()
    field.input.press("ArrowLeft")
    assert field.active is None


def test_enter_searches_when_nothing_is_chosen(field: Field) -> None:
    field.type("cykel")
    expect(field.options).to_have_count(1)
    field.input.press("Enter")
    field.page.wait_for_url("**/baltic/enterprises?_search=cykel*")


def test_escape_closes_and_the_text_stays(field: Field) -> None:
    field.type("cykel")
    expect(field.options).to_have_count(1)
    field.input.press("Escape")
    expect(field.list).to_be_hidden()
    expect(field.input).to_have_value("cykel")
    expect(field.input).to_have_attribute("aria-expanded", "false")
    field.input.press("ArrowDown")
    expect(field.options).to_have_count(1)


def test_a_click_follows_and_does_not_take_the_focus_first(field: Field) -> None:
    field.type("genbr")
    option = field.options.filter(has_text="Recycling and reuse")
    option.hover()
    field.page.mouse.down()
    expect(field.input).to_be_focused()
    field.page.mouse.up()
    field.page.wait_for_url("**/baltic/enterprises?sector=recycling-and-reuse")


def test_leaving_the_field_closes_the_list(field: Field) -> None:
    field.type("cykel")
    expect(field.options).to_have_count(1)
    field.input.press("Tab")
    expect(field.list).to_be_hidden()
    expect(field.input).not_to_be_focused()


def test_a_fast_typist_asks_once(field: Field) -> None:
    field.type("cykelv")
    expect(field.options).to_have_count(1)
    assert len(field.asked) == 1
    assert field.asked[0].endswith("q=cykelv")


def test_nothing_found_opens_nothing_and_is_said(field: Field) -> None:
    field.type("qqqqqq")
    expect(field.page.get_by_role("status").filter(has_text="No suggestions")).to_be_attached()
    expect(field.list).to_be_hidden()


def test_without_the_server_the_form_still_works(field: Field) -> None:
    field.page.route("**/suggest/**", lambda route: route.abort())
    with field.page.expect_event("requestfailed"):
        field.input.fill("cykel")
    expect(field.list).to_be_hidden()
    field.input.press("Enter")
    field.page.wait_for_url("**/baltic/enterprises?_search=cykel*")
    expect(field.page.get_by_role("link", name="Cykelværkstedet København").first).to_be_visible()
    assert [words.partition("net::")[2] for words in field.visit.complaints] == ["ERR_FAILED"]
    field.visit.complaints.clear()


def test_what_is_chosen_in_the_list_is_kept(visit: Visit) -> None:
    field = Field(visit, "/baltic/enterprises?country=DK")
    field.type("genbr")
    field.options.first.click()
    field.page.wait_for_url("**/baltic/enterprises?country=DK&sector=recycling-and-reuse")


def test_what_is_chosen_later_is_kept_too(field: Field) -> None:
    field.page.get_by_role("checkbox", name="Denmark").check()
    field.page.wait_for_url("**/baltic/enterprises?country=DK")
    expect(field.input).to_have_attribute("data-suggest", re.compile(r"within=country%3DDK$"))
    field.type("genbr")
    field.options.first.click()
    field.page.wait_for_url("**/baltic/enterprises?country=DK&sector=recycling-and-reuse")


HEADER, HOME, SEARCH = ("/about", "#site-q"), ("/", "#q"), ("/search", "#q")


@pytest.mark.parametrize(("path", "name"), [HEADER, HOME, SEARCH])
def test_everything_is_suggested_on_every_page(visit: Visit, path: str, name: str) -> None:
    field = Field(visit, path, name)
    field.type("cyk")
    expect(field.options).to_have_count(2)
    expect(field.options.first).to_contain_text("Cykelværkstedet København")
    expect(field.options.last).to_have_text("Search everything for “cyk”")
    field.input.press("ArrowUp")
    assert field.active == "Search everything for “cyk”"
    field.input.press("ArrowUp")
    field.input.press("Enter")
    field.page.wait_for_url("**/baltic/enterprises/dk-cykler")


@pytest.mark.parametrize(("path", "name"), [HEADER, HOME, SEARCH])
def test_enter_searches_everything_when_nothing_is_chosen(
    visit: Visit, path: str, name: str
) -> None:
    field = Field(visit, path, name)
    field.type("cykel")
    expect(field.options).to_have_count(2)
    field.input.press("Enter")
    field.page.wait_for_url("**/search?q=cykel")


def test_a_name_that_nothing_has_can_still_be_searched(visit: Visit) -> None:
    field = Field(visit, *HEADER)
    field.type("qqqqqq")
    expect(field.options).to_have_count(1)
    field.options.first.click()
    field.page.wait_for_url("**/search?q=qqqqqq")


@pytest.mark.parametrize("width", [1280, 320])
def test_the_list_in_the_header_is_accessible_and_fits(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 800})
    field = Field(visit, *HEADER)
    field.type("de")
    field.type("nm")
    expect(field.options.first).to_contain_text("Denmark")
    field.input.press("ArrowDown")
    assert violations(field.page, "header") == []
    assert field.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("height", [900, 700, 500, 360])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(("path", "name"), [HEADER, HOME, ("/baltic/enterprises", "#q")])
def test_a_list_that_goes_on_ends_within_a_line_and_no_heading_stands_last(
    browser: Browser, real_address: str, path: str, name: str, width: int, height: int
) -> None:
    with visiting(browser, real_address, viewport={"width": width, "height": height}) as visit:
        field = Field(visit, path, name)
        field.type("soc")
        expect(field.options.first).to_be_visible()
        seen = field.list.evaluate(SEEN)
        assert seen["goesOn"] == (seen["last"] == "cut")
        assert seen["last"] in ("cut", "whole")


#: Whether a list has more than one sees, and what of its options and headings one sees last.
SEEN = """(list) => {
  const everything = list.querySelector(".search-everything");
  const end = (everything ?? list).getBoundingClientRect()[everything ? "top" : "bottom"];
  const lines = [...list.querySelectorAll(".suggestion-kind, [role=option]")];
  const top = (line) => line.getBoundingClientRect().top;
  const seen = lines.filter((line) => line !== everything && top(line) < end - 4);
  const last = seen.at(-1);
  const isCut = last.getBoundingClientRect().bottom > end + 1;
  const goesOn = list.scrollHeight > list.clientHeight + 1;
  return { goesOn, last: last.role === "option" ? (isCut ? "cut" : "whole") : "heading" };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_an_open_list_is_accessible_and_fits(field: Field, scheme: str, width: int) -> None:
    field.page.set_viewport_size({"width": width, "height": 800})
    field.page.emulate_media(color_scheme=scheme)
    field.type("pol")
    expect(field.options.first).to_be_visible()
    field.input.press("ArrowDown")
    assert violations(field.page, ".search-row") == []
    assert field.page.evaluate("document.documentElement.scrollWidth") <= width
    sizes = field.options.evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert min(sizes) >= 24
