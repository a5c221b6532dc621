"""Bring `locales/` up to date: `python -m build.assets.messages`.

The maintainer's script, run when a text of the pages, a title or a description of the schema was
added or changed. It collects all texts, adds the new ones to each language's `portal.po` with an
empty translation, takes out those that are gone, and says what is to be translated. Translations
are never guessed from similar texts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from build.load import SOURCES
from build.report import ISSUE_COLUMNS, REPORT_COLUMNS
from portal.catalogue import title_of
from portal.language import ENGLISH, LANGUAGES, LOCALES

ROOT = Path(__file__).resolve().parents[2]

_METHODS = [
    ("portal/**.py", "python"),
    ("plugins/**.py", "python"),
    ("templates/**.html", "jinja2.ext:babel_extract"),
]
_OPTIONS = {"templates/**.html": {"newstyle_gettext": "true", "silent": "false"}}
#: Vocabularies whose definitions pages show.
_DEFINED = ("collaborations", "event_statuses", "needs", "precisions", "stages")
_KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}


def template() -> Catalog:
    """All texts that are translated, with the files they stand in."""
    catalogue = Catalog(fuzzy=False)
    found = extract_from_dir(
        str(ROOT),
        method_map=_METHODS,
        options_map=_OPTIONS,
        keywords=_KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
        directory_filter=lambda folder: Path(folder).name not in (".venv", ".git", "versions"),
    )
    for file, _line, message, comments, context in found:
        catalogue.add(message, None, [(file, 0)], auto_comments=comments, context=context)
    for file, text in sorted(set(_texts_of_data())):
        catalogue.add(text, None, [(file, 0)])
    return catalogue


def _texts_of_data() -> Iterator[tuple[str, str]]:
    """Words of the schema, what some codes mean, and the operator's words."""
    schema = yaml.safe_load((ROOT / "data" / "datapackage.yml").read_text(encoding="utf-8"))
    for resource in schema["resources"]:
        for described in (resource, *resource["schema"]["fields"]):
            for key in ("title", "description", "unit"):
                if described.get(key):
                    yield "data/datapackage.yml", described[key].strip()
    for name in sorted({*SOURCES, *REPORT_COLUMNS, *ISSUE_COLUMNS}):
        yield "build/report.py", title_of(name)
    for name in _DEFINED:
        path = f"data/vocabularies/{name}.csv"
        with (ROOT / path).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield path, row["definition"]
    settings = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
    for words in (settings, *settings["databases"]["baltic"]["tables"].values()):
        for key in ("title", "description"):
            if words.get(key):
                yield "metadata.yml", words[key].strip()


def catalogue(code: str) -> Catalog:
    """The translations into one language."""
    with path(code).open("rb") as file:
        return read_po(file, locale=code)


def path(code: str) -> Path:
    return LOCALES / code / "LC_MESSAGES" / "portal.po"


def untranslated(translations: Catalog) -> list[Any]:
    """Texts without a translation, or with one of their plural forms missing."""
    return [
        message.id
        for message in translations
        if message.id
        and not all(
            message.string if isinstance(message.string, list | tuple) else [message.string]
        )
    ]


def _head(translations: Catalog, code: str) -> None:
    """A head that says what it must and does not change by itself."""
    translations.header_comment = f"# {LANGUAGES[code]}: texts of the portal's pages."
    translations.project, translations.version = "baltic-social-enterprise-portal", "1"
    translations.creation_date = translations.revision_date = datetime(2026, 11, 25, tzinfo=UTC)
    translations.last_translator = translations.language_team = "the network's editors"
    translations.msgid_bugs_address = "see CONTRIBUTING.md"
    translations.fuzzy = False


@click.command()
def main() -> None:
    """Update all languages."""
    texts = template()
    for code in LANGUAGES:
        if code == ENGLISH:
            continue
        path(code).parent.mkdir(parents=True, exist_ok=True)
        translations = catalogue(code) if path(code).exists() else Catalog(locale=code)
        translations.update(texts, no_fuzzy_matching=True, update_creation_date=False)
        translations.obsolete.clear()
        _head(translations, code)
        with path(code).open("wb") as file:
            write_po(file, translations, width=100, include_lineno=False, sort_output=True)
        missing = untranslated(translations)
        click.echo(f"{code}: {len(translations)} texts, {len(missing)} to translate")


if __name__ == "__main__":
    main()
