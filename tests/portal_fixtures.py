"""A small published database with difficult records, and the portal over it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from datasette.app import Datasette
from sqlite_utils import Database

from build.cli import main
from build.findings import Findings
from build.load import finish, load_table
from build.normalise import normalise
from build.read import read_table
from build.report import Report
from build.schema import Schema, Table
from build.validate import Context, Record, validate
from portal.app import create_datasette

ROOT = Path(__file__).parent.parent

COPENHAGEN = (55.67594, 12.56553)
LODZ = (51.77058, 19.47395)
NAMES = {
    "dk-cykler": "Cykelværkstedet København",
    "dk-script": "<script>alert(1)</script> & Sønner",
    "dk-formula": '=HYPERLINK("https://example.org")',
    "dk-apostrophe": "'t Kleine Huis",
    "pl-lodz": "Łódzka Spółdzielnia „Pomocna Dłoń”",
    "pl-quotes": 'A "quoted", name;\nin two lines',
    "lt-emoji": "🚲 Dviratis",
    "lt-rtl": "\u202eתרבות Kultūra",
    "lv-plus": "+371 Zvani",
    "ee-minus": "-5 kraadi",
    "ee-percent": "100% tööd_",
    "se-straße": "Straße på Öland",
}


def enterprises() -> Iterator[dict[str, Any]]:
    """Each name in its country; two at one spot, one known to a region only, the rest nowhere."""
    places = {
        "dk-cykler": (*COPENHAGEN, "place"),
        "dk-script": (*COPENHAGEN, "place"),
        "pl-lodz": (*LODZ, "place"),
        "se-straße": (56.7, 16.6, "region"),
    }
    sectors = ("recycling-and-reuse", "arts-and-culture", "retail-and-trade")
    for number, (key, name) in enumerate(NAMES.items()):
        latitude, longitude, precision = places.get(key, (None, None, None))
        point = {"type": "Point", "coordinates": [longitude, latitude]} if latitude else None
        yield {
            "id": key.replace("ß", "ss"),
            "name": name,
            "country": key[:2].upper(),
            "city": {"dk": "København", "pl": "Łódź"}.get(key[:2]),
            "founded": 1990 + number if number % 3 else None,
            "sector": sectors[number % 3],
            "impact_area": "work-integration" if number % 2 else None,
            "summary": f"Summary of {name}",
            "source_url": f"https://example.org/{number}",
            "latitude": latitude,
            "longitude": longitude,
            "precision": precision,
            "geometry": point,
        }


OTHERS: dict[str, list[dict[str, Any]]] = {
    "organisations": [
        {
            "id": "dk-network",
            "name": "Network",
            "country": "DK",
            "kind": "network",
            "offer": ["training", "advice"],
            "source_url": "https://example.org/n",
        }
    ],
    "events": [
        {
            "id": "summit",
            "name": "Summit",
            "start": "2099-05-30",
            "end": "2099-06-01",
            "country": "DK",
            "online": True,
            "organisation": "dk-network",
            "source_url": "https://example.org/s",
        }
    ],
    "articles": [
        {
            "id": "first",
            "title": "The first <b>article</b>",
            "published": "2026-03",
            "publisher": "We",
            "language": "en",
            "topics": ["start-up"],
            "body": "One.\n\nTwo.",
            "source_url": "https://example.org/a",
        }
    ],
}


def publish(folder: Path, records: dict[str, list[dict[str, Any]]]) -> Path:
    """A database like those the build publishes, behind a link."""
    schema = Schema.load(ROOT / "data")
    version = folder / "versions" / "baltic-test.db"
    version.parent.mkdir()
    db = Database(version)
    context = Context(today=date(2026, 11, 24))
    for table in schema.in_dependency_order():
        given = (Record("test", 1, values) for values in records.get(table.name, []))
        load_table(db, table, normalise(table, chain(vocabulary(table, context), given)))
    finish(db, schema)
    Report().store(db)
    db.close()
    link = folder / "baltic.db"
    link.symlink_to(Path("versions") / version.name)
    return link


def vocabulary(table: Table, context: Context) -> Iterator[Record]:
    """The codes of the real vocabularies; nothing of the other tables."""
    if table.key == "code":
        findings = Findings()
        rows = read_table(table, ROOT / "data", findings)
        yield from validate(table, rows, context, findings)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The link to a published database with a dozen difficult enterprises."""
    return publish(
        tmp_path_factory.mktemp("published"), {"enterprises": list(enterprises()), **OTHERS}
    )


@pytest.fixture(scope="session")
def published_empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The link to a published database with vocabularies and no record."""
    return publish(tmp_path_factory.mktemp("empty"), {})


@pytest.fixture(scope="session")
def real_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The link to the database of the network's own records, as the build publishes them."""
    output = tmp_path_factory.mktemp("real") / "baltic.db"
    arguments = ["build", "--data", str(ROOT / "data"), "--output", str(output), "--json"]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return output


@pytest.fixture(scope="session")
def real_portal(real_database: Path) -> Datasette:
    return create_datasette(real_database)


@pytest.fixture(scope="session")
def portal(published: Path) -> Datasette:
    """The portal with limits so low that a dozen records reach them."""
    return create_datasette(
        published, settings={"default_page_size": 4, "max_returned_rows": 5, "num_sql_threads": 1}
    )


@pytest.fixture(scope="session")
def empty_portal(published_empty: Path) -> Datasette:
    return create_datasette(published_empty)
