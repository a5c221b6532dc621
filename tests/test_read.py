"""Files as partners' programs save them, and what becomes of their rows."""

from __future__ import annotations

import codecs
import os
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import ENTERPRISE, Workbench
from hypothesis import given
from hypothesis import strategies as st

from build.read.delimited import split_records

HEADER = ",".join(ENTERPRISE)


def as_csv(*rows: dict[str, str], delimiter: str = ",", line_end: str = "\n") -> str:
    lines = [list(ENTERPRISE)] + [list((ENTERPRISE | row).values()) for row in rows]
    return line_end.join(delimiter.join(cells) for cells in lines) + line_end


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "Žalioji bičių šalis"),
        ("utf-8-sig", "Žalioji bičių šalis"),
        ("utf-16", "Žalioji bičių šalis"),
        ("utf-16-le", "Žalioji bičių šalis"),
        ("utf-16-be", "Žalioji bičių šalis"),
        ("cp1257", "Žalioji bičių šalis, Rīgas ielā, Ķengarags"),
        ("cp1250", "Spółdzielnia „Łąka” w Śniadowie"),
        ("cp1252", "Ærø Værksted på Østergården, Jönköping"),
        ("cp1251", "Мастерская «Простые вещи»"),
    ],
)
def test_letters_survive_whatever_encoding_a_file_has(
    bench: Workbench, encoding: str, name: str
) -> None:
    bench.write("enterprises/lt.csv", as_csv({"name": f'"{name}"'}).encode(encoding))
    outcome = bench.build()
    assert bench.column("select name from enterprises") == [name]
    told = "encoding" in outcome.rules("warning")
    assert told == (encoding not in ("utf-8", "utf-8-sig"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_do_not_matter(
    bench: Workbench, delimiter: str, line_end: str
) -> None:
    text = as_csv({}, {"id": "lt-antras", "name": "Antras"}, delimiter=delimiter, line_end=line_end)
    bench.write("enterprises/lt.csv", text)
    outcome = bench.build()
    assert outcome.exit_code == 0
    assert bench.column("select name from enterprises order by id") == ["Antras", "Pirmas"]


def test_letters_are_composed_and_stray_spaces_taken_off(bench: Workbench) -> None:
    bench.enterprises({"name": "\u00a0 " + unicodedata.normalize("NFD", "Šviesa") + "\u200b "})
    bench.build()
    assert bench.column("select name from enterprises") == ["Šviesa"]


def test_nul_bytes_are_taken_out_and_told(bench: Workbench) -> None:
    bench.enterprises({"name": "Pir\0mas"})
    outcome = bench.build()
    assert bench.column("select name from enterprises") == ["Pirmas"]
    finding = outcome.only("control-character")
    assert (finding["file"], finding["line"], finding["field"]) == ("enterprises/lt.csv", 2, "name")


def test_an_empty_file_is_told_and_the_others_are_read(bench: Workbench) -> None:
    bench.enterprises({})
    bench.write("enterprises/lv.csv", "")
    outcome = bench.build()
    assert outcome.only("empty-file")["file"] == "enterprises/lv.csv"
    assert outcome.exit_code == 1
    assert len(bench.column("select id from enterprises")) == 1


def test_a_header_alone_is_a_note_not_an_error(bench: Workbench) -> None:
    bench.write("enterprises/lt.csv", HEADER + "\n")
    outcome = bench.build()
    assert outcome.exit_code == 0
    assert [f["severity"] for f in outcome.findings if f["file"] == "enterprises/lt.csv"][
        -1
    ] == "info"


def test_a_missing_needed_column_stops_the_file_and_names_the_column(bench: Workbench) -> None:
    bench.write("enterprises/lt.csv", "id,name,country\nlt-a,A,LT\n")
    outcome = bench.build()
    missing = {f["field"] for f in outcome.findings if f["rule"] == "missing-column"}
    assert {"sector", "source_url"} <= missing
    assert outcome.exit_code == 1


def test_a_missing_optional_column_is_a_warning(bench: Workbench) -> None:
    bench.enterprises({})
    outcome = bench.build()
    assert "website" in {f["field"] for f in outcome.findings if f["rule"] == "missing-column"}
    assert outcome.exit_code == 0


def test_a_column_nobody_knows_is_told(bench: Workbench) -> None:
    bench.enterprises({"phone": "123"})
    assert bench.build().only("unknown-column")["field"] == "phone"


def test_a_column_twice_stops_the_file(bench: Workbench) -> None:
    bench.write("enterprises/lt.csv", f"{HEADER},name\n")
    assert bench.build().only("column-twice")["field"] == "name"


def test_a_ragged_row_is_told_with_its_line_and_the_rest_is_read(bench: Workbench) -> None:
    text = as_csv({}, {"id": "lt-antras"})
    lines = text.splitlines()
    lines.insert(2, "lt-ragged,only,three")
    bench.write("enterprises/lt.csv", "\n".join(lines))
    outcome = bench.build()
    finding = outcome.only("row-shape")
    assert finding["line"] == 3
    assert "lt-ragged" in finding["value"]
    assert sorted(bench.column("select id from enterprises")) == ["lt-antras", "lt-pirmas"]


def test_a_quotation_mark_that_never_closes_swallows_no_other_row(bench: Workbench) -> None:
    rows = [{"id": f"lt-r{n}", "name": f"R{n}"} for n in range(5)]
    rows[1]["name"] = '"Never closed'
    bench.write("enterprises/lt.csv", as_csv(*rows))
    outcome = bench.build()
    assert outcome.only("row-shape")["line"] == 3
    assert bench.column("select id from enterprises order by id") == [
        "lt-r0", "lt-r2", "lt-r3", "lt-r4",
    ]  # fmt: skip


def test_a_cell_may_hold_line_breaks_and_lines_are_still_counted_right(bench: Workbench) -> None:
    bench.enterprises({"summary": "One.\nTwo."}, {"id": "lt-antras", "sector": "nonsense"})
    outcome = bench.build()
    assert bench.column("select summary from enterprises") == ["One.\nTwo."]
    assert outcome.only("unknown-code")["line"] == 4


def test_a_cell_of_a_megabyte_is_refused_in_few_words(bench: Workbench) -> None:
    bench.enterprises({"summary": "x" * 1_000_000}, {"id": "lt-antras"})
    finding = bench.build().only("maxLength")
    assert finding["field"] == "summary"
    assert len(finding["value"]) <= 200
    assert bench.column("select id from enterprises") == ["lt-antras"]


def test_one_damaged_letter_does_not_garble_the_others_of_a_file(bench: Workbench) -> None:
    text = as_csv({"name": "Žalioji bičių šalis"}, {"id": "lt-antras", "name": "Sug@dinta"})
    bench.write("enterprises/lt.csv", text.encode().replace(b"@", b"\xe4"))
    finding = bench.build().only("undecodable")
    assert (finding["line"], finding["field"]) == (3, "name")
    assert bench.column("select name from enterprises order by name desc") == [
        "Žalioji bičių šalis",
        "Sug�dinta",
    ]


@pytest.mark.parametrize("blank", ["\n\r\n", ",,,\n", "\ufeff\n"])
def test_blank_lines_above_the_header_are_passed_over(bench: Workbench, blank: str) -> None:
    bench.write("enterprises/lt.csv", blank + as_csv({"sector": "circus"}, {"id": "lt-antras"}))
    outcome = bench.build()
    assert outcome.only("unknown-code")["line"] == 2 + blank.count("\n")
    assert bench.column("select id from enterprises") == ["lt-antras"]


@pytest.mark.parametrize("text", [" \n\n", ",,,\n", "\t\n"])
def test_a_file_of_blank_cells_is_as_empty_as_one_without_any(bench: Workbench, text: str) -> None:
    bench.write("enterprises/lt.csv", text)
    assert bench.build().only("empty-file")["file"] == "enterprises/lt.csv"


def test_a_report_cannot_be_made_to_steer_the_terminal(bench: Workbench) -> None:
    bench.write("enterprises/lt.csv", HEADER + "\n\x1b[2J\x9b31m,too short\n")
    finding = bench.build().only("row-shape")
    assert finding["value"] == "�[2J�31m,too short"


@pytest.mark.parametrize("name", [b"\xff.md", b"\x1b[31m.md"])
def test_a_file_name_that_is_no_text_is_told_like_any_other(bench: Workbench, name: bytes) -> None:
    folder = os.fsencode(bench.data / "articles")
    Path(os.fsdecode(folder + b"/" + name)).write_text(FACTS + "---\n", "utf-8")
    assert bench.build().only("pattern")["field"] == "id"


def test_a_link_that_leads_to_itself_is_told(bench: Workbench) -> None:
    (bench.data / "enterprises" / "lt.csv").symlink_to("lt.csv")
    assert bench.build().only("unreadable-file")["file"] == "enterprises/lt.csv"


def test_an_unreadable_file_is_told(bench: Workbench) -> None:
    bench.enterprises({})
    (bench.data / "enterprises" / "lv.csv").mkdir()
    outcome = bench.build()
    assert outcome.only("unreadable-file")["file"] == "enterprises/lv.csv"
    assert bench.column("select id from enterprises") == ["lt-pirmas"]


def test_a_folder_that_cannot_be_read_is_an_error(bench: Workbench) -> None:
    (bench.data / "enterprises").rmdir()
    bench.write("enterprises", "a file, not a folder")
    outcome = bench.build()
    assert outcome.only("unreadable-folder")["file"] == "enterprises/*.csv"
    assert outcome.exit_code == 1


def test_a_file_of_another_kind_is_not_passed_over_in_silence(bench: Workbench) -> None:
    bench.enterprises({})
    bench.write("enterprises/pl.xlsx", b"PK")
    assert bench.build().only("stray-file")["file"] == "enterprises/pl.xlsx"


FACTS = "---\ntitle: T\npublisher: P\nsource_url: https://example.org\n"


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        ("summary: {a: b}", 5),
        ("topics: [a, [b]]", 5),
        ("a: &a [x]\ntopics: [*a, *a]", 6),
        ("topics: " + "[" * 5000, None),
    ],
)
def test_facts_of_an_article_that_are_no_texts_are_told(
    bench: Workbench, fact: str, line: int | None
) -> None:
    bench.write("articles/odd.md", f"{FACTS}{fact}\n---\n")
    finding = bench.build().only("front-matter")
    assert (finding["file"], finding["line"]) == ("articles/odd.md", line)


def test_ten_lines_of_an_article_cannot_fill_the_memory(bench: Workbench) -> None:
    names = "abcdefghij"
    bomb = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 20)}]\n" for old, new in pairwise(names)
    )
    bench.write("articles/bomb.md", f"{FACTS}{bomb}---\n")
    assert bench.build().only("front-matter")["line"] == 6


def test_the_text_of_an_article_is_cleaned_like_a_cell(bench: Workbench) -> None:
    bench.write("articles/own.md", f'{FACTS}summary: "\\ud800"\n---\nO\0ne.\r\nTwo.\r')
    outcome = bench.build()
    assert outcome.only("control-character")["file"] == "articles/own.md"
    assert bench.rows("select summary, body from articles") == [("?", "One.\nTwo.")]


def test_an_article_is_read_as_it_is_written(bench: Workbench) -> None:
    bench.write(
        "articles/an-article.md",
        "---\ntitle: Nr. 1\npublished: 2018\npublisher: BISER\nlanguage: 'no'\n"
        "topics: [youth, rural areas]\nsource_url: https://example.org\n---\n\n# Text\n",
    )
    outcome = bench.build()
    assert outcome.exit_code == 0
    assert bench.rows("select id, published, language, topics, body from articles") == [
        ("an-article", "2018", "no", '["youth", "rural areas"]', "# Text")
    ]


@pytest.mark.parametrize(
    "text", ["", "no front matter", "---\ntitle: [unclosed\n---\n", "---\n- a list\n---\n"]
)
def test_an_article_without_readable_facts_is_told(bench: Workbench, text: str) -> None:
    bench.write("articles/broken.md", text)
    outcome = bench.build()
    assert outcome.only("front-matter")["file"] == "articles/broken.md"
    assert outcome.exit_code == 1


cells = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12
).map(lambda text: text.replace("\r", ""))


@given(st.lists(st.tuples(cells, cells, cells), max_size=8), st.sampled_from(",;\t"))
def test_whatever_a_csv_writer_wrote_is_read_back(
    rows: list[tuple[str, str, str]], delimiter: str
) -> None:
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    read = list(split_records(out.getvalue(), delimiter))
    assert [record.problem for record in read] == [""] * len(read)
    # Each row of three cells has two delimiters, so none is taken for a blank line.
    assert [tuple(record.cells) for record in read[1:]] == rows


@given(st.text(max_size=200))
def test_no_text_at_all_upsets_the_splitting_of_records(text: str) -> None:
    for record in split_records(text, ","):
        assert record.line >= 1


@given(st.binary(max_size=400))
def test_any_bytes_are_decoded_to_something(raw: bytes) -> None:
    from build.read.decode import decode

    text, encoding = decode(codecs.BOM_UTF8 + raw)
    assert isinstance(text, str)
    assert encoding == "utf-8-sig"
    assert isinstance(decode(raw)[0], str)
