"""The drawn map of a selection: in pages, as SVG, and as the card that social media show."""

from __future__ import annotations

import struct
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from datasette.app import Datasette

from portal.area import Box
from portal.catalogue import catalogue
from portal.drawing import BALTIC, Spot, View, drawing
from portal.drawn_map import BASEMAP, drawn_map
from portal.kept import Kept
from portal.picture import Words, card_svg, map_svg
from portal.query import parse
from portal.typeface import Typeface

ROOT = Path(__file__).parent.parent
SVG = "{http://www.w3.org/2000/svg}"
MEDIUM = Typeface(ROOT / "static" / "fonts" / "Roboto-Medium.ttf")
HOSTILE = [
    "</text></svg><script>alert(1)</script>",
    "\"quotes' & <tags> \x00\x0b\ufffe\uffff]]>",
    "\u202eתרבות 🚲 العربية",
    "x" * 2000,
    "many words " * 300,
    "",
]


def spot(latitude: float, longitude: float, count: int = 1, *, exact: bool = True) -> Spot:
    return Spot(latitude, longitude, count, exact)


def drawn(*spots: Spot, box: Box = BALTIC, closest: float = 9):
    return drawing(spots, View.of(box, 600, 500, closest), BASEMAP)


def test_near_places_share_a_circle_and_none_is_lost():
    spots = [spot(50 + i / 500, 14 + j / 500) for i in range(100) for j in range(100)]
    shown = drawn(*spots)
    assert sum(circle.spot.count for circle in shown.circles) == 10_000
    assert len(shown.circles) < 20
    everywhere = [spot(50 + i / 10, 5 + j / 10) for i in range(150) for j in range(250)]
    shown = drawn(*everywhere, box=Box(5, 50, 30, 65))
    assert len(shown.circles) < 1000, "bounded by the size of the drawing, not by the places"
    assert sum(circle.spot.count for circle in shown.circles) == 37_500


def test_a_circle_s_area_goes_with_its_records():
    shown = drawn(spot(55, 12, 100), spot(60, 25, 25))
    large, small = sorted(shown.circles, key=lambda circle: -circle.radius)
    assert large.radius / small.radius == pytest.approx(2, rel=0.02)


def test_exact_and_approximate_places_are_told_apart():
    shown = drawn(spot(55, 12, 3), spot(55, 12, 5, exact=False))
    assert [(c.spot.exact, c.spot.count) for c in shown.circles] == [(False, 5), (True, 3)]


@pytest.mark.parametrize(
    "box",
    [Box(12.5, 55.6, 12.5, 55.6), Box(5, 52, 32, 66), Box(-24, 47, 46, 71), Box(9, 55, 9, 58)],
)
def test_all_places_are_in_sight_with_room_around(box: Box):
    view = View.of(box, 600, 500, 9)
    for latitude in (box.south, box.north):
        for longitude in (box.west, box.east):
            x, y = view.pixel(latitude, longitude)
            assert 30 < x < 570
            assert 30 < y < 470
    assert view.zoom <= 9


def test_names_of_towns_lie_over_no_circle_and_not_beyond_the_edge():
    circles = [spot(55.676, 12.566, 40), spot(56.95, 24.1, 9), spot(59.44, 24.75, 4)]
    shown = drawn(*circles, box=Box(8, 53, 28, 61))
    assert len(shown.towns) > 8
    for town in shown.towns:
        width = MEDIUM.width(town.name, 14)
        start, stop = (town.at - width, town.at) if town.to_the_left else (town.at, town.at + width)
        assert start > 0
        assert stop < shown.width
        for circle in shown.circles:
            beside = stop < circle.x - circle.radius or start > circle.x + circle.radius
            assert beside or abs(town.y - circle.y) > circle.radius


async def test_the_circles_stand_for_all_that_is_located(portal: Datasette):
    known = catalogue(portal)
    assert known
    table = known.tables["enterprises"]
    shown = await drawn_map(portal.get_database("baltic"), parse("_search=summary", table), table)
    assert shown.extent.total == 12
    assert sum(circle.spot.count for circle in shown.drawing.circles) == shown.extent.located == 4
    assert sorted(circle.spot.exact for circle in shown.drawing.circles) == [False, True, True]


def elements(svg: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter())


def said(words: str) -> Words:
    return Words(words, "1,234", words, words, words, words, words)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words_and_within_their_lines(words: str):
    shown = drawn(spot(55, 12))
    for svg in (map_svg(shown, said(words)), card_svg(shown, said(words))):
        names = {element.tag.removeprefix(SVG) for element in elements(svg)}
        assert names <= {"svg", "g", "rect", "path", "circle", "text", "title", "desc"}
    lines = [
        element
        for element in elements(card_svg(shown, said(words)))
        if element.tag == SVG + "text" and element.get("x") == "44.0"
    ]
    assert all(
        44 + MEDIUM.width(line.text or "", float(line.get("font-size") or 0)) <= 470
        for line in lines
    )
    title = [line for line in lines if float(line.get("font-size") or 0) in (50, 42, 36, 30)]
    assert all(float(line.get("y") or 0) < 420 for line in title), "above the number"


def test_letters_of_all_our_languages_are_there():
    letters = "ÆØÅæøåĄĆĘŁŃÓŚŹŻąćęłńóśźżĄČĘĖĮŠŲŪŽāčēģīķļņšūžÄÖÕÜäöõüßЖИЯжия„”“’–…·©"
    assert [letter for letter in letters if not MEDIUM.covers(letter)] == []


def test_text_is_cut_by_its_width():
    assert MEDIUM.lines("one two three", 20, 1000, 2) == ["one two three"]
    assert MEDIUM.lines("one two three", 20, 75, 2) == ["one two", "three"]
    assert MEDIUM.lines("one two three", 20, 75, 1) == ["one tw…"]
    assert MEDIUM.lines("", 20, 75, 1) == []
    assert MEDIUM.width("WW", 20) > MEDIUM.width("ii", 20)


async def test_the_card_is_a_png_of_the_size_networks_ask_for(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises.png?country=DK")
    assert response.status_code == 200
    assert response.headers["content-type"] == "image/png"
    assert response.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", response.content[16:24]) == (1200, 630)
    again = await portal.client.get("/baltic/enterprises.png?country__in=DK&_sort=founded")
    assert again.content == response.content, "the same selection"
    other = await portal.client.get("/baltic/enterprises.png?country=PL")
    assert other.content != response.content


@pytest.mark.parametrize("query", ["", "country=DK", "country=DK&country__not=DK"])
async def test_the_svg_shows_what_the_address_selects(portal: Datasette, query: str):
    counted = await portal.client.get(
        f"/baltic/enterprises.json?{query}&latitude__notnull=1&_shape=objects"
    )
    response = await portal.client.get(f"/baltic/enterprises.svg?{query}&_dl=on")
    assert response.headers["content-type"].startswith("image/svg+xml")
    assert response.headers["content-disposition"] == 'attachment; filename="enterprises.svg"'
    marks = [
        e for e in elements(response.text) if e.tag == SVG + "circle" and e.get("fill-opacity")
    ]
    places = {(row["latitude"], row["longitude"]) for row in counted.json()["rows"]}
    assert len(marks) == len(places)
    title = next(e for e in elements(response.text) if e.tag == SVG + "title")
    assert (title.text or "").startswith("Social enterprises")
    assert "OpenStreetMap" in response.text


@pytest.mark.parametrize("words", [words for words in HOSTILE if "\x00" not in words and words])
async def test_hostile_searches_are_drawn(portal: Datasette, words: str):
    for kind in ("svg", "png"):
        response = await portal.client.get(
            f"/baltic/enterprises.{kind}?_search={quote(words)}&name__contains={quote(words[:900])}"
        )
        assert response.status_code in (200, 400)
        assert b"<script" not in response.content


async def test_what_has_no_places_has_no_picture(portal: Datasette, empty_portal: Datasette):
    response = await portal.client.get("/baltic/articles.png")
    assert response.status_code == 404
    assert "no place" in response.json()["error"]
    assert (await portal.client.get("/baltic/enterprises.png?nope=1")).status_code == 400
    assert (await empty_portal.client.get("/baltic/enterprises.png")).status_code == 200


def test_only_the_last_things_asked_for_are_kept():
    kept: Kept[int] = Kept(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c"), len(kept)) == (1, None, 3, 2)


def test_large_things_are_kept_for_as_much_as_they_weigh():
    kept: Kept[bytes] = Kept(10, len)
    kept.put("small", b"abc")
    kept.put("same", b"abcdef")
    kept.put("same", b"abc")
    kept.put("other", b"abcd")
    assert len(kept) == 3
    kept.put("large", b"abcde")
    assert [kept.get(key) for key in ("small", "same", "other")] == [None, None, b"abcd"]
