"""Hits are marked in the text, and nothing else about the text changes."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.highlight import excerpt, highlighted

TEXT = (
    "Café and shop in Århus. Its people repair bicycles, sell what they have made from old ones, "
    "and teach others to do so; on Mondays the workshop on the square is open to everyone, and "
    "who has no bicycle gets one for as long as he or she needs it, without paying anything."
)


def unmarked(marked: str) -> str:
    return html.unescape(re.sub("</?mark>", "", marked))


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("Århus", ("arhus",), "<mark>Århus</mark>"),
        ("In Aarhus C", ("arhus",), "In <mark>Aarhus</mark> C"),
        ("Straße 1", ("strasse",), "<mark>Straße</mark> 1"),
        ("Cykelværkstedet", ("cyk*",), "<mark>Cykelværkstedet</mark>"),
        ("Cykelværkstedet", ("cyk",), "Cykelværkstedet"),
        ("Гомель", ("gomel",), "<mark>Гомель</mark>"),
        ("Cafe\u0301", ("cafe",), "<mark>Cafe\u0301</mark>"),
        ("<b> & Łódź", ("b", "lodz"), "&lt;<mark>b</mark>&gt; &amp; <mark>Łódź</mark>"),
        ("<script>alert(1)</script>", ("scr*",), "&lt;<mark>script</mark>&gt;alert(1)&lt;/"
         "<mark>script</mark>&gt;"),
        ("", ("a",), ""),
        ("a b", (), "a b"),
    ],
)  # fmt: skip
def test_the_words_of_a_text_that_were_looked_for_are_marked(
    text: str, words: tuple[str, ...], marked: str
) -> None:
    assert highlighted(text, words) == marked


@given(text=st.text(), words=st.lists(st.text("abcdeloz*", min_size=1, max_size=4)).map(tuple))
def test_without_its_marks_the_text_is_what_it_was(text: str, words: tuple[str, ...]) -> None:
    assert unmarked(highlighted(text, words)) == text


def test_an_excerpt_shows_the_first_hit_among_whole_words() -> None:
    shown = excerpt(TEXT, ("mon*", "workshop"), 80)
    assert shown == (
        "… teach others to do so; on <mark>Mondays</mark> the <mark>workshop</mark> on the square "
        "is open to …"
    )


def test_an_excerpt_without_a_hit_is_the_beginning() -> None:
    assert (
        excerpt(TEXT, ("xyz",), 60) == "Café and shop in Århus. Its people repair bicycles, sell …"
    )


def test_an_excerpt_near_the_end_goes_on_to_the_end() -> None:
    shown = excerpt(TEXT, ("paying",), 60)
    assert shown.startswith("… ")
    assert shown.endswith("without <mark>paying</mark> anything.")


def test_a_short_text_is_shown_whole() -> None:
    assert excerpt("Old  bicycles\nand new", ("new",), 60) == "Old bicycles and <mark>new</mark>"


@given(text=st.text(), length=st.integers(10, 80))
def test_an_excerpt_is_no_longer_than_asked_for_and_part_of_the_text(
    text: str, length: int
) -> None:
    shown = unmarked(excerpt(text, ("a*",), length))
    part = shown.removeprefix("… ").removesuffix(" …")
    assert part in " ".join(text.split())
    assert len(part) <= length + len(text.split(maxsplit=1)[0] if text.split() else "")
