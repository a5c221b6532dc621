"""From a finished database file to the published one, at once or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from build.errors import CannotRun
from build.schema import Schema

VERSIONS = "versions"
#: A build of 100,000 records takes less than a minute; who waits longer is told why.
_LOCK_PATIENCE_S = 120.0
#: Share of a table's published records above which losing them is taken for a mistake.
SHRINK_LIMIT = 0.10


@contextmanager
def workshop(output: Path) -> Iterator[Path]:
    """Give the path of a new file to build in, beside the versions of `output`.

    One build at a time: a second waits. Left-overs of killed builds are removed. Raises CannotRun
    when the directory cannot be written to or another build does not end.
    """
    versions = output.parent / VERSIONS
    try:
        versions.mkdir(parents=True, exist_ok=True)
        lock = (versions / f".{output.stem}.lock").open("w")
    except OSError as error:
        raise CannotRun(f"Cannot write to {versions}: {error.strerror}.") from error
    with lock:
        _wait_for(lock.fileno(), versions)
        for leftover in versions.glob(f".{output.stem}-building*"):
            leftover.unlink()
        scratch = versions / f".{output.stem}-building.db"
        try:
            yield scratch
        finally:
            with suppress(OSError):
                for file in versions.glob(f".{output.stem}-building*"):
                    file.unlink()


def _wait_for(lock: int, versions: Path) -> None:
    deadline = time.monotonic() + _LOCK_PATIENCE_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise CannotRun(
                    f"Another build in {versions} has not ended for {_LOCK_PATIENCE_S:.0f} s; "
                    "nothing was changed."
                ) from None
            time.sleep(0.05)
        else:
            return


def guard_against_loss(output: Path, scratch: Path, schema: Schema) -> None:
    """Raise CannotRun when more than a tenth of a table's published records would vanish."""
    if not output.exists():
        return
    losses = []
    with (
        sqlite3.connect(f"file:{output.resolve()}?mode=ro", uri=True) as published,
        sqlite3.connect(scratch) as new,
    ):
        for table in schema.tables.values():
            before = _keys(published, table.name, table.key)
            lost = before - _keys(new, table.name, table.key)
            if len(lost) > SHRINK_LIMIT * len(before):
                some = ", ".join(sorted(lost)[:5])
                losses.append(f"{len(lost)} of {len(before)} {table.title.lower()} ({some} …)")
    if losses:
        raise CannotRun(
            f"Not published, for too much would vanish: {'; '.join(losses)}. The old database "
            "stays. If this is meant, say --allow-shrink."
        )


def _keys(db: sqlite3.Connection, table: str, key: str) -> set[str]:
    try:
        return {row[0] for row in db.execute(f"select {key} from {table}")}  # noqa: S608
    except sqlite3.Error:
        # Not there in an older version, or the published file is damaged: nothing to compare.
        return set()


def publish(scratch: Path, output: Path) -> str:
    """Make the finished file `scratch` the newest version of `output`; return its version.

    The version is the file's SHA-256, shortened. `output` becomes a link to
    `versions/<name>-<version>.db`, replaced in one step: readers see the old or the new, and a
    power cut leaves one of the two.
    """
    version = _digest(scratch)
    target = scratch.with_name(f"{output.stem}-{version}.db")
    _sync(scratch)
    scratch.replace(target)
    target.chmod(0o444)
    link = scratch.with_name(f".{output.stem}-building-link")
    link.symlink_to(Path(VERSIONS) / target.name)
    link.replace(output)
    _sync(output.parent)
    # Make compares the data's time with that of the file behind the link.
    os.utime(target)
    _remove_unused(target, output.stem)
    return version


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_unused(newest: Path, stem: str) -> None:
    """Remove versions that no portal serves: one that does holds a shared lock on its file."""
    for version in newest.parent.glob(f"{stem}-*.db"):
        if version == newest:
            continue
        with version.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            version.unlink()
