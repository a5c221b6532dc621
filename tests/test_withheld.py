"""Tables kept from the public by the operator: no page of another one tells of their records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from datasette.app import Datasette

from portal.app import create_datasette
from tests.portal_fixtures import ROOT, publish

SOURCE = {"source_url": "https://example.org"}
RECORDS: dict[str, list[dict[str, Any]]] = {
    "enterprises": [
        {"id": "dk-e", "name": "SECRET enterprise", "country": "DK", "sector": "retail-and-trade",
         "seeks": ["experience"], **SOURCE},
    ],
    "organisations": [
        {"id": "dk-o", "name": "SECRET organisation", "country": "DK", "kind": "network", **SOURCE},
        {"id": "lt-o", "name": "SECRET other", "country": "LT", "kind": "network",
         "offers": ["experience"], **SOURCE},
    ],
    "programmes": [
        {"id": "dk-p", "name": "SECRET programme", "country": "DK", "kind": "grant",
         "status": "annual", "organisation": "dk-o", **SOURCE},
    ],
    "events": [
        {"id": "ev", "name": "SECRET event", "start": "2099-01-01", "country": "DK",
         "online": False, "organisation": "dk-o", "themes": ["finance"], **SOURCE},
    ],
    "library": [
        {"id": "li", "title": "SECRET item", "kind": "course", "url": "https://example.org/x",
         "themes": ["finance"], "organisation": "dk-o", **SOURCE},
    ],
    "articles": [
        {"id": "ar", "title": "SECRET article", "published": "2026-03", "publisher": "P",
         "language": "en", "themes": ["finance"], "organisations": ["dk-o"],
         "enterprises": ["dk-e"], **SOURCE},
    ],
}  # fmt: skip
PAGES = [
    "/", "/da/", "/search?q=secret", "/search?q=finance", "/suggest?q=secret", "/sitemap.xml",
    "/countries", "/countries/dk", "/countries/compare?country=DK&country=LT",
    "/support", "/support?country=DK", "/partners", "/partners?code=experience",
    "/baltic/enterprises/dk-e", "/baltic/organisations/dk-o", "/baltic/organisations/lt-o",
    "/baltic/programmes/dk-p", "/baltic/events/ev", "/baltic/library/li", "/baltic/articles/ar",
    "/baltic/events?organisation=dk-o", "/baltic/articles?organisations=dk-o",
    "/baltic/articles?enterprises=dk-e", "/baltic/events?_view=table",
    "/baltic/events.json?_labels=on", "/baltic/events?_facet=organisation",
    "/baltic/events.atom", "/baltic/articles.atom", "/baltic/events.ics",
]  # fmt: skip


def name_of(table: str, records: list[dict[str, Any]]) -> list[str]:
    return [str(record.get("name") or record.get("title")) for record in records]


def without(folder: Path, table: str) -> Datasette:
    """The portal of an operator who keeps one table back."""
    words = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
    words["databases"]["baltic"]["tables"][table]["allow"] = False
    settings = folder / "metadata.yml"
    settings.write_text(yaml.safe_dump(words), encoding="utf-8")
    return create_datasette(publish(folder, RECORDS), metadata=settings)


@pytest.mark.parametrize("table", list(RECORDS))
async def test_nothing_of_a_withheld_table_stands_on_any_page(tmp_path: Path, table: str) -> None:
    portal = without(tmp_path, table)
    secrets = name_of(table, RECORDS[table])
    for path in PAGES:
        response = await portal.client.get(path)
        assert response.status_code in (200, 403, 404), path
        assert [secret for secret in secrets if secret in response.text] == [], path


async def test_what_is_not_withheld_stands_there(tmp_path: Path) -> None:
    """So that the test above looks where names are."""
    portal = create_datasette(publish(tmp_path, RECORDS))
    seen = [(await portal.client.get(path)).text for path in PAGES]
    for table, records in RECORDS.items():
        for name in name_of(table, records):
            assert sum(name in text for text in seen) > 2, (table, name)
