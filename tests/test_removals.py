"""A removed record is told from a lost one: `removals.csv`, checked by the build."""

from __future__ import annotations

import pytest
from conftest import Workbench

HEADER = "record,reason,replaced_by,removed_on\n"


def removals(bench: Workbench, *lines: str) -> None:
    bench.write("removals.csv", HEADER + "".join(f"{line}\n" for line in lines))


def test_a_removal_is_a_record_of_a_public_table(bench: Workbench) -> None:
    bench.enterprises({})
    removals(bench, "enterprises/lt-antras,It closed down.,,2026-03-01")
    assert bench.build().exit_code == 0
    assert bench.rows("select * from removals") == [
        ("enterprises/lt-antras", "It closed down.", None, "2026-03-01")
    ]


def test_an_empty_file_of_removals_is_fine(bench: Workbench) -> None:
    bench.enterprises({})
    removals(bench)
    assert bench.build().exit_code == 0


def test_a_merged_record_names_one_that_is_there(bench: Workbench) -> None:
    bench.enterprises({})
    removals(bench, "enterprises/lt-antras,Entered twice.,lt-pirmas,2026-03-01")
    assert bench.build().exit_code == 0
    assert bench.column("select replaced_by from removals") == ["lt-pirmas"]


def test_replacements_may_be_replaced_in_their_turn(bench: Workbench) -> None:
    bench.enterprises({})
    removals(
        bench,
        "enterprises/lt-a,Entered twice.,lt-b,2026-03-01",
        "enterprises/lt-b,Entered twice.,lt-pirmas,2026-04-01",
        "enterprises/lt-c,Merged.,lt-d,2026-03-01",
        "enterprises/lt-d,It closed down.,,2026-04-01",
    )
    assert bench.build().exit_code == 0
    assert len(bench.rows("select * from removals")) == 4


def test_a_removal_of_a_record_that_is_still_there_is_refused(bench: Workbench) -> None:
    bench.enterprises({}, {"id": "lt-antras"})
    removals(
        bench, "enterprises/lt-none,Closed.,,2026-03-01", "enterprises/lt-antras,C.,,2026-03-01"
    )
    outcome = bench.build()
    assert outcome.exit_code == 1
    finding = outcome.only("removed-and-there")
    assert (finding["file"], finding["line"], finding["field"]) == ("removals.csv", 3, "record")
    assert finding["value"] == "enterprises/lt-antras"
    assert "enterprises/lt.csv:3" in finding["message"]
    assert bench.column("select id from enterprises order by rowid") == [
        "lt-pirmas",
        "lt-antras",
    ]
    assert bench.column("select record from removals") == ["enterprises/lt-none"]
    assert bench.rows(
        "select value from build_report where (table_name, measure) = ('removals', 'rejected')"
    ) == [(1,)]


@pytest.mark.parametrize(
    ("line", "field", "rule"),
    [
        ("enterprises/lt-a,Merged.,lt-nobody,2026-03-01", "replaced_by", "unknown-record"),
        ("programmes/lt-a,Merged.,lt-pirmas,2026-03-01", "replaced_by", "unknown-record"),
        ("enterprise/lt-a,Closed.,,2026-03-01", "record", "unknown-table"),
        ("sectors/lt-a,Closed.,,2026-03-01", "record", "unknown-table"),
        ("lt-a,Closed.,,2026-03-01", "record", "pattern"),
        ("enterprises/LT A,Closed.,,2026-03-01", "record", "pattern"),
        ("enterprises/lt-a,,,2026-03-01", "reason", "required"),
        ("enterprises/lt-a,Closed.,,", "removed_on", "required"),
        ("enterprises/lt-a,Closed.,,2999-01-01", "removed_on", "not-in-future"),
        ("enterprises/lt-a,Merged.,<b>,2026-03-01", "replaced_by", "pattern"),
    ],
)
def test_a_bad_removal_is_left_out_and_named(
    bench: Workbench, line: str, field: str, rule: str
) -> None:
    bench.enterprises({})
    removals(bench, line)
    outcome = bench.build()
    assert outcome.exit_code == 1
    finding = outcome.only(rule)
    assert (finding["file"], finding["line"]) == ("removals.csv", 2)
    assert finding["field"] == field
    assert finding["message"].endswith((".", "?"))
    assert bench.rows("select * from removals") == []


def test_replacements_in_a_circle_are_refused_and_so_is_what_leads_into_it(
    bench: Workbench,
) -> None:
    bench.enterprises({})
    removals(
        bench,
        "enterprises/lt-a,Merged.,lt-b,2026-03-01",
        "enterprises/lt-b,Merged.,lt-c,2026-03-01",
        "enterprises/lt-c,Merged.,lt-b,2026-03-01",
        "enterprises/lt-self,Merged.,lt-self,2026-03-01",
        "enterprises/lt-good,Closed.,,2026-03-01",
    )
    findings = [f for f in bench.build().findings if f["severity"] == "error"]
    assert [(f["rule"], f["line"]) for f in findings] == [
        ("replaced-in-circle", line) for line in (2, 3, 4, 5)
    ]
    assert "lt-b → enterprises/lt-c → enterprises/lt-b" in findings[1]["message"]
    assert bench.column("select record from removals") == ["enterprises/lt-good"]


def test_what_leads_to_a_record_that_is_not_there_is_refused_whole(bench: Workbench) -> None:
    bench.enterprises({})
    removals(
        bench,
        "enterprises/lt-a,Merged.,lt-b,2026-03-01",
        "enterprises/lt-b,Merged.,lt-nobody,2026-03-01",
    )
    rules = [f["rule"] for f in bench.build().findings if f["severity"] == "error"]
    assert rules == ["unknown-record", "unknown-record"]
    assert bench.rows("select * from removals") == []


def test_one_record_is_removed_once(bench: Workbench) -> None:
    bench.enterprises({})
    removals(bench, "enterprises/lt-a,Closed.,,2026-03-01", "enterprises/lt-a,Again.,,2026-03-02")
    assert bench.build().only("duplicate-id")["line"] == 3


def test_removals_are_read_after_all_records_wherever_the_schema_has_them(
    bench: Workbench,
) -> None:
    bench.enterprises({})
    schema = bench.data / "datapackage.yml"
    head, _, removals_resource = schema.read_text().partition("  - name: removals\n")
    before, _, resources = head.partition("resources:\n")
    schema.write_text(f"{before}resources:\n  - name: removals\n{removals_resource}\n{resources}")
    removals(bench, "enterprises/lt-antras,Entered twice.,lt-pirmas,2026-03-01")
    assert bench.build().exit_code == 0


def test_records_in_other_tables_that_name_a_removed_one_are_told(bench: Workbench) -> None:
    bench.write("organisations.csv", "id,name,country,kind,source_url\n")
    bench.write(
        "programmes.csv",
        "id,name,organisation,country,kind,status,source_url\n"
        "lt-p,P,lt-a,LT,grant,unknown,https://example.org\n",
    )
    removals(bench, "organisations/lt-a,Closed.,,2026-03-01")
    assert bench.build().only("unknown-code")["value"] == "lt-a"


def test_the_guard_against_loss_holds_for_removals_too(bench: Workbench) -> None:
    bench.enterprises({})
    removals(bench, "enterprises/lt-a,Closed.,,2026-03-01", "enterprises/lt-b,Closed.,,2026-03-01")
    assert bench.build().exit_code == 0
    removals(bench)
    assert bench.build().exit_code == 2
    assert len(bench.rows("select * from removals")) == 2
