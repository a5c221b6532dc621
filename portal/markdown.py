"""The text of an article, written in Markdown, as HTML that may stand on our pages and in feeds.

CommonMark with tables and strikethrough. Whatever an author wrote, nothing in it runs, styles the
page or fetches anything from elsewhere: HTML is text here, links lead to web pages, e-mail
addresses and our own paths, pictures come from our own origin. All that is laid down once more by a
sanitiser with a list of what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from portal.facts import is_web_address
from portal.kept import Kept
from portal.language import gettext as _
from portal.language import language
from portal.links import stripped

#: Makes an address, where a text is read, of one of our paths: `Links.path` on pages.
Address = Callable[[str], str]

#: With fewer headings a reader sees at a glance what there is.
LONG = 4
#: Begins the ids of headings, so that none is an id of the page around.
PREFIX = "text-"
#: Levels of headings that a table of contents shows; the page's own heading is the first.
_SHOWN_LEVELS = (2, 3)
_LONGEST_ID = 60
#: Letters of rendered texts that are kept.
_KEPT = 4_000_000

_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
#: One of our paths. Browsers take a second slash, or a backslash, for the beginning of a host.
_OWN_PATH = re.compile(r"/(?![/\\])[^\s\\]*")
_ALIGNED = {"text-align:right": "to-right", "text-align:center": "to-centre"}
_WITH_DIRECTION = {"paragraph_open", "heading_open", "list_item_open", "td_open", "th_open"}

_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_ATTRIBUTES = {
    "a": {"href", "rel", "title"},
    "img": {"src", "alt", "title", "loading"},
    "ol": {"start"},
    "pre": {"tabindex", "role", "aria-label", "dir"},
    "div": {"tabindex", "role", "aria-label"},
    **dict.fromkeys(("p", "li", "td", "th"), {"dir"}),
    **dict.fromkeys(_HEADINGS, {"id", "dir"}),
}
_TAGS = {*_ATTRIBUTES, "blockquote", "br", "code", "em", "hr", "s", "strong", "table", "tbody",
         "thead", "tr", "ul"}  # fmt: skip
_CLASSES = {
    "div": {"scroll"},
    "td": set(_ALIGNED.values()),
    "th": set(_ALIGNED.values()),
}


class Heading(NamedTuple):
    """A heading of a text: the id of its place, its words, its level (2 to 6)."""

    id: str
    words: str
    level: int


_texts: Kept[Markup] = Kept(_KEPT, weight=len)


def rendered(text: str, address: Address, *, page: str = "") -> Markup:
    """`text` as safe HTML, in the reader's language.

    `address` turns our own paths, without a language, into links; `page` is the address of the page
    the text stands on, where it is read elsewhere. Headings begin at the second level and skip
    none, whatever the author wrote.
    """
    # The address of the home page tells origin and language, and so all addresses.
    key = (text, language(), address("/"), page)
    kept = _texts.get(key)
    return kept if kept is not None else _texts.put(key, _rendered(text, address, page))


@lru_cache(maxsize=128)
def contents(text: str) -> tuple[Heading, ...]:
    """The headings that a table of contents shows; none for a text that is not long."""
    outer = [
        heading for depth, heading in _levelled(_markdown.parse(text)) if not depth and heading
    ]
    return tuple(item for item in outer if item.level in _SHOWN_LEVELS) if len(outer) >= LONG else ()


def _rendered(text: str, address: Address, page: str) -> Markup:
    tokens = _markdown.parse(text)
    ids = {heading.id for _depth, heading in _levelled(tokens) if heading}
    for token in tokens:
        if token.type in _WITH_DIRECTION:
            token.attrSet("dir", "auto")
        if token.type == "inline":
            token.children = list(_linked(token.children or [], address, page, ids))
    html = _markdown.renderer.render(list(_scrolling(tokens)), _markdown.options, {})
    return Markup(_sanitised(html, address))  # noqa: S704 - sanitised


def _levelled(tokens: list[Token]) -> Iterator[tuple[int, Heading | None]]:
    """Give each heading its level and id; those without words go.

    Yields how deep in quotations and lists each stands, and the heading, None for one that is gone.
    """
    open_levels: list[int] = []
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for at, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        inline, close = tokens[at + 1], tokens[at + 2]
        words = " ".join(_words(inline.children or []).split())
        if not words:
            for gone in (token, inline, close):
                gone.type, gone.tag, gone.hidden, gone.children = "gone", "", True, []
            yield token.level, None
            continue
        level = int(token.tag[1])
        while open_levels and open_levels[-1] >= level:
            open_levels.pop()
        open_levels.append(level)
        heading = Heading(_id(words, taken, counts), words, min(1 + len(open_levels), 6))
        token.tag = close.tag = f"h{heading.level}"
        token.attrSet("id", heading.id)
        yield token.level, heading


def _id(words: str, taken: set[str], counts: dict[str, int]) -> str:
    """An id that tells the heading and is not `taken`."""
    stem = re.sub(r"[\W_]+", "-", words.casefold())[:_LONGEST_ID].strip("-") or "part"
    while True:
        counts[stem] = counts.get(stem, 0) + 1
        name = PREFIX + (stem if counts[stem] == 1 else f"{stem}-{counts[stem]}")
        if name not in taken:
            taken.add(name)
            return name


def _words(tokens: Iterable[Token]) -> str:
    """What is to be read of some inline tokens."""
    parts = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type == "image":
            parts.append(_words(token.children or []))
        else:
            parts.append(token.content)
    return "".join(parts)


def _linked(
    tokens: Sequence[Token], address: Address, page: str, ids: set[str]
) -> Iterator[Token]:
    """The inline tokens with our links and pictures where they are found; the others are words."""
    kept, inside = False, False
    target: str | None = None
    named = ""
    for token in tokens:
        if token.type == "link_open":
            href = str(token.attrGet("href"))
            target, rel = _target(href, address, page, ids)
            kept, named = target is not None, ""
            if kept and target is not None:
                token.attrSet("href", target)
                if rel:
                    token.attrSet("rel", rel)
                yield token
        elif token.type == "link_close":
            if kept:
                if not named.strip():
                    yield _text(target or "")
                yield token
            kept = False
        elif token.type == "image":
            named += _words(token.children or [])
            yield _picture(token, address)
        else:
            named += _words([token])
            yield token


def _text(words: str) -> Token:
    return Token("text", "", 0, content=words)
