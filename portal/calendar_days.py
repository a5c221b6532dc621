"""Which day it is, for what is to come and what is past."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

#: The clock of most of the network's countries. An hour more or less in the others decides nothing.
CLOCK = ZoneInfo("Europe/Warsaw")


def today() -> date:
    """The day it is in the middle of the region."""
    return datetime.now(CLOCK).date()


def city_of(zone: str) -> str:
    """The city by which an IANA time zone is named: `Europe/Riga` is Riga's."""
    return zone.rpartition("/")[2].replace("_", " ")


def is_past(values: dict[str, Any]) -> bool:
    """Whether an event, a row by column names, is over; false of what has no days."""
    last = values.get("end") or values.get("start")
    return bool(last) and str(last) < today().isoformat()
