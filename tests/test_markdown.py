"""Whatever an author writes, an article's text is safe, in order, and to be read by everyone."""

from __future__ import annotations

import re
import time
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.language import speaking
from portal.links import prefixed
from portal.markdown import Text, rendered

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<style>body{display:none}</style>",
    '<p style="position:fixed">x</p>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](java&#x0A;script:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](&#106;avascript:alert(1))",
    "[x](vbscript:msgbox)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "[x](</\t/evil.example>)",
    "[x](/&#92;evil.example)",
    "[x](file:///etc/passwd)",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "![x](https://evil.example/pixel.png)",
    "![x](//evil.example/pixel.png)",
    "![x](data:image/png;base64,iVBORw0KGgo=)",
    "![x](javascript:alert(1))",
    '![x](/x.png"onerror="alert(1))',
    '[x](/a "\\" onmouseover=\\"alert(1)")',
    "```\"><script>alert(1)</script>\nx\n```",
    "|a|\n|-|\n|<script>|",
    "# <a id=main>x</a>",
    "[x](http://[)",
    "[x](/%)",
    "[x](https://example.org:99999999/)",
    "\0\x01\x0c\u202e",
    "&#0;&#1;&#xD800;&#x110000;",
]  # fmt: skip
ALLOWED = {"href", "rel", "title", "src", "alt", "loading", "start", "tabindex", "role", "dir",
           "aria-label", "id", "class"}  # fmt: skip


def in_danish(path: str) -> str:
    return path if path.startswith("/static/") else prefixed(path, "da")


def elsewhere(path: str) -> str:
    return f"https://portal.example{path}"


def tags(text: Text) -> list[Tag]:
    return BeautifulSoup(text.html, "lxml").find_all(True)


def links(text: str) -> list[tuple[str, str | None, str]]:
    soup = BeautifulSoup(rendered(text, in_danish).html, "lxml")
    return [(a["href"], " ".join(a.get("rel", [])) or None, a.text) for a in soup.find_all("a")]


def check_safe(text: Text, origin: str) -> None:
    for tag in tags(text):
        assert tag.name not in ("script", "style", "svg", "iframe", "object", "form", "link")
        assert set(tag.attrs) <= ALLOWED, tag
        if "src" in tag.attrs:
            assert re.match(re.escape(origin) + r"/(?![/\\])", tag["src"]), tag
        if "href" in tag.attrs:
            parts = urlsplit(tag["href"])
            assert parts.scheme in ("", "http", "https", "mailto"), tag
            if not parts.scheme:
                assert re.match(r"#|/(?![/\\])", tag["href"]), tag


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=30), max_size=6).map("".join))
@example("\n\n".join(HOSTILE))
def test_no_text_brings_scripts_styles_or_pictures_from_elsewhere(text: str):
    check_safe(rendered(text, in_danish), "")
    check_safe(rendered(text, elsewhere, page=elsewhere("/baltic/articles/x")), elsewhere(""))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_harmless_beside_good_text(text: str):
    result = rendered(f"**Before**\n\n{text}\n\n[after](/baltic)", in_danish)
    check_safe(result, "")
    assert "<strong>Before</strong>" in result.html


@pytest.mark.parametrize("piece", ["[", "*", "![", "[a](", "*_~~", "> ", "- ", "`", "<", "&#"])
def test_a_hundred_kilobytes_of_brackets_take_no_longer_than_one_can_wait(piece: str):
    text = piece * (100_000 // len(piece))
    begun = time.process_time()
    rendered(text, in_danish)
    assert time.process_time() - begun < 3, (
        "exponential would be for ever; this is for slow machines"
    )


@pytest.mark.parametrize(
    "written, levels",
    [
        ("# A\n## B\n### C", [2, 3, 4]),
        ("### A\n# B\n## C", [2, 2, 3]),
        ("# A\n#### B\n## C\n###### D", [2, 3, 3, 4]),
        ("###### A\n###### B", [2, 2]),
        ("A\n=\n\nB\n-", [2, 3]),
        ("# \n\n## A", [2]),
    ],
)
def test_headings_begin_at_the_second_level_and_skip_none(written: str, levels: list[int]):
    found = [tag.name for tag in tags(rendered(written, in_danish)) if re.match(r"h\d", tag.name)]
    assert found == [f"h{level}" for level in levels]


def test_each_heading_has_an_id_of_its_own_that_no_page_uses():
    text = rendered("# Main\n# main\n# main 2\n# Główny wątek\n# 🚲\n# 🚲", in_danish)
    ids = [tag["id"] for tag in tags(text) if tag.get("id")]
    assert ids[:4] == ["text-main", "text-main-2", "text-main-2-2", "text-główny-wątek"]
    assert len(set(ids)) == 6
    assert all(name.startswith("text-") for name in ids)


def test_a_long_text_has_a_table_of_contents_and_a_short_one_none():
    long = rendered("# One `1`\n## Two\n### Three\n> # Quoted\n\n# Four *4*", in_danish)
    assert [(item.id, item.words, item.level) for item in long.contents] == [
        ("text-one-1", "One 1", 2),
        ("text-two", "Two", 3),
        ("text-four-4", "Four 4", 2),
    ]
    assert rendered("# One\n# Two\n# Three", in_danish).contents == ()


def test_our_own_pages_are_linked_in_the_readers_language_whatever_the_author_copied():
    found = links("[a](/baltic/events) [b](/pl/baltic/events#x) [c](/static/a.pdf)")
    assert [href for href, *_ in found] == [
        "/da/baltic/events",
        "/da/baltic/events#x",
        "/static/a.pdf",
    ]


def test_links_say_what_robots_and_browsers_need_to_know():
    assert links(
        "[a](/baltic/x?country=DK&y=1) [b](https://a.example/?q=1) <office@a.example>"
    ) == [
        ("/da/baltic/x?country=DK&y=1", "nofollow", "a"),
        ("https://a.example/?q=1", "noopener", "b"),
        ("mailto:office@a.example", "noopener", "office@a.example"),
    ]


def test_a_link_that_leads_nowhere_is_words_and_one_without_words_shows_its_address():
    assert links("[a](ftp://a.example) [b](page) [c](#nowhere)") == []
    assert "a b c" in rendered("[a](ftp://a.example) [b](page) [c](#nowhere)", in_danish).html
    assert links("[](https://a.example)") == [
        ("https://a.example", "noopener", "https://a.example")
    ]


def test_places_in_the_text_are_linked_also_where_it_is_read_elsewhere():
    text = "# Sources used\n\n[see](#sources-used)"
    assert 'href="#text-sources-used"' in rendered(text, in_danish).html
    page = elsewhere("/baltic/articles/x")
    assert f'href="{page}#text-sources-used"' in rendered(text, elsewhere, page=page).html


def test_elsewhere_our_links_and_pictures_are_absolute():
    html = rendered("[a](/baltic?x=1) ![Map](/baltic/enterprises.svg)", elsewhere).html
    assert 'href="https://portal.example/baltic?x=1"' in html
    assert 'src="https://portal.example/baltic/enterprises.svg"' in html
    assert 'alt="Map"' in html


def test_of_a_picture_from_elsewhere_the_words_remain():
    html = rendered("![A *great* bike](https://a.example/x.png)", in_danish).html
    assert "<img" not in html
    assert "A great bike" in html


def test_tables_and_code_scroll_by_keyboard_and_tables_have_names_of_their_own():
    table = "|Land|Antal|\n|:-|-:|\n|DK|1|\n\n"
    soup = BeautifulSoup(rendered(f"{table}{table}```sh\nls\n```", in_danish).html, "lxml")
    frames = soup.find_all("div", class_="scroll")
    assert [(f["tabindex"], f["role"], f["aria-label"]) for f in frames] == [
        ("0", "region", "Table 1: Land, Antal"),
        ("0", "region", "Table 2: Land, Antal"),
    ]
    assert all(frame.table for frame in frames)
    assert soup.find("td", class_="to-right").text == "1"
    assert soup.pre["tabindex"] == "0"
    assert soup.pre.code.text == "ls\n"


def test_html_is_shown_as_it_was_written():
    assert "&lt;b&gt;x&lt;/b&gt;" in rendered("<b>x</b>", in_danish).html


def test_each_language_and_each_origin_gets_its_own_links():
    text = "[a](/baltic)"
    with speaking("da"):
        assert "/da/baltic" in rendered(text, in_danish).html
    assert 'href="/baltic"' in rendered(text, str).html
    assert "https://portal.example/baltic" in rendered(text, elsewhere).html
    assert 'href="/baltic"' in rendered(text, str).html
