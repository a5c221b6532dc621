"""Nominatim through geopy, for operators who opt in: slow, polite, and never asked twice.

The rules are those of https://operations.osmfoundation.org/policies/nominatim/: one request a
second at most, a user agent that names the operator, results cached.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geopy.adapters import URLLibAdapter
from geopy.exc import GeocoderQueryError, GeocoderRateLimited, GeocoderServiceError
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders import Nominatim

from build.geocode.countries import COUNTRIES, country_code
from build.geocode.placement import Placement, PlaceQuery

NAME = "nominatim"

#: Seconds between requests (usage policy) and before a first retry; then twice as long each time.
INTERVAL_S, BACKOFF_S = 1.0, 5.0
#: Longest wait that a server may ask for with Retry-After before it counts as refusing (s).
LONGEST_WAIT_S = 300.0
RETRIES = 3
#: Queries failing one after the other before the service is left alone for the rest of the run.
FAILURES = 3

#: Kind of Nominatim's `addresstype` → precision; what is not here is a place.
_PRECISION = {
    "house": "address", "building": "address", "road": "address", "amenity": "address",
    "shop": "address", "office": "address", "craft": "address", "postcode": "postcode",
    "island": "region", "municipality": "region", "county": "region", "state": "region",
    "region": "region", "state_district": "region", "province": "region", "country": "country",
}  # fmt: skip

#: Called with a query's text, the requests made so far, and what became of it.
Progress = Callable[[str, int, str], None]

_SCHEMA = "CREATE TABLE IF NOT EXISTS answer(question TEXT PRIMARY KEY, answer TEXT, asked_on TEXT)"


class PoliteNominatim:
    """Places queries by Nominatim, remembering every answer, "nothing found" too, for ever.

    The cache file makes a killed run resumable: what was answered is not asked again. Results
    outside the stated country are not accepted. After repeated failures the service is left
    alone and the remaining queries stay unresolved with that reason; nothing is raised.
    """

    def __init__(
        self,
        cache: Path,
        user_agent: str,
        *,
        domain: str = "nominatim.openstreetmap.org",
        scheme: str = "https",
        timeout: float = 10.0,
        interval: float = INTERVAL_S,
        backoff: float = BACKOFF_S,
        progress: Progress | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`user_agent` must say who asks and hold an address to write to; times are seconds.

        `domain` and `scheme` point to an own instance, where `interval` may be shorter. Raises
        `ValueError` without a contact, `sqlite3.Error` when the cache cannot be opened.
        """
        if "@" not in user_agent and "://" not in user_agent:
            raise ValueError("Nominatim's user agent must hold an e-mail or web address of yours")
        service = Nominatim(  # type: ignore[no-untyped-call]
            user_agent=user_agent,
            domain=domain,
            scheme=scheme,
            timeout=timeout,
            # The other adapter repeats requests by itself, past the limit.
            adapter_factory=URLLibAdapter,
        )
        self._ask = RateLimiter(  # type: ignore[no-untyped-call]
            service.geocode, min_delay_seconds=interval, max_retries=0,
            error_wait_seconds=interval, swallow_exceptions=False,
        )  # fmt: skip
        self._backoff, self._sleep, self._progress = backoff, sleep, progress
        self._db = sqlite3.connect(cache, isolation_level=None)
        self._db.execute(_SCHEMA)
        self._failures = self._requests = 0

    def place(self, query: PlaceQuery) -> Placement:
        """Return where Nominatim puts the query, or why it does not."""
        country = country_code(query.country)
        question = _question(query, country)
        if question is None:
            return _unresolved("Nominatim was not asked, for want of a country and a place.")
        answer = self._remembered(question)
        if answer is None:
            if self._failures >= FAILURES:
                return _unresolved("Nominatim was not asked, as it failed repeatedly before.")
            try:
                answer = self._fetch(question)
            except GeocoderServiceError as error:
                self._failures += 1
                self._report(question, f"failed: {error}")
                return _unresolved("Nominatim did not answer; a later build asks again.")
            self._failures = 0
            self._remember(question, answer)
            self._report(question, "found" if answer else "not found")
        return _placement(answer, country or "")

    def close(self) -> None:
        """Close the cache."""
        self._db.close()

    def _fetch(self, question: str) -> list[dict[str, Any]]:
        """Ask, and again after errors, waiting ever longer or as long as the server says."""
        wait = self._backoff
        for left in range(RETRIES, -1, -1):
            try:
                self._requests += 1
                found = self._ask(
                    json.loads(question), exactly_one=False, limit=3, addressdetails=True
                )
                return [location.raw for location in found or ()]
            except GeocoderQueryError:
                raise
            except GeocoderServiceError as error:
                pause = wait
                if isinstance(error, GeocoderRateLimited) and error.retry_after:
                    pause = max(wait, float(error.retry_after))
                if not left or pause > LONGEST_WAIT_S:
                    raise
                self._sleep(pause)
                wait *= 2
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise GeocoderServiceError(f"unreadable answer: {error}") from error
        raise AssertionError("the last try returns or raises")

    def _remembered(self, question: str) -> list[dict[str, Any]] | None:
        row = self._db.execute("SELECT answer FROM answer WHERE question = ?", (question,))
        found = row.fetchone()
        return json.loads(found[0]) if found else None

    def _remember(self, question: str, answer: list[dict[str, Any]]) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO answer VALUES (?, ?, date())", (question, json.dumps(answer))
        )

    def _report(self, question: str, outcome: str) -> None:
        if self._progress:
            self._progress(question, self._requests, outcome)


def _question(query: PlaceQuery, country: str | None) -> str | None:
    """The structured request for a query, as JSON with sorted keys; None if it says too little."""
    if not country or not (query.city or query.postcode) or query.is_too_long:
        return None
    parts = {
        "street": query.address, "city": query.city, "postalcode": query.postcode,
        "country": COUNTRIES[country],
    }  # fmt: skip
    kept = {key: " ".join(part.split()) for key, part in parts.items() if part.strip()}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False)


def _placement(answer: list[dict[str, Any]], country: str) -> Placement:
    for result in answer:
        if not isinstance(result, dict):
            continue
        address = result.get("address")
        stated = address.get("country_code", "") if isinstance(address, dict) else ""
        try:
            latitude, longitude = float(result["lat"]), float(result["lon"])
            importance = float(result.get("importance") or 0)
        except (KeyError, TypeError, ValueError):
            continue
        on_earth = abs(latitude) <= 90 and abs(longitude) <= 180  # not so of `nan` either
        if not on_earth or country_code(str(stated)) != country:
            continue
        precision = _PRECISION.get(str(result.get("addresstype")), "place")
        if precision == "country":
            continue
        return Placement(
            latitude, longitude, precision, round(min(0.9, 0.6 + importance / 2), 2),
            str(result.get("display_name", "")), None, "By Nominatim (OpenStreetMap).", NAME,
        )  # fmt: skip
    where = COUNTRIES[country] if country else "the country"
    return _unresolved(f"Nominatim knows no such place in {where}.")


def _unresolved(note: str) -> Placement:
    return Placement(note=note, geocoder=NAME)
