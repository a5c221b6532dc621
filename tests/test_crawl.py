"""The real portal as a robot sees it that begins at the home page and follows every link.

All English pages are read, and of each kind of page a few in every other language. One crawl serves
all tests here; `python -m benchmarks.crawl` reads all pages in all languages.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest_asyncio
from datasette.app import Datasette

from benchmarks.crawl import Page, crawl, depths, kind_of, listed, lost_fragments, tried
from portal.language import ENGLISH, LANGUAGES
from portal.links import stripped
from tests.schema_org import problems

#: Pages of each kind that are read in every other language.
SAMPLED = 3
MOST_CLICKS = 4


@dataclass(frozen=True)
class Crawled:
    pages: dict[str, Page]
    #: Of what is linked and not followed: files, downloads, filters.
    beside: list[Page]
    #: Path of each page of the sitemap → its alternates.
    in_sitemap: dict[str, dict[str, str]]

    @property
    def listable(self) -> list[Page]:
        """Pages that search engines may list."""
        return [page for page in self.pages.values() if page.may_be_listed]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crawled(real_portal: Datasette) -> Crawled:
    sampled: Counter[tuple[str, str]] = Counter()

    def wanted(path: str) -> bool:
        code = stripped(path)[0] or ENGLISH
        sampled[code, kind_of(path)] += 1
        return code == ENGLISH or sampled[code, kind_of(path)] <= SAMPLED

    async def get(path: str) -> object:
        # Unpacked only to be packed again otherwise.
        return await real_portal.client.get(path, headers={"Accept-Encoding": "identity"})

    pages = await crawl(get, wanted)
    return Crawled(pages, await tried(get, pages.values()), await listed(get))


def test_no_link_is_broken(crawled: Crawled):
    everything = [*crawled.pages.values(), *crawled.beside]
    assert [(page.status, page.path) for page in everything if page.status >= 400] == []
    assert len(crawled.pages) > 1000
    assert len({kind_of(page.path) for page in crawled.beside}) > 50


def test_every_place_on_a_page_that_a_link_names_is_there(crawled: Crawled):
    assert lost_fragments(crawled.pages) == []


def test_every_record_is_within_four_clicks_of_the_home_page(crawled: Crawled):
    english = [path for path in crawled.in_sitemap if stripped(path)[0] is None]
    found = depths(crawled.pages, english)
    assert len(found) == 6
    far = {
        table: {clicks: count for clicks, count in counted.items() if not 0 < clicks <= MOST_CLICKS}
        for table, counted in found.items()
    }
    assert {table: counts for table, counts in far.items() if counts} == {}


def test_the_sitemap_has_the_pages_that_are_linked_and_may_be_listed(crawled: Crawled):
    english = {path for path in crawled.in_sitemap if stripped(path)[0] is None}
    assert english <= crawled.pages.keys()
    read = [crawled.pages[path] for path in crawled.in_sitemap.keys() & crawled.pages.keys()]
    assert [page.path for page in read if not page.may_be_listed] == []
    assert {page.language for page in read} == set(LANGUAGES)
    kinds = {kind_of(path) for path in english}
    left_out = [
        page.path
        for page in crawled.listable
        if kind_of(page.path) in kinds and page.path not in crawled.in_sitemap
    ]
    assert left_out == []


def test_every_page_says_in_which_language_it_is(crawled: Crawled):
    pages = [page for page in crawled.pages.values() if page.language]
    assert [
        page.path for page in pages if page.language != (stripped(page.path)[0] or ENGLISH)
    ] == []
    assert {page.language for page in pages} == set(LANGUAGES)


def test_every_page_names_its_translations_and_they_name_it(crawled: Crawled):
    pages = [page for page in crawled.listable if page.language]
    for page in pages:
        assert set(page.alternates) == {*LANGUAGES, "x-default"}, page.path
        assert page.alternates["x-default"] == page.alternates[ENGLISH], page.path
        assert page.alternates[page.language] == page.canonical or not page.canonical, page.path
        for path in page.alternates.values():
            if path in crawled.pages:
                assert crawled.pages[path].alternates == page.alternates, path
        if page.path in crawled.in_sitemap:
            assert crawled.in_sitemap[page.path] == page.alternates, page.path


def test_every_page_has_one_heading_and_no_name_twice(crawled: Crawled):
    pages = [page for page in crawled.pages.values() if page.language]
    assert [page.path for page in pages if page.headings != 1] == []
    doubled = [(page.path, name) for page in pages for name, count in page.ids.items() if count > 1]
    assert doubled == []


def test_no_two_records_have_the_same_title(crawled: Crawled):
    titles = Counter(
        page.title
        for page in crawled.listable
        if page.path in crawled.in_sitemap and page.language == ENGLISH
    )
    assert [title for title, count in titles.items() if count > 1] == []


def test_what_pages_tell_machines_is_in_the_terms_of_schema_org(crawled: Crawled):
    told = [page for page in crawled.listable if page.path in crawled.in_sitemap]
    silent = {kind_of(page.path) for page in told if not page.linked_data}
    assert silent <= {"/baltic"}
    wrong = {
        (kind_of(page.path), problem)
        for page in told
        for document in page.linked_data
        for problem in problems(document)
    }
    assert wrong == set()
