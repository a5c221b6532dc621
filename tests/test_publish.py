"""The published database changes at once or not at all, whatever happens to the build."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Workbench


def start_build(bench: Workbench, **options: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "build", "build", "--data", str(bench.data)]
    return subprocess.Popen(
        [*command, "--output", str(bench.database)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **options,
    )


def many(number: int) -> list[dict[str, str]]:
    return [{"id": f"lt-r{n}", "name": f"Record {n} {n * 7919}"} for n in range(number)]


def test_the_same_data_make_the_same_file(bench: Workbench, tmp_path: Path) -> None:
    bench.enterprises(*many(20))
    bench.build()
    first = bench.database.resolve().read_bytes()
    bench.database = tmp_path / "elsewhere" / "baltic.db"
    bench.build()
    assert bench.database.resolve().read_bytes() == first


def test_the_database_is_a_link_to_a_file_named_by_its_content(bench: Workbench) -> None:
    bench.enterprises({})
    bench.build()
    before = bench.database.readlink()
    bench.enterprises({"name": "Kitas"})
    bench.build()
    assert bench.database.is_symlink()
    assert bench.database.readlink() != before
    assert [p.name for p in bench.database.resolve().parent.glob("*.db")] == [
        bench.database.readlink().name
    ]


def test_a_version_that_a_portal_serves_is_not_removed(bench: Workbench) -> None:
    bench.enterprises({})
    bench.build()
    served = bench.database.resolve()
    with served.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        bench.enterprises({"name": "Kitas"})
        bench.build()
        assert served.exists()
    bench.enterprises({"name": "Trečias"})
    bench.build()
    assert not served.exists()


def test_a_version_that_is_built_again_stays_the_very_file_a_portal_serves(
    bench: Workbench,
) -> None:
    bench.enterprises({})
    bench.build()
    before = bench.database.resolve().stat().st_ino
    bench.build()
    assert bench.database.resolve().stat().st_ino == before


def test_databases_with_names_alike_do_not_remove_each_others_versions(bench: Workbench) -> None:
    bench.enterprises({})
    bench.database = bench.database.with_name("baltic-test.db")
    bench.build()
    bench.database = bench.database.with_name("baltic.db")
    bench.build()
    assert bench.database.with_name("baltic-test.db").exists()


@pytest.mark.parametrize("name", ["a?b#c%20.db", "b[1].db", "ą ę.db"])
def test_a_database_may_have_any_name_and_is_still_guarded(bench: Workbench, name: str) -> None:
    bench.database = bench.database.with_name(name)
    bench.enterprises(*many(20))
    assert bench.build().exit_code == 0
    bench.enterprises(*many(10))
    assert bench.build().exit_code == 2
    assert bench.build("--allow-shrink").exit_code == 0
    versions = {path.suffix for path in (bench.database.parent / "versions").iterdir()}
    assert versions == {".db", ".lock"}


def test_a_file_that_is_no_database_is_never_replaced(bench: Workbench) -> None:
    bench.enterprises({})
    bench.database = bench.write("list.csv", "a partner's only copy")
    outcome = bench.build()
    assert outcome.exit_code == 2
    assert "no database" in outcome.output
    assert bench.database.read_text() == "a partner's only copy"


def test_a_table_that_left_the_schema_is_missed(bench: Workbench) -> None:
    bench.write(
        "library.csv", "id,title,kind,url,source_url\na,A,report,https://a.org,https://a.org\n"
    )
    bench.build()
    schema = yaml.safe_load((bench.data / "datapackage.yml").read_text("utf-8"))
    schema["resources"] = [table for table in schema["resources"] if table["name"] != "library"]
    bench.write("datapackage.yml", json.dumps(schema))
    outcome = bench.build()
    assert outcome.exit_code == 2
    assert "1 of 1 library (a …)" in outcome.output


def test_a_build_that_would_lose_more_than_a_tenth_is_not_published(bench: Workbench) -> None:
    bench.enterprises(*many(20))
    bench.build()
    bench.enterprises(*many(17))
    outcome = bench.build()
    assert outcome.exit_code == 2
    assert "3 of 20" in outcome.output
    assert "lt-r17" in outcome.output
    assert len(bench.column("select id from enterprises")) == 20


def test_a_loss_that_is_meant_can_be_published(bench: Workbench) -> None:
    bench.enterprises(*many(20))
    bench.build()
    bench.enterprises(*many(2))
    assert bench.build("--allow-shrink").exit_code == 0
    assert len(bench.column("select id from enterprises")) == 2


def test_a_loss_of_a_tenth_is_still_published(bench: Workbench) -> None:
    bench.enterprises(*many(20))
    bench.build()
    bench.enterprises(*many(18))
    assert bench.build().exit_code == 0


def test_a_killed_build_keeps_the_last_database_and_the_next_one_cleans_up(
    bench: Workbench,
) -> None:
    bench.enterprises({})
    bench.build()
    bench.enterprises({}, *many(30_000))
    process = start_build(bench)
    versions = bench.database.parent / "versions"
    deadline = time.monotonic() + 30
    while not list(versions.glob(".baltic-building*.db")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert bench.column("select id from enterprises") == ["lt-pirmas"]
    bench.enterprises({"name": "Kitas"})
    assert bench.build().exit_code == 0
    assert bench.column("select name from enterprises") == ["Kitas"]
    assert not list(versions.glob(".baltic-building*"))


def test_two_builds_at_once_both_end_well(bench: Workbench) -> None:
    bench.enterprises(*many(300))
    builds = [start_build(bench) for _ in range(2)]
    for process in builds:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output.decode()
    assert len(bench.column("select id from enterprises")) == 300


def test_a_full_disk_is_told_in_words_and_keeps_the_last_database(bench: Workbench) -> None:
    bench.enterprises({})
    bench.build()
    bench.enterprises({}, *many(2000))

    def no_room() -> None:
        # Files may not grow over 300 kB: writing fails as it does on a full disk.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    process = start_build(bench, preexec_fn=no_room)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "could not be written" in output.decode()
    assert "Traceback" not in output.decode()
    assert bench.column("select id from enterprises") == ["lt-pirmas"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_one_may_not_write_to_is_told(bench: Workbench, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    bench.database = closed / "baltic.db"
    assert bench.build().exit_code == 2


def test_an_output_folder_that_cannot_be_made_is_told(bench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    bench.database = tmp_path / "file" / "baltic.db"
    outcome = bench.build()
    assert outcome.exit_code == 2
    assert "Cannot write" in outcome.output


def test_a_damaged_published_file_does_not_stop_the_next_build(bench: Workbench) -> None:
    bench.enterprises({})
    bench.build()
    published = bench.database.resolve()
    published.chmod(0o644)
    published.write_bytes(b"not a database" * 100)
    assert bench.build().exit_code == 0
    assert bench.column("select id from enterprises") == ["lt-pirmas"]


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        (None, "cannot be read"),
        ("resources: [", "YAML"),
        ("just text", "data package"),
        ("", "data package"),
        ("resources: []\nname: &a [*a]", "data package"),
        ("resources: " + "[" * 3000 + "]" * 3000, "data package"),
        ("resources: [{name: a, path: a.csv}]", "Table a: 'schema' is not declared"),
        (
            "a: &a [x, x]\n"
            + "".join(
                f"{n}: &{n} [{', '.join([f'*{o}'] * 20)}]\n" for o, n in pairwise("abcdefghij")
            )
            + "resources: []",
            "without end",
        ),
    ],
)
def test_without_a_usable_schema_nothing_is_done(
    bench: Workbench, schema: str | None, word: str
) -> None:
    bench.enterprises({})
    bench.build()
    if schema is None:
        (bench.data / "datapackage.yml").unlink()
    else:
        bench.write("datapackage.yml", schema)
    outcome = bench.build()
    assert outcome.exit_code == 2
    assert word in outcome.output
    assert bench.column("select id from enterprises") == ["lt-pirmas"]


def broken_schema(bench: Workbench, path: str, value: object) -> str:
    """What a build says when one value of the schema is another; `path` leads to the value."""
    schema = json.loads(json.dumps(yaml.safe_load((bench.data / "datapackage.yml").read_text())))
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    node = schema
    for step in way:
        node = node[step]
    node[last] = value
    bench.write("datapackage.yml", json.dumps(schema))
    outcome = bench.build()
    assert outcome.exit_code == 2
    assert "fault in the program" not in outcome.output
    return outcome.output


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("schema/foreignKeys/0/reference/resource", "nuts", "country refers to a table nuts"),
        ("schema/foreignKeys/0/reference/fields", ["label"], "not its primary key"),
        ("schema/foreignKeys/0/fields", ["land"], "the field land is needed"),
        ("schema/primaryKey", ["number"], "the field number is needed"),
        ("schema/primaryKey", ["id", "name"], "one field, not 2"),
        ("schema/idPrefix", "land", "the field land is needed"),
        ("schema/fields/0/type", "any", "Table enterprises"),
        ("schema/fields/1/type", "text", "Table enterprises"),
        ("schema/fields/1/name", "id", "declared twice"),
        ("schema/fields/1/name", 'a" b', "is no name"),
        ("schema/fields/1/keysOf", "hues", "refers to a table hues"),
        ("schema/fields/1/constraints", {"pattern": "("}, "Table enterprises"),
        ("schema/fields/1/constraints", None, "form of a data package"),
        ("path", "/etc/*.csv", "does not lie in the data directory"),
        ("path", "../*.csv", "does not lie in the data directory"),
        ("path", ["a.csv", "b.csv"], "form of a data package"),
        ("format", "xlsx", "not one of csv, markdown"),
        ("name", "issues", "only one table issues"),
        ("name", "library", "only one table library"),
    ],
)
def test_a_schema_that_cannot_work_is_told_before_anything_is_read(
    bench: Workbench, path: str, value: object, words: str
) -> None:
    assert words in broken_schema(bench, f"resources/0/{path}", value)


def test_a_schema_may_be_written_in_the_other_ways_that_table_schema_allows(
    bench: Workbench,
) -> None:
    schema = json.loads(json.dumps(yaml.safe_load((bench.data / "datapackage.yml").read_text())))
    del schema["name"]
    enterprises = schema["resources"][0]["schema"]
    enterprises["primaryKey"] = "id"
    enterprises["foreignKeys"][0] = {
        "fields": "country",
        "reference": {"resource": "countries", "fields": "code"},
    }
    enterprises["fields"].append({"name": "group", "type": "string", "search": True})
    bench.write("datapackage.yml", yaml.safe_dump(schema) + "created: 2026-11-23\n")
    bench.enterprises({"group": "Cooperatives"})
    assert bench.build().exit_code == 0
    assert bench.column('select "group" from enterprises') == ["Cooperatives"]
    assert (
        len(bench.column("select * from enterprises_fts where enterprises_fts match 'coop*'")) == 1
    )


def test_a_data_directory_that_is_not_there_is_told(bench: Workbench) -> None:
    shutil.rmtree(bench.data)
    outcome = bench.build()
    assert outcome.exit_code == 2
    assert "data" in outcome.output
