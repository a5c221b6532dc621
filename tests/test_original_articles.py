"""The portal's own articles tell what its records tell, and their links and examples work.

When the records change, these tests name the sentences that are not true any more.
"""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import frontmatter
import pytest
from conftest import ROOT
from datasette.app import Datasette
from markdown_it import MarkdownIt
from markdown_it.token import Token

#: The day whose records the figures count.
WRITTEN_ON = "2026-11-25"
HOW_MADE, HOW_TO_USE, WHAT_COUNTS = ARTICLES = (
    "how-the-directory-is-made",
    "how-to-use-the-data",
    "what-counts-as-a-social-enterprise",
)
FILES = {name: ROOT / "data" / "articles" / f"{name}.md" for name in ARTICLES}
TEXTS = {name: frontmatter.load(str(path)).content for name, path in FILES.items()}
MARKDOWN = MarkdownIt("commonmark").enable("table")
PLACEHOLDER = "https://ADDRESS-OF-THIS-PORTAL"
IN_WORDS = "no one two three four five six seven eight nine ten eleven twelve".split()

#: Sentences with a figure that is no link, and how to count it.
COUNTED = [
    (HOW_MADE, "in {words} countries", "select count(distinct country) from enterprises"),
    (
        HOW_MADE,
        "these pages lie on {} different websites",
        "select count(distinct host) from sources where record_table = 'enterprises'",
    ),
    (
        HOW_MADE,
        "for {} of them the source names only the country",
        "select count(*) from enterprises where place_note like 'Only % is known.'",
    ),
    (
        HOW_MADE,
        "the other {words} have a place",
        "select count(*) from enterprises where latitude is null and city is not null",
    ),
    (
        HOW_MADE,
        "{words} lie in places that the list of names does not have",
        "select count(*) from enterprises where place_note like '%is not known in%'",
    ),
    (
        HOW_MADE,
        "{words} of these in the same danish village",
        "select count(*) from enterprises where place_note like '%Skovsgård%is not known in%'",
    ),
    (
        HOW_MADE,
        "{words} have a name that occurs several times",
        "select count(*) from enterprises where place_note like 'There are several places%'",
    ),
    (
        HOW_MADE,
        "{words} have a place and a region that contradict each other",
        "select count(*) from enterprises where place_note like '%contradict each other%'",
    ),
    (WHAT_COUNTS, "the {words} countries", "select count(distinct country) from enterprises"),
]

#: Sentences that retell a record, the record, and its own words.
RETOLD = [
    (HOW_MADE, "about 800 companies", "organisations/dk-erhvervsstyrelsen", "about 800 companies"),
    (HOW_MADE, "in mid-2021", "organisations/dk-erhvervsstyrelsen", "in mid-2021"),
    (
        HOW_MADE,
        "a radius of about 25 km at most",
        "precisions/region",
        "radius about 25 km or less",
    ),
    (HOW_TO_USE, "00510 in Helsinki", "enterprises/fi-emmaus-helsinki", "Helsinki | 00510"),
    (WHAT_COUNTS, "under an act of 2014", "organisations/dk-erhvervsstyrelsen", "the 2014 act"),
    (
        WHAT_COUNTS,
        "about 800 companies were listed in mid-2021",
        "organisations/dk-erhvervsstyrelsen",
        "about 800 companies listed in mid-2021",
    ),
    (
        WHAT_COUNTS,
        "which covers the act",
        "library/social-enterprises-and-their-ecosystems-in-europe-denmark",
        "the act on registered social enterprises passed in 2014",
    ),
    (
        WHAT_COUNTS,
        "read in its profile in the national register",
        "enterprises/dk-gallo-gartneriet",
        "National register profile",
    ),
    (
        WHAT_COUNTS,
        "helps with registration and publishes a list",
        "organisations/dk-slagelse-kommune-socialokonomisk-enhed",
        "helps companies with registration and publishes a list",
    ),
    (
        WHAT_COUNTS,
        "counts nine",
        "organisations/dk-silkeborg-kommune-socialokonomi",
        "nine registered social enterprises",
    ),
    (
        WHAT_COUNTS,
        "has looked at purpose, use of profit and openness",
        "organisations/fi-suomalaisen-tyon-liitto",
        "checks purpose, profit use and openness",
    ),
    (
        WHAT_COUNTS,
        "for up to three years at a time",
        "programmes/fi-yhteiskunnallinen-yritys-merkki",
        "granted for up to three years at a time",
    ),
    (
        WHAT_COUNTS,
        "says that sixteen of its members hold it",
        "organisations/fi-valli",
        "sixteen of whose members hold the Finnish Social Enterprise Mark",
    ),
    (
        WHAT_COUNTS,
        "a statutory register of work-integration social enterprises",
        "organisations/fi-tyo-ja-elinkeinoministerio",
        "the statutory register of work-integration social enterprises",
    ),
    (
        WHAT_COUNTS,
        "from 30 October 2022",
        "programmes/pl-fundusz-pracy-support-for-social-enterprises",
        "from 30 October 2022",
    ),
    (
        WHAT_COUNTS,
        "from the beginning of 2023",
        "programmes/pl-zwolnienie-z-cit",
        "since the beginning of 2023",
    ),
    (
        WHAT_COUNTS,
        "at least six months of activity and thirty per cent of income of their own",
        "programmes/pl-zakup-prospoleczny",
        "at least six months' activity and thirty percent own income",
    ),
    (WHAT_COUNTS, "dates the law to 2018", "organisations/lv-providus", "before the 2018 law"),
    (
        WHAT_COUNTS,
        "in 2019 an event looked back at its first year",
        "events/2019-gads-ar-sociala-uznemuma-likumu",
        "looking back at the first year of the Latvian Social Enterprise Law",
    ),
    (
        WHAT_COUNTS,
        "decides on it and keeps the register",
        "organisations/lv-labklajibas-ministrija",
        "decides on social enterprise status, keeps the register",
    ),
    (
        WHAT_COUNTS,
        "the ministry's own decision of 2022",
        "enterprises/lv-valmieras-zala-skola",
        "Ministry decision granting status to Valmieras Zaļā skola (2022)",
    ),
    (
        WHAT_COUNTS,
        "198 firms with the status in 2022",
        "enterprises/lv-socialais-kods",
        "198 firms hold social enterprise status (2022)",
    ),
    (
        WHAT_COUNTS,
        "approved a national concept in 2015",
        "organisations/lt-ekonomikos-ir-inovaciju-ministerija",
        "approved the national social business concept in 2015",
    ),
    (
        WHAT_COUNTS,
        "which employ people with disabilities and other disadvantaged groups",
        "organisations/lt-socialines-apsaugos-ir-darbo-ministerija",
        "that employ people with disabilities and other disadvantaged groups",
    ),
    (
        WHAT_COUNTS,
        "supports seventeen recognised ones",
        "programmes/de-inklusionsbetriebe-mecklenburg-vorpommern",
        "seventeen recognised inclusion enterprises",
    ),
    (
        WHAT_COUNTS,
        "certified some in 2018 and 2019",
        "programmes/se-skoopi-certifiering-av-asf",
        "2018-2019",
    ),
    (
        WHAT_COUNTS,
        "the term came into use in 2005",
        "articles/sotsiaalse-ettevotluse-moiste-eestis",
        "võeti Eestis kasutusele 2005. aastal",
    ),
    (
        WHAT_COUNTS,
        "for social entrepreneurs that pay out no profit",
        "programmes/no-tilskudd-nav",
        "for non-distributing social entrepreneurs",
    ),
    (
        WHAT_COUNTS,
        "a grant of 2021 in Kaliningrad oblast was for companies that had it",
        "programmes/ru-granty-kaliningradskaya-oblast",
        "for companies with official social entrepreneur status in Kaliningrad oblast",
    ),
]

#: Figures that tell nothing of the records.
OTHER = [
    "edition 2026.11",
    "asks for 2015 or later",
    "65001: Unicode (UTF-8)",
    "EPSG:4326",
    "WGS 84",
    "Creative Commons Attribution 4.0",
]


class Link(NamedTuple):
    article: str
    words: str
    href: str

    @property
    def path(self) -> str:
        return self.href.partition("?")[0]

    @property
    def query(self) -> str:
        return self.href.partition("?")[2]


def inline_tokens(article: str) -> Iterator[list[Token]]:
    for token in MARKDOWN.parse(TEXTS[article]):
        if token.type == "inline":
            yield token.children or []


def links_of(article: str) -> Iterator[Link]:
    for tokens in inline_tokens(article):
        href, words = None, ""
        for token in tokens:
            if token.type == "link_open":
                href, words = str(token.attrGet("href")), ""
            elif token.type == "link_close" and href:
                yield Link(article, words, href)
            else:
                words += token.content


def read_aloud(article: str, *, figures: bool = True) -> str:
    """What is to be read of an article, in one line, without its code.

    Without `figures` those that are links are left out.
    """
    pieces: list[str] = []
    for tokens in inline_tokens(article):
        is_link = False
        for token in tokens:
            is_link = token.type == "link_open" or (is_link and token.type != "link_close")
            is_figure = is_link and re.match(r"[0-9]", token.content)
            if token.type != "code_inline" and (figures or not is_figure):
                pieces.append(" " if token.type == "softbreak" else token.content)
        pieces.append(" ")
    return " ".join("".join(pieces).split())


LINKS = [link for article in ARTICLES for link in links_of(article)]
OWN_ADDRESSES = sorted({link.href for link in LINKS if link.href.startswith("/")})
FIGURES = [link for link in LINKS if re.match(r"[0-9]", link.words)]
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXTS[HOW_TO_USE], re.DOTALL)


@pytest.fixture(scope="module")
def db(real_database: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"{real_database.resolve().as_uri()}?mode=ro", uri=True)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def as_written(db: sqlite3.Connection) -> None:
    """Figures are those of the day the articles were written; records may change after it."""
    tables = ("enterprises", "organisations", "programmes")
    days = [f"select max(updated_on) as day from {table}" for table in tables]
    days.append("select max(removed_on) from removals")
    (latest,) = db.execute(f"select max(day) from ({' union all '.join(days)})").fetchone()
    if latest > WRITTEN_ON:
        pytest.skip(f"records have changed since the articles were written, on {latest}")


@pytest.mark.parametrize("article", ARTICLES)
def test_the_build_has_nothing_to_say_about_the_article(
    article: str, db: sqlite3.Connection
) -> None:
    file = f"articles/{article}.md"
    assert db.execute("select message from issues where file = ?", [file]).fetchall() == []
    stored = db.execute("select body from articles where id = ?", [article]).fetchone()
    assert stored == (TEXTS[article],)


@pytest.mark.parametrize("address", OWN_ADDRESSES)
async def test_every_link_of_an_article_leads_somewhere(
    address: str, real_portal: Datasette
) -> None:
    answer = await real_portal.client.get(address)
    assert answer.status_code == 200, answer.text[:500]


def test_links_that_are_not_ours_are_few_and_known() -> None:
    others = {link.href for link in LINKS} - set(OWN_ADDRESSES)
    assert others == {"https://creativecommons.org/licenses/by/4.0/"}


@pytest.mark.usefixtures("as_written")
@pytest.mark.parametrize("figure", FIGURES, ids=lambda link: f"{link.words} {link.href}")
async def test_a_figure_is_the_number_of_records_in_the_list_it_leads_to(
    figure: Link, real_portal: Datasette
) -> None:
    address = f"{figure.path}.json?{figure.query}&_size=0".replace("?&", "?")
    answer = await real_portal.client.get(address)
    assert answer.status_code == 200, answer.text[:500]
    assert figure.words.split()[0] == str(answer.json()["filtered_table_rows_count"])


@pytest.mark.usefixtures("as_written")
@pytest.mark.parametrize(("article", "sentence", "sql"), COUNTED)
def test_a_figure_without_a_link_is_true(
    article: str, sentence: str, sql: str, db: sqlite3.Connection
) -> None:
    (count,) = db.execute(sql).fetchone()
    in_words = IN_WORDS[count] if count < len(IN_WORDS) else str(count)
    assert sentence.format(count, words=in_words) in read_aloud(article).casefold()


@pytest.mark.usefixtures("as_written")
@pytest.mark.parametrize(("article", "sentence", "record", "words"), RETOLD)
def test_a_fact_is_retold_from_its_record(
    article: str, sentence: str, record: str, words: str, db: sqlite3.Connection
) -> None:
    assert sentence in read_aloud(article)
    table, _, key = record.partition("/")
    column = "code" if table == "precisions" else "id"
    row = db.execute(f"select * from {table} where {column} = ?", [key]).fetchone()
    assert words in " | ".join(str(cell) for cell in row if cell is not None)


@pytest.mark.parametrize("article", ARTICLES)
def test_no_figure_stands_unchecked(article: str) -> None:
    rest = read_aloud(article, figures=False)
    counted = [re.escape(s).replace(r"\{\}", "[0-9]+") for a, s, _sql in COUNTED if a == article]
    retold = [re.escape(sentence) for a, sentence, *_ in RETOLD if a == article]
    for pattern in [*counted, *retold, *map(re.escape, OTHER)]:
        rest = re.sub(pattern, "", rest, flags=re.IGNORECASE)
    assert re.findall(r".{0,40}[0-9].{0,40}", rest) == []


@pytest.mark.usefixtures("as_written")
def test_no_record_was_left_out(db: sqlite3.Connection) -> None:
    assert "left out and reported; in this edition none was" in TEXTS[HOW_MADE]
    assert db.execute("select * from build_report where measure = 'rejected'").fetchall() == []


@pytest.mark.usefixtures("as_written")
def test_no_legal_form_is_more_frequent_than_the_social_cooperative(
    db: sqlite3.Connection,
) -> None:
    assert "no form is more frequent in the whole directory" in TEXTS[WHAT_COUNTS]
    counts = dict(
        db.execute("select legal_form, count(*) from enterprises where legal_form > '' group by 1")
    )
    assert max(counts, key=counts.__getitem__) == "spółdzielnia socjalna"


@pytest.mark.usefixtures("as_written")
def test_the_legal_form_of_latvian_enterprises_with_status_is_one(db: sqlite3.Connection) -> None:
    assert "Where these records give a form, it is *SIA*" in TEXTS[WHAT_COUNTS]
    forms = db.execute(
        "select distinct legal_form from enterprises where legal_form is not null"
        " and registered_status = 'Social enterprise status (LV)'"
    )
    assert forms.fetchall() == [("SIA",)]


@pytest.mark.usefixtures("as_written")
def test_no_german_legal_form_is_named_more_often_than_the_non_profit_company(
    db: sqlite3.Connection,
) -> None:
    assert "The legal form named most often is the *gGmbH*" in TEXTS[WHAT_COUNTS]
    (first,) = db.execute(
        "select legal_form from enterprises where country = 'DE' and legal_form > ''"
        " group by 1 order by count(*) desc limit 1"
    ).fetchone()
    assert first == "gGmbH"


@pytest.mark.usefixtures("as_written")
def test_every_country_of_the_directory_has_its_section(db: sqlite3.Connection) -> None:
    headings = re.findall(r"^## (.+)$", TEXTS[WHAT_COUNTS], re.MULTILINE)
    codes = db.execute("select code, label from countries where network").fetchall()
    assert {label for _code, label in codes} <= set(headings)
    assert sorted(code for code, _label in codes) == sorted(
        frontmatter.load(str(FILES[WHAT_COUNTS])).metadata["countries"]
    )


@pytest.mark.parametrize("table", ["enterprises", "organisations"])
@pytest.mark.parametrize("article", ARTICLES)
def test_records_that_a_text_links_to_are_those_its_facts_name(article: str, table: str) -> None:
    named = frontmatter.load(str(FILES[article])).metadata[table]
    linked = {
        match[1]
        for link in links_of(article)
        if (match := re.fullmatch(rf"/baltic/{table}/([a-z0-9-]+)", link.path))
    }
    assert sorted(linked) == named


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda code: code.split()[1])
def test_the_python_examples_run(example: str, real_address: str, db: sqlite3.Connection) -> None:
    library = example.split()[1]
    if not find_spec(library):
        pytest.skip(f"{library} is not installed")
    assert PLACEHOLDER in example
    code = example.replace(PLACEHOLDER, real_address)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    (count,) = db.execute(
        "select count(*) from enterprises where country in ('DK', 'SE')"
    ).fetchone()
    if library != "pandas":
        assert run.stdout.startswith(f"{count} enterprises")
