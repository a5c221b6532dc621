"""The whole portal as a robot that follows every link sees it, in all languages.

`python -m benchmarks.crawl` serves the real records and crawls them, `--address` a portal that is
running. It tells of broken links, slow pages, texts that stay English on a page in another
language, and how many clicks from the home page the records of each table are.

A click is a link that a robot may follow. Those marked `nofollow` lead into the combinations of
filters, of which there is no end: of each kind a few are tried, and so are downloads and files.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

import httpx
from babel.messages.pofile import read_po
from lxml import etree, html

from benchmarks.generate import ROOT
from benchmarks.pages import free_port, serving
from build.assets.messages import template
from portal.language import ENGLISH, LANGUAGES, LOCALES
from portal.links import prefixed, stripped

#: Links tried of each kind that is not followed.
TRIED = 2
#: Seconds that a page may take.
SLOW_S = 1.0
#: Slowest pages, and examples of what is wrong, that are told.
_TOLD = 10

#: Attributes that are read out or shown.
_SPOKEN = ("title", "alt", "aria-label", "placeholder", "data-copied", "data-failed")
_NOT_WORDS = ("style", "code", "pre", "textarea", "script")
_ONE_OF_MANY = re.compile(r"^(/baltic/[^/]+|/countries(?!/compare$)|/assets|/-)/.+?(\.\w+)?$")
_PLACEHOLDER = re.compile(r"%\(\w+\)s")
#: Letters beside its gaps by which a message is told from what stands in records.
_FEWEST_LETTERS = 10

Get = Callable[[str], Awaitable[httpx.Response]]


@dataclass(frozen=True)
class Link:
    """A link within the portal: path with query string, and the place on that page."""

    path: str
    fragment: str = ""


@dataclass(frozen=True)
class Page:
    """What one page says. All addresses are paths."""

    path: str
    #: Links from the nearest home page to it.
    clicks: int
    status: int
    seconds: float
    language: str = ""
    title: str = ""
    headings: int = 0
    ids: Counter[str] = field(default_factory=Counter)
    followed: tuple[Link, ...] = ()
    #: Marked `nofollow`, downloads, and what the page itself loads.
    unfollowed: tuple[str, ...] = ()
    #: Language, or `x-default`, → the page in it.
    alternates: dict[str, str] = field(default_factory=dict)
    canonical: str = ""
    may_be_listed: bool = False
    linked_data: tuple[Any, ...] = ()
    #: All texts but those that say that they are in another language.
    texts: frozenset[str] = frozenset()


def kind_of(path: str) -> str:
    """The same for pages made in the same way: `/baltic/events/*`, `/baltic/events?_month`."""
    parts = urlsplit(stripped(path)[1])
    keys = sorted({key for key, _value in parse_qsl(parts.query, keep_blank_values=True)})
    return _ONE_OF_MANY.sub(r"\1/*\2", parts.path) + ("?" + "&".join(keys) if keys else "")


async def visit(get: Get, path: str, clicks: int = 0) -> Page:
    """Fetch and read one page; of a file only whether it is there."""
    start = time.perf_counter()
    response = await get(path)
    seconds = time.perf_counter() - start
    if "text/html" not in response.headers.get("content-type", ""):
        location = response.headers.get("location")
        links = (link,) if location and (link := _inside(location, path, _origin(response))) else ()
        return Page(path, clicks, response.status_code, seconds, followed=links)
    tree = html.document_fromstring(response.text)
    origin, language = _origin(response), tree.get("lang") or ""
    followed, unfollowed = _links(tree, path, origin)
    robots = tree.xpath("//meta[@name='robots']/@content")
    said = " ".join([*robots, response.headers.get("x-robots-tag", "")])
    return Page(
        path,
        clicks,
        response.status_code,
        seconds,
        language=language,
        title=(tree.findtext(".//title") or "").strip(),
        headings=len(tree.xpath("//h1")),
        ids=Counter(tree.xpath("//@id")),
        followed=tuple(dict.fromkeys(followed)),
        unfollowed=tuple(dict.fromkeys(unfollowed)),
        alternates={
            link.get("hreflang"): link.get("href").removeprefix(origin)
            for link in tree.xpath("//link[@rel='alternate' and @hreflang]")
        },
        canonical=tree.xpath("string(//link[@rel='canonical']/@href)").removeprefix(origin),
        may_be_listed=response.status_code == 200 and "noindex" not in said,
        linked_data=tuple(
            json.loads(text) for text in tree.xpath("//script[@type='application/ld+json']/text()")
        ),
        texts=frozenset(filter(None, (" ".join(text.split()) for text in _texts(tree, language)))),
    )


def _origin(response: httpx.Response) -> str:
    return f"{response.url.scheme}://{response.url.netloc.decode()}"


def _links(tree: Any, path: str, origin: str) -> tuple[list[Link], list[str]]:
    followed, unfollowed = [], []
    for anchor in tree.iter("a", "area"):
        if link := _inside(anchor.get("href"), path, origin):
            if "nofollow" in anchor.get("rel", "") or "download" in anchor.attrib:
                unfollowed.append(link.path)
            else:
                followed.append(link)
    files = tree.xpath("//@src | //link[@rel='stylesheet' or @rel='icon' or @type]/@href")
    files += tree.xpath("//meta[@property='og:image']/@content")
    for address in files:
        if link := _inside(address, path, origin):
            unfollowed.append(link.path)
    return followed, unfollowed


def _inside(address: str | None, path: str, origin: str) -> Link | None:
    """Where a link leads, when that is within the portal."""
    if address is None:
        return None
    whole = urlsplit(urljoin(origin + path, address))
    if f"{whole.scheme}://{whole.netloc}" != origin:
        return None
    query = f"?{whole.query}" if whole.query else ""
    return Link((whole.path or "/") + query, unquote(whole.fragment))


def _texts(element: Any, language: str) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.get("lang") not in (None, language):
        return
    if element.tag == "script" and element.get("type") == "application/json":
        yield from _strings(json.loads(element.text or "null"))
    if element.tag in _NOT_WORDS:
        return
    if element.tag == "meta" and element.get("name", element.get("property")):
        yield element.get("content", "")
    for name in _SPOKEN:
        yield element.get(name, "")
    yield element.text or ""
    for child in element:
        yield from _texts(child, language)
        yield child.tail or ""


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


async def crawl(get: Get, wanted: Callable[[str], bool]) -> dict[str, Page]:
    """Every page to which `wanted` links lead from the home page of any language, nearest first."""
    found: dict[str, Page] = {}
    level = [path for code in LANGUAGES if wanted(path := prefixed("/", code))]
    seen, clicks = set(level), 0
    while level:
        following = []
        for path in level:
            page = found[path] = await visit(get, path, clicks)
            for link in page.followed:
                if link.path not in seen and wanted(link.path):
                    seen.add(link.path)
                    following.append(link.path)
        level, clicks = following, clicks + 1
    return found


async def tried(get: Get, pages: Iterable[Page]) -> list[Page]:
    """A few of each kind of what is linked and not followed."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for path in sorted({path for page in pages for path in page.unfollowed}):
        kinds[kind_of(path)].append(path)
    # The first and, for variety, the middle one.
    chosen = {
        paths[place * len(paths) // TRIED] for paths in kinds.values() for place in range(TRIED)
    }
    return [await visit(get, path) for path in sorted(chosen)]


async def listed(get: Get) -> dict[str, dict[str, str]]:
    """Path of each page that the sitemap has → its alternates."""
    protocol = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    found = {}
    waiting = ["/sitemap.xml"]
    for path in waiting:
        response = await get(path)
        origin = _origin(response)
        tree = etree.fromstring(response.content)
        waiting += [
            loc.removeprefix(origin)
            for loc in tree.xpath("s:sitemap/s:loc/text()", namespaces=protocol)
        ]
        for url in tree.iterfind("s:url", protocol):
            found[url.findtext("s:loc", namespaces=protocol).removeprefix(origin)] = {
                link.get("hreflang"): link.get("href").removeprefix(origin)
                for link in url.iterfind("{http://www.w3.org/1999/xhtml}link")
            }
    return found


def lost_fragments(pages: dict[str, Page]) -> list[str]:
    """Links to a place that is not on the page, in words."""
    return [
        f"{page.path} → {link.path}#{link.fragment}"
        for page in pages.values()
        for link in page.followed
        if link.fragment and (there := pages.get(link.path)) and link.fragment not in there.ids
    ]


def untranslated(page: Page) -> list[str]:
    """Texts of the interface that are English on a page of another language."""
    return [
        text for text in page.texts if page.language != ENGLISH and _is_english(text, page.language)
    ]


@lru_cache(maxsize=200_000)
def _is_english(text: str, code: str) -> bool:
    exact, patterns = _english(code)
    return text in exact or any(pattern.fullmatch(text) for pattern in patterns)


@lru_cache
def _english(code: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """What a page in the language `code` should not say: texts in English, and those with gaps."""
    with (LOCALES / code / "LC_MESSAGES" / "portal.po").open("rb") as file:
        meant = {text for message in read_po(file, locale=code) for text in _forms(message.string)}
    wrong = _messages() - meant
    gaps = [text for text in wrong if _PLACEHOLDER.search(text)]
    patterns = [_pattern(text) for text in gaps if _says_enough(text)]
    return frozenset(wrong.difference(gaps)), tuple(patterns)


@lru_cache
def _messages() -> frozenset[str]:
    """All texts that are to be translated, those included that no language has yet."""
    return frozenset(text for message in template() if message.id for text in _forms(message.id))


def _forms(text: Any) -> Iterable[str]:
    return [text] if isinstance(text, str) else text or ()


def _pattern(message: str) -> re.Pattern[str]:
    """Any text made of a message with gaps; what is counted is a number."""
    gaps = {
        f"%({name})s": r"\d[\d., \u00a0]*" for name in ("count", "num", "number", "page", "pages")
    }
    parts = re.split(f"({_PLACEHOLDER.pattern})", message)
    return re.compile(
        "".join(
            gaps.get(part, ".+?") if _PLACEHOLDER.fullmatch(part) else re.escape(part)
            for part in parts
        )
    )


def _says_enough(message: str) -> bool:
    """Whether the words around the gaps are so many that no name of a record looks the same."""
    words = "".join(re.findall("[A-Za-z]+", _PLACEHOLDER.sub("", message)))
    return len(words) >= (4 if re.search(r"%\((count|num)\)s", message) else _FEWEST_LETTERS)


def depths(pages: dict[str, Page], paths: Iterable[str]) -> dict[str, Counter[int]]:
    """Table → clicks → how many of its records are that far away; -1 for those out of reach."""
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for path in paths:
        _language, plain = stripped(path)
        if re.fullmatch("/baltic/[^/]+/[^/]+", plain):
            found[plain.split("/")[2]][pages[path].clicks if path in pages else -1] += 1
    return dict(found)


async def measure(address: str) -> dict[str, Any]:
    """Crawl the portal at `address` and say what was found."""
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        start = time.perf_counter()
        pages = await crawl(client.get, lambda path: True)
        seconds = time.perf_counter() - start
        others = await tried(client.get, pages.values())
        in_sitemap = await listed(client.get)
    everything = [*pages.values(), *others]
    english: Counter[tuple[str, str]] = Counter()
    for page in pages.values():
        english.update((page.language, text) for text in untranslated(page))
    slowest = sorted(pages.values(), key=lambda page: -page.seconds)
    return {
        "pages": len(pages),
        "by_language": dict(Counter(page.language for page in pages.values() if page.language)),
        "tried_beside": len(others),
        "seconds": round(seconds, 1),
        "broken": sorted(f"{page.status} {page.path}" for page in everything if page.status >= 400),
        "lost_fragments": lost_fragments(pages),
        "slow": sum(page.seconds > SLOW_S for page in everything),
        "slowest_ms": {page.path: round(1000 * page.seconds) for page in slowest[:_TOLD]},
        "english": [[*pair, count] for pair, count in english.most_common()],
        "in_sitemap": len(in_sitemap),
        "in_sitemap_not_linked": sorted(in_sitemap.keys() - pages.keys()),
        "depths": {
            code: {
                table: dict(sorted(clicks.items()))
                for table, clicks in depths(pages, _of(code, in_sitemap)).items()
            }
            for code in LANGUAGES
        },
    }


def _of(code: str, paths: Iterable[str]) -> list[str]:
    return [path for path in paths if (stripped(path)[0] or ENGLISH) == code]


def run(address: str | None = None) -> dict[str, Any]:
    """Crawl and print what was found; without an `address`, a portal over the real records.

    Returns the figures, of lists how long they are.
    """
    if address:
        found = asyncio.run(measure(address))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            database = Path(scratch) / "baltic.db"
            build = [sys.executable, "-m", "build", "build", "--output", str(database)]
            subprocess.run(build, cwd=ROOT, capture_output=True, check=False)
            port = free_port()
            portal = [sys.executable, "-m", "portal", "--database", str(database)]
            with serving([*portal, "--port", str(port)], port):
                found = asyncio.run(measure(f"http://127.0.0.1:{port}"))
    print(
        f"\n{found['pages']:,} pages in {found['seconds']} s, {found['tried_beside']} files and "
        f"filtered pages tried beside, {found['in_sitemap']:,} pages in the sitemap"
    )
    for words in ("broken", "lost_fragments", "in_sitemap_not_linked", "english"):
        print(f"{words.replace('_', ' ')}: {len(found[words])}")
        for example in found[words][:_TOLD]:
            print(f"  {example}")
    print(f"over {SLOW_S:.0f} s: {found['slow']}; the slowest:")
    for path, milliseconds in found["slowest_ms"].items():
        print(f"  {milliseconds:>6} ms  {path}")
    print("clicks from the home page → records:")
    for code, tables in found["depths"].items():
        print(f"  {code}: " + "; ".join(f"{table} {clicks}" for table, clicks in tables.items()))
    return {key: len(value) if isinstance(value, list) else value for key, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crawl", description=__doc__)
    parser.add_argument("--address", help="of a running portal, as http://127.0.0.1:8001")
    run(parser.parse_args().address)


if __name__ == "__main__":
    main()
