"""The command line's manners: help, exit codes, what goes to which stream."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT, Workbench


def python_m_build(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "build", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, **options)


@pytest.mark.parametrize("command", ["", "build", "check", "geocode"])
def test_every_command_explains_itself(bench: Workbench, command: str) -> None:
    result = bench.run(*filter(None, [command]), "--help")
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 5


def test_build_is_what_is_done_when_nothing_is_said(bench: Workbench) -> None:
    bench.enterprises({})
    result = bench.run("--data", str(bench.data), "--output", str(bench.database))
    assert result.exit_code == 0
    assert bench.column("select id from enterprises") == ["lt-pirmas"]


def test_check_reports_like_build_and_writes_nothing(bench: Workbench) -> None:
    bench.enterprises({}, {"id": "lt-antras", "sector": "circus"})
    result = bench.run("check", "--data", str(bench.data), "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [f["rule"] for f in report["findings"] if f["severity"] == "error"] == ["unknown-code"]
    assert not bench.database.parent.exists()


def test_the_report_tells_what_to_mend_and_where(bench: Workbench) -> None:
    bench.enterprises({"sector": "circus"})
    result = bench.run("--data", str(bench.data), "--output", str(bench.database))
    assert "enterprises/lt.csv:2 sector: “circus” is not among the sectors." in result.stderr
    assert result.stdout == ""


def test_json_is_all_that_goes_to_stdout_and_has_no_colours(bench: Workbench) -> None:
    bench.enterprises({"sector": "circus"})
    result = python_m_build(
        "build", "--json", "--data", str(bench.data), "--output", str(bench.database)
    )
    report = json.loads(result.stdout)
    assert set(report) == {"version", "counts", "findings"}
    assert set(report["findings"][0]) == {
        "table", "file", "line", "record", "field", "value", "rule", "severity", "message",
    }  # fmt: skip
    assert "\x1b" not in result.stdout + result.stderr


def test_a_reader_of_the_report_that_goes_away_is_no_fault(bench: Workbench) -> None:
    bench.enterprises(*({"id": f"LT {n}"} for n in range(3000)))
    command = [sys.executable, "-m", "build", "check", "--json", "--data", str(bench.data)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline().startswith("{")
    process.stdout.close()
    errors = process.stderr.read()
    process.wait(timeout=30)
    assert "Traceback" not in errors
    assert "fault" not in errors


def test_colours_are_for_terminals_only(bench: Workbench) -> None:
    bench.enterprises({"sector": "circus"})
    arguments = ["check", "--data", str(bench.data)]
    assert "\x1b" not in python_m_build(*arguments).stderr
    outer, inner = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    with os.fdopen(outer, "rb", buffering=0) as screen:
        process = subprocess.Popen(
            [sys.executable, "-m", "build", *arguments],
            cwd=ROOT,
            env=environment,
            stderr=inner,
        )
        os.close(inner)
        shown = b""
        try:
            while chunk := screen.read(4096):
                shown += chunk
        except OSError:  # Linux says so when the other end is closed.
            pass
        process.wait()
    assert b"\x1b[" in shown


def test_a_schema_that_is_missing_ends_with_code_2_and_no_traceback(tmp_path: Path) -> None:
    result = python_m_build("--data", str(tmp_path), "--output", str(tmp_path / "baltic.db"))
    assert result.returncode == 2
    assert "datapackage.yml" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("moment", ["loading", "building"])
def test_ctrl_c_ends_in_words_with_the_old_database(bench: Workbench, moment: str) -> None:
    bench.enterprises({})
    bench.build()
    bench.enterprises(*({"id": f"lt-r{n}", "name": f"R{n} {n * 7919}"} for n in range(20_000)))
    command = [sys.executable, "-m", "build", "--data", str(bench.data)]
    process = subprocess.Popen(
        [*command, "--output", str(bench.database)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    scratch = bench.database.parent / "versions" / ".baltic-building.db"
    deadline = time.monotonic() + (0.3 if moment == "loading" else 30)
    while time.monotonic() < deadline and not scratch.exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors
    assert process.returncode == 130
    assert bench.column("select id from enterprises") == ["lt-pirmas"]
    assert not scratch.exists()


def test_a_mistake_of_the_program_is_owned_up_to_in_words(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a test")

    monkeypatch.setattr("build.pipeline.check", broken)
    result = bench.run("check", "--data", str(bench.data))
    assert result.exit_code == 2
    assert "fault in the program" in result.output
    assert "ZeroDivisionError: a test (test_cli.py:" in result.output


def geocoded(bench: Workbench, content: str | bytes) -> tuple[int, list[dict[str, str]]]:
    source = bench.write("list.csv", content)
    output = bench.data / "located.csv"
    result = bench.run("geocode", str(source), "--output", str(output))
    rows = csv.DictReader(io.StringIO(output.read_text("utf-8")))
    return result.exit_code, list(rows)


def test_anyones_list_is_geocoded_with_its_order_and_columns_kept(bench: Workbench) -> None:
    code, rows = geocoded(
        bench,
        "id,City,country,colour\n2,Gdańsk,PL,red\n1,Danzig,Poland,blue\n3,Kvxqzyx,DK,\n",
    )
    assert code == 0
    assert [row["id"] for row in rows] == ["2", "1", "3"]
    assert [row["colour"] for row in rows] == ["red", "blue", ""]
    assert rows[0]["geonameid"] == rows[1]["geonameid"] != ""
    assert (rows[2]["latitude"], rows[2]["longitude"]) == ("", "")
    assert rows[2]["note"]


def test_a_ragged_row_of_a_list_is_kept_and_says_why(bench: Workbench) -> None:
    _, rows = geocoded(bench, "city,country\nGdańsk,PL,what\nTartu,EE\n")
    assert "cells" in rows[0]["note"]
    assert rows[0]["latitude"] == ""
    assert rows[1]["precision"] == "place"


def test_coordinates_that_a_list_already_has_are_overwritten(bench: Workbench) -> None:
    _, rows = geocoded(bench, "city,country,latitude\nTartu,EE,0\n")
    assert rows[0]["latitude"].startswith("58.3")


def test_a_list_in_another_encoding_with_semicolons_is_read(bench: Workbench) -> None:
    _, rows = geocoded(bench, "city;country\nŚwidwin;PL\n".encode("cp1250"))
    assert rows[0]["precision"] == "place"


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n"])
def test_a_list_without_any_place_is_refused_in_words(bench: Workbench, content: str) -> None:
    source = bench.write("list.csv", content)
    result = bench.run("geocode", str(source), "--output", str(bench.data / "out.csv"))
    assert result.exit_code == 2
    assert "none of the columns" in result.output
    assert not (bench.data / "out.csv").exists()


def test_a_list_that_is_not_there_is_told(bench: Workbench) -> None:
    result = bench.run("geocode", "nowhere.csv", "--output", str(bench.data / "out.csv"))
    assert result.exit_code == 2
    assert "nowhere.csv" in result.output


def refused(bench: Workbench, source: Path, output: Path) -> str:
    result = bench.run("geocode", str(source), "--output", str(output))
    assert result.exit_code == 2
    assert not list(bench.data.glob(".*.part"))
    return result.output


def test_a_list_with_a_column_twice_is_refused_for_one_could_only_guess(bench: Workbench) -> None:
    source = bench.write("list.csv", "city,City,country\nTartu,,EE\n")
    assert "column city more than once" in refused(bench, source, bench.data / "out.csv")


def test_a_list_is_never_overwritten_by_its_answer(bench: Workbench) -> None:
    source = bench.write("list.csv", "city,country\nTartu,EE\n")
    assert "the list itself" in refused(bench, source, source)
    (bench.data / "link.csv").symlink_to("list.csv")
    assert "the list itself" in refused(bench, source, bench.data / "link.csv")
    assert source.read_text() == "city,country\nTartu,EE\n"


def test_a_device_is_never_replaced_by_a_list(bench: Workbench) -> None:
    source = bench.write("list.csv", "city,country\nTartu,EE\n")
    os.mkfifo(bench.data / "pipe")
    assert "no file" in refused(bench, source, bench.data / "pipe")
    assert "cannot be written" in refused(bench, source, bench.data / "nowhere" / "out.csv")


@pytest.mark.parametrize("city", ["a" + " " * 300_000 + "b", "x y" * 300_000, "(" * 300_000])
def test_a_page_of_text_in_a_list_takes_no_time_and_is_no_place(
    bench: Workbench, city: str
) -> None:
    start = time.monotonic()
    _, rows = geocoded(bench, f"city,country\n{city},EE\nTartu,EE\n")
    assert time.monotonic() - start < 5
    assert "too long" in rows[0]["note"]
    assert rows[1]["precision"] == "place"
