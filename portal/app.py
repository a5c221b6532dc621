"""The portal as an application: Datasette over one published database, read-only, no accounts."""

from __future__ import annotations

import fcntl
from io import BufferedReader
from pathlib import Path
from typing import Any

import yaml
from datasette.app import Datasette

from portal import compat
from portal.catalogue import Catalogue
from portal.errors import CannotServe
from portal.metadata import check_shape
from portal.site import TABLES

ROOT = Path(__file__).resolve().parent.parent
METADATA = ROOT / "metadata.yml"
DATABASE = ROOT / "baltic.db"

SETTINGS: dict[str, Any] = {
    # Looking for columns one might facet by took 320 of 343 ms of a page of 50,000 records.
    "suggest_facets": False,
    # Cards and phones: 100 rows make a page nobody reads to its end.
    "default_page_size": 50,
    # Pages in which exports walk; a larger one would hold a SQL thread for longer.
    "max_returned_rows": 1000,
    # A stream that stops at a limit has status 200 and looks complete.
    "max_csv_mb": 0,
    # The file holds what the pages show and nothing else; taking it whole spares us the robots.
    "allow_download": True,
    # All countries, sectors and impact areas fit; a facet cut at 30 would hide the small ones.
    "default_facet_size": 60,
    # Beyond its time limit a facet vanishes without a word, so it is generous: `sql_time_limit_ms`.
    "facet_time_limit_ms": 1000,
    "sql_time_limit_ms": 1000,
    # A version never changes, yet a page must show a new one within a minute.
    "default_cache_ttl": 60,
    # Both show what happens inside to anyone who asks.
    "template_debug": False,
    "trace_debug": False,
}


def create_datasette(
    database: Path = DATABASE, *, metadata: Path = METADATA, settings: dict[str, Any] | None = None
) -> Datasette:
    """The portal over the version to which `database` points now, under the name `baltic`.

    The link is followed once: a newer version is another application. Raises CannotServe.
    """
    version = published_version(database)
    tables = Catalogue.read(version).tables
    if missing := [name for name in TABLES if name not in tables]:
        raise CannotServe(
            f"{database} has no {', '.join(missing)}: another version of the build made it. "
            "Run `make build` to make it anew."
        )
    ds = compat.application(
        metadata=read_metadata(metadata),
        settings=SETTINGS | (settings or {}),
        template_dir=str(ROOT / "templates"),
        plugins_dir=str(ROOT / "plugins"),
    )
    ds.remove_database("_memory")  # which Datasette adds when it is given no file
    compat.immutable_database(ds, version, "baltic")
    return ds


def published_version(database: Path) -> Path:
    """The immutable file behind the link `database`. Raises CannotServe when there is none."""
    try:
        version = database.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise CannotServe(f"There is no database {database}. Run `make build` first.") from error
    if not version.is_file():
        raise CannotServe(f"{database} is not a file.")
    return version


def held(version: Path) -> BufferedReader:
    """Keep `version` from being tidied away by a build for as long as the result stays open."""
    try:
        file = version.open("rb")
    except OSError as error:
        raise CannotServe(f"{version} cannot be read: {error.strerror}.") from error
    fcntl.flock(file, fcntl.LOCK_SH)
    if not version.exists():
        raise CannotServe(f"{version} was replaced by a newer one just now. Please start again.")
    return file


def read_metadata(path: Path) -> dict[str, Any]:
    """The operator's settings; a missing file means none. Raises CannotServe for bad YAML."""
    if not path.exists():
        return {}
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CannotServe(f"{path} cannot be read as YAML: {error}") from error
    check_shape(settings, path)
    return settings
