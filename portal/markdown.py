"""The text of an article, written in Markdown, as HTML that may stand on our pages and in feeds.

CommonMark with tables and strikethrough. Whatever an author wrote, nothing in it runs, styles the
page or fetches anything from elsewhere: HTML is text here, links lead to web pages, e-mail
addresses and our own paths, pictures come from our own origin. All that is laid down once more by a
sanitiser with a list of what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
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

_ATTRIBUTES = {
    "a": {"href", "rel", "title"},
    "img": {"src", "alt", "title", "loading"},
    "ol": {"start"},
    "pre": {"tabindex", "role", "aria-label", "dir"},
    "div": {"tabindex", "role", "aria-label"},
    **{tag: {"dir"} for tag in ("p", "li", "td", "th")},
    **{tag: {"id", "dir"} for tag in ("h2", "h3", "h4", "h5", "h6")},
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


@dataclass(frozen=True)
class Text:
    """A text as safe HTML, and what its table of contents shows: nothing where it is not long."""

    html: Markup
    contents: tuple[Heading, ...]


_texts: Kept[Text] = Kept(_KEPT, weight=lambda text: len(text.html))


def rendered(text: str, address: Address, *, page: str = "") -> Text:
    """Render `text` in the reader's language.

    `address` turns our own paths, without a language, into links; `page` is the address of the page
    the text stands on, where it is read elsewhere. Headings begin at the second level and skip
    none, whatever the author wrote.
    """
    # The address of the home page tells origin and language, and so all addresses.
    key = (text, language(), address("/"), page)
    kept = _texts.get(key)
    return kept if kept is not None else _texts.put(key, _rendered(text, address, page))


@dataclass(frozen=True)
class _Place:
    """Where a text is read, and the ids of its headings."""

    address: Address
    page: str
    ids: frozenset[str]


class _Link(NamedTuple):
    href: str
    rel: str


def _rendered(text: str, address: Address, page: str) -> Text:
    tokens = _markdown.parse(text)
    headings = list(_levelled(tokens))
    place = _Place(address, page, frozenset(heading.id for _depth, heading in headings))
    for token in tokens:
        if token.type in _WITH_DIRECTION:
            token.attrSet("dir", "auto")
        token.children = list(_linked(token.children or [], place))
    html = _markdown.renderer.render(list(_scrolling(tokens)), _markdown.options, {})
    return Text(
        Markup(_sanitised(html, address)),  # noqa: S704 - sanitised
        _contents([heading for depth, heading in headings if depth == 0]),
    )


def _contents(headings: list[Heading]) -> tuple[Heading, ...]:
    if len(headings) < LONG:
        return ()
    return tuple(heading for heading in headings if heading.level in _SHOWN_LEVELS)


def _levelled(tokens: list[Token]) -> Iterator[tuple[int, Heading]]:
    """Give each heading its level and id; one without words becomes a paragraph.

    Yields how deep in quotations and lists each stands, and the heading.
    """
    above: list[int] = []
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for at, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        inline, close = tokens[at + 1], tokens[at + 2]
        words = " ".join(_words(inline.children or []).split())
        if not words:
            token.type, token.tag = "paragraph_open", "p"
            close.type, close.tag = "paragraph_close", "p"
            continue
        level = int(token.tag[1])
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        heading = Heading(_id(words, taken, counts), words, min(1 + len(above), 6))
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


def paragraphs(text: str) -> Iterator[str]:
    """What is to be read of `text`: of each paragraph, heading and cell its words on one line."""
    for token in _markdown.parse(text):
        if token.type == "inline":
            yield _words(token.children or [])


def _words(tokens: Iterable[Token]) -> str:
    """What is to be read of some inline tokens."""
    breaks = ("softbreak", "hardbreak")
    return "".join(
        " " if token.type in breaks else _words(token.children or []) or token.content
        for token in tokens
    )


def _linked(tokens: Iterable[Token], place: _Place) -> Iterator[Token]:
    """Inline tokens with links and pictures that may be there; of others the words remain."""
    link: _Link | None = None
    words = ""
    for token in tokens:
        if token.type == "link_open":
            link, words = _link(str(token.attrGet("href")), place), ""
            if link:
                token.attrs |= {"href": link.href} | ({"rel": link.rel} if link.rel else {})
                yield token
        elif token.type == "link_close":
            if link:
                if not words.strip():
                    yield _text(link.href)
                yield token
            link = None
        else:
            words += _words([token])
            yield _picture(token, place.address) if token.type == "image" else token


def _link(href: str, place: _Place) -> _Link | None:
    """Where a link leads; None where it may not lead."""
    if href.startswith("#"):
        name = PREFIX + unquote(href[1:]).removeprefix(PREFIX)
        return _Link(f"{place.page}#{name}", "") if name in place.ids else None
    if _OWN_PATH.fullmatch(href):
        # Robots are not to walk the combinations of filters.
        return _Link(_own(href, place.address), "nofollow" if urlsplit(href).query else "")
    if is_web_address(href) or re.match(r"mailto:\S", href, re.IGNORECASE):
        return _Link(href, "noopener")
    return None


def _own(path: str, address: Address) -> str:
    """The address of a path of ours, in the reader's language also if the author named another."""
    return str(address(stripped(path)[1]))


def _picture(token: Token, address: Address) -> Token:
    """A picture of ours; of any other, what it shows in words."""
    source = str(token.attrGet("src"))
    if not _OWN_PATH.fullmatch(source):
        return _text(_words(token.children or []))
    token.attrs |= {"src": _own(source, address), "loading": "lazy"}
    return token


def _text(words: str) -> Token:
    return Token("text", "", 0, content=words)


def _scrolling(tokens: list[Token]) -> Iterator[Token]:
    """What may be wider than a phone, in frames that scroll, by the keyboard too."""
    tables = 0
    for at, token in enumerate(tokens):
        if token.type in ("fence", "code_block"):
            token.type = "code_block"
            token.attrs = {"tabindex": "0", "role": "group", "aria-label": _("Code"), "dir": "ltr"}
        elif token.type in ("th_open", "td_open"):
            if aligned := _ALIGNED.get(str(token.attrs.pop("style", ""))):
                token.attrs["class"] = aligned
        elif token.type == "table_open":
            tables += 1
            # Each name once, or they cannot be told apart in a list of the page's regions.
            name = _("Table %(number)s: %(columns)s") % {
                "number": tables,
                "columns": ", ".join(_columns(tokens, at)),
            }
            frame = Token("frame_open", "div", 1, block=True)
            frame.attrs = {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": name}
            yield frame
        yield token
        if token.type == "table_close":
            yield Token("frame_close", "div", -1, block=True)


def _columns(tokens: list[Token], at: int) -> Iterator[str]:
    """The words of the head of the table that begins at a place."""
    for token in tokens[at:]:
        if token.type == "thead_close":
            return
        if token.type == "inline":
            yield _words(token.children or [])


def _sanitised(html: str, address: Address) -> str:
    origin = urlsplit(address("/"))[:2]

    def allowed(tag: str, attribute: str, value: str) -> str | None:
        if (tag, attribute) != ("img", "src"):
            return value
        return value if "\\" not in value and urlsplit(value)[:2] == origin else None

    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        attribute_filter=allowed,
        link_rel=None,
        url_schemes={"http", "https", "mailto"},
    )
