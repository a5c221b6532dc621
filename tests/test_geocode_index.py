"""Baking and opening the gazetteer's index."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from build.geocode import bake, index
from build.geocode.index import open_index


@pytest.fixture
def quick_bake(monkeypatch):
    """A baker that writes a small index, slowly enough for two to meet."""
    baked: list[Path] = []

    def small(target: Path, progress: bake.Progress | None = None) -> None:
        baked.append(target)
        with sqlite3.connect(target) as db:
            db.executescript(bake.SCHEMA)
            time.sleep(0.05)
        db.close()

    monkeypatch.setattr(index.baker, "bake", small)
    return baked


def test_the_index_is_baked_once_and_opened_afterwards(tmp_path, quick_bake):
    open_index(tmp_path).close()
    open_index(tmp_path).close()
    assert len(quick_bake) == 1
    assert [path.suffix for path in tmp_path.iterdir()] == [".db"]


def test_two_bakers_at_once_both_succeed(tmp_path, quick_bake):
    opened = []
    threads = [
        threading.Thread(target=lambda: opened.append(open_index(tmp_path))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 2
    assert len(list(tmp_path.iterdir())) == 1


def test_a_baker_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def killed(target: Path, progress: bake.Progress | None = None) -> None:
        target.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(index.baker, "bake", killed)
    with pytest.raises(KeyboardInterrupt):
        open_index(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_index_is_baked_anew(tmp_path, quick_bake):
    open_index(tmp_path).close()
    (made,) = tmp_path.iterdir()
    made.write_bytes(b"not a database at all" * 100)
    open_index(tmp_path).close()
    assert len(quick_bake) == 2


def test_a_directory_that_cannot_be_written_gives_way_to_the_temporary_one(
    tmp_path, quick_bake, monkeypatch
):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the directory should be")
    spare = tmp_path / "spare"
    spare.mkdir()
    monkeypatch.setattr(index.tempfile, "gettempdir", lambda: os.fspath(spare))
    open_index(blocked).close()
    assert quick_bake[0].parent == spare


def test_opening_takes_no_time_once_it_is_baked():
    open_index().close()
    started = time.perf_counter()
    open_index().close()
    assert time.perf_counter() - started < 1


def test_progress_is_told_by_country(tmp_path, monkeypatch):
    told: list[tuple[str, int, int]] = []
    monkeypatch.setattr(bake.sources, "towns", lambda: iter(()))
    monkeypatch.setattr(bake.sources, "postals", lambda: iter(()))
    bake.bake(tmp_path / "empty.db", lambda *step: told.append(step))
    assert told[-1][1:] == (12, 12)
