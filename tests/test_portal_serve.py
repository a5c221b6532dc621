"""`python -m portal`: clear words when it cannot start, and a hold on the version it serves."""

from __future__ import annotations

import asyncio
import fcntl
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal import compat
from portal.__main__ import listening, main
from portal.app import create_datasette, held, published_version
from portal.errors import CannotServe


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(arguments))
    return result.exit_code, result.output


def test_a_missing_database_is_told(tmp_path: Path):
    code, words = run("--database", str(tmp_path / "none.db"), "--port", "0")
    assert (code, "make build" in words) == (2, True)


@pytest.mark.parametrize("content", [b"", b"not a database, only some words of text" * 50])
def test_a_file_that_is_no_database_is_told(tmp_path: Path, content: bytes):
    file = tmp_path / "baltic.db"
    file.write_bytes(content)
    code, words = run("--database", str(file), "--port", "0")
    assert code == 2
    assert "cannot be read as a database" in words


def test_a_broken_link_is_told(tmp_path: Path):
    link = tmp_path / "baltic.db"
    link.symlink_to("gone.db")
    with pytest.raises(CannotServe, match="no database"):
        published_version(link)


@pytest.mark.parametrize("content", ["a: [", "- 1", "\x00"])
def test_bad_metadata_is_told(published: Path, tmp_path: Path, content: str):
    file = tmp_path / "metadata.yml"
    file.write_text(content)
    code, words = run("--database", str(published), "--metadata", str(file), "--port", "0")
    assert code == 2
    assert "metadata.yml" in words


async def test_a_facet_that_does_not_exist_is_told(published: Path, tmp_path: Path):
    file = tmp_path / "metadata.yml"
    file.write_text("databases: {baltic: {tables: {enterprises: {facets: [nope]}}}}")
    with pytest.raises(CannotServe, match="nope"):
        await create_datasette(published, metadata=file).invoke_startup()


def test_a_busy_port_is_told(published: Path):
    with listening("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        code, words = run("--database", str(published), "--port", str(port))
    assert code == 2
    assert f"127.0.0.1:{port} cannot be used" in words


def test_a_served_version_cannot_be_deleted_by_a_build(published: Path):
    version = published_version(published)
    with version.open("rb") as builder:
        with held(version), pytest.raises(BlockingIOError):
            fcntl.flock(builder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(builder, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_socket_names_its_protocol():
    with listening("127.0.0.1", 0) as sock:
        assert sock.proto == socket.IPPROTO_TCP


@pytest.mark.parametrize(
    "settings",
    ["databases: 3", "plugins: 7", "databases: {baltic: []}", "databases: {baltic: {tables: 1}}",
     "databases: {baltic: {tables: {enterprises: {facets: country}}}}", "- a", "a: ["],
)  # fmt: skip
def test_settings_of_another_shape_are_refused_in_words(
    published: Path, tmp_path: Path, settings: str
):
    metadata = tmp_path / "metadata.yml"
    metadata.write_text(settings)
    with pytest.raises(CannotServe, match=r"metadata\.yml"):
        create_datasette(published, metadata=metadata)


@pytest.mark.parametrize("descriptor", ["{}", "{bad", "[]", '{"resources": [1]}'])
def test_a_database_of_another_build_is_refused_in_words(tmp_path: Path, descriptor: str):
    database = tmp_path / "old.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("create table datapackage (descriptor text)")
        connection.execute("insert into datapackage values (?)", [descriptor])
        connection.commit()
    with pytest.raises(CannotServe, match="make build"):
        create_datasette(database)


def test_the_portal_starts_without_what_only_the_build_needs(published: Path):
    script = (
        "import pathlib, sys, portal.__main__\n"
        "from portal.app import create_datasette\n"
        "create_datasette(pathlib.Path(sys.argv[1]))\n"
        "print(*{'build.schema', 'frictionless', 'geopy', 'shapely'} & set(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(published)],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert ran.stdout.split() == []


async def test_a_database_deleted_while_serving_is_still_read_whole(
    published: Path, tmp_path: Path
):
    copy = tmp_path / "copy.db"
    copy.write_bytes(published.read_bytes())
    portal = create_datasette(copy)
    await compat.ready(portal)
    await compat.open_connections(portal.get_database("baltic"))
    copy.unlink()
    answers = await asyncio.gather(
        *(portal.client.get("/baltic/enterprises.json?_size=0") for _ in range(12))
    )
    assert {answer.json()["filtered_table_rows_count"] for answer in answers} == {12}
    assert not copy.exists()
