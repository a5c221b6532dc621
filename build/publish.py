"""From a finished database file to the published one, at once or not at all."""

from __future__ import annotations

import fcntl
import glob
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from build.errors import CannotRun
from build.schema import Schema

VERSIONS = "versions"
_VERSION_LENGTH = 12
#: How every SQLite file begins.
_SQLITE = b"SQLite format 3\0"
#: A build of 100,000 records takes less than a minute; who waits longer is told why.
_LOCK_PATIENCE_S = 120.0
#: Share of a table's published records above which losing them is taken for a mistake.
SHRINK_LIMIT = 0.10


@contextmanager
def workshop(output: Path) -> Iterator[Path]:
    """Give the path of a new file to build in, beside the versions of `output`.

    One build at a time: a second waits. Left-overs of killed builds are removed. Raises CannotRun
    when the directory cannot be written to, `output` is something else than a database, or another
    build does not end.
    """
    versions = output.parent / VERSIONS
    scratch = versions / f".{output.stem}-building.db"
    try:
        _refuse_to_replace_other_files(output)
        versions.mkdir(parents=True, exist_ok=True)
        lock = (versions / f".{output.stem}.lock").open("w")
    except OSError as error:
        raise CannotRun(f"Cannot write to {versions}: {error.strerror}.") from error
    with lock:
        _wait_for(lock.fileno(), versions)
        try:
            _clear(scratch)
            yield scratch
        except OSError as error:
            raise CannotRun(f"Cannot write to {versions}: {error.strerror}.") from error
        finally:
            with suppress(OSError):
                _clear(scratch)


def _refuse_to_replace_other_files(output: Path) -> None:
    """Raise CannotRun when a slip of the keyboard would cost a list, or `/dev/null`."""
    if output.is_symlink() or not output.exists():
        return
    if output.is_file():
        with output.open("rb") as file:
            if file.read(len(_SQLITE)) in (_SQLITE, b""):
                return
    raise CannotRun(f"{output} is there already and is no database; it was left alone.")


def _clear(scratch: Path) -> None:
    for file in scratch.parent.glob(f"{glob.escape(scratch.stem)}*"):
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
        closing(sqlite3.connect(f"{output.resolve().as_uri()}?mode=ro", uri=True)) as published,
        closing(sqlite3.connect(scratch)) as new,
    ):
        tables = _published_schema(published).tables | schema.tables
        for table in tables.values():
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


def _published_schema(published: sqlite3.Connection) -> Schema:
    """The schema a database was built by: a table that is dropped vanishes too."""
    try:
        ((descriptor,),) = published.execute("select descriptor from datapackage")
        return Schema(json.loads(descriptor))
    except (sqlite3.Error, AttributeError, LookupError, TypeError, ValueError):
        # Built by another program, or damaged.
        return Schema({"resources": []})


def _keys(db: sqlite3.Connection, table: str, key: str) -> set[str]:
    try:
        return {row[0] for row in db.execute(f'select "{key}" from "{table}"')}  # noqa: S608
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
    # The same content again: a portal may serve that very file and hold its lock.
    if not target.is_file() or _digest(target) != version:
        _sync(scratch)
        scratch.replace(target)
        target.chmod(0o444)
        _sync(target.parent)
    link = scratch.with_name(f"{scratch.stem}-link")
    link.symlink_to(Path(VERSIONS) / target.name)
    link.replace(output)
    _sync(output.parent)
    # Make compares the data's time with that of the file behind the link.
    os.utime(target)
    _remove_unused(target, output.stem)
    return version


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:_VERSION_LENGTH]


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_unused(newest: Path, stem: str) -> None:
    """Remove versions that no portal serves: one that does holds a shared lock on its file."""
    # Not a star: versions of `baltic-test` lie here too.
    for version in newest.parent.glob(f"{glob.escape(stem)}-{'[0-9a-f]' * _VERSION_LENGTH}.db"):
        if version == newest:
            continue
        # One that is served, or cannot be removed, is left to the next build.
        with suppress(OSError), version.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            version.unlink()
