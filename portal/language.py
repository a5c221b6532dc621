"""The six languages of the pages: texts by gettext, dates and numbers by the Unicode CLDR.

The language of a page is the first part of its path (`/da/…`; English has none), read once by
`plugins/languages.py` into a context variable, so that templates and modules need not pass it on.
Threads that run SQL do not see it: words are put in where pages are made.

Catalogues are the `.po` files in `locales/`, read when first used; there is nothing to compile.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path

from babel.dates import format_date, format_interval, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

LOCALES = Path(__file__).resolve().parent.parent / "locales"
ENGLISH = "en"
#: Code → the language's name in itself; English first, the others as the partners are listed.
LANGUAGES = {
    ENGLISH: "English",
    "da": "Dansk",
    "et": "Eesti",
    "lt": "Lietuvių",
    "lv": "Latviešu",
    "pl": "Polski",
}
#: How each writes dates and numbers; British English, for the day comes first around the Baltic.
_CLDR = {code: code for code in LANGUAGES} | {ENGLISH: "en_GB"}

_current: ContextVar[str] = ContextVar("language", default=ENGLISH)


def language() -> str:
    """Code of the language spoken now."""
    return _current.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak the language `code` inside."""
    token = _current.set(code)
    try:
        yield
    finally:
        _current.reset(token)


@lru_cache
def _translations(code: str) -> NullTranslations:
    path = LOCALES / code / "LC_MESSAGES" / "portal.po"
    if code == ENGLISH or not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return Translations(compiled)


def gettext(message: str) -> str:
    """`message` in the language spoken now; English is the language of the source."""
    return _translations(language()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form of the message that goes with `number`: Polish, Lithuanian, Latvian have three."""
    return _translations(language()).ngettext(singular, plural, number)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a message that is translated later, where it is told."""
    return message


def number(value: float) -> str:
    """`1234.5` as the language writes it: 1,234.5 or 1 234,5."""
    return _number(value, language())


# A list tells more than a hundred numbers, mostly the same ones on every page.
@lru_cache(maxsize=4096)
def _number(value: float, code: str) -> str:
    return str(format_decimal(value, locale=_CLDR[code]))


def quoted(text: str) -> str:
    """`text` in the quotation marks of the language."""
    return gettext("“%(text)s”") % {"text": text}


def either(items: Sequence[str]) -> str:
    """`Denmark, Norway or Sweden`."""
    return str(format_list(items, style="or", locale=_CLDR[language()])) if items else ""


def day(text: str | None) -> str:
    """`2026-11-24` as 24 November 2026; a month or a year alone stays one, anything else too."""
    parts = (text or "").split("-")
    try:
        if len(parts) == 3:
            return format_date(date.fromisoformat(text or ""), "long", locale=_CLDR[language()])
        if len(parts) == 2:
            month = date(int(parts[0]), int(parts[1]), 1)
            return format_skeleton("yMMMM", month, locale=_CLDR[language()])
    except ValueError:
        pass
    return text or ""


def weekday(day: date, width: str = "wide") -> str:
    """Monday, or with the width `short` Mon, as the language abbreviates it."""
    pattern = {"wide": "cccc", "short": "ccc"}[width]
    return format_date(day, pattern, locale=_CLDR[language()])


def period(start: str, end: str | None) -> str:
    """The days of an event: 28–29 September 2022. `start` and `end` are ISO dates."""
    if not end or end == start:
        return day(start)
    try:
        first, last = date.fromisoformat(start), date.fromisoformat(end)
    except ValueError:
        return f"{day(start)} – {day(end)}"
    return str(format_interval(first, last, "yMMMMd", locale=_CLDR[language()]))
