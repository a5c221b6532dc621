"""A time zone as a calendar describes it (VTIMEZONE, RFC 5545 section 3.6.5).

Written here, for that of icalendar 7.3 is not right for all readers: it tells the beginning of
summer time in the new time where the RFC wants the old, an hour late, and lists changes one by one
(RDATE), where Outlook reads yearly rules alone ([MS-STANOICAL] 2.2.47).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

#: Changes are looked for no further back or ahead. What holds in the last year holds from then on.
FIRST_YEAR, LAST_YEAR = 1900, 2040
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: No zone changes its clocks twice within it.
_STEP = timedelta(days=7)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class _Change:
    """A change of the clocks, at the old clock's time `onset`."""

    onset: datetime
    offset_from: timedelta
    offset_to: timedelta
    name: str
    is_summer: bool

    @property
    def kind(self) -> tuple[object, ...]:
        """What changes of one yearly rule have in common, but for the week."""
        onset = self.onset
        return (self.offset_from, self.offset_to, self.name, self.is_summer, onset.month,
                onset.weekday(), onset.time())  # fmt: skip

    @property
    def weeks(self) -> set[int]:
        """Which one of its weekday in the month it is, counted from the front or the last (-1)."""
        is_last = (self.onset + timedelta(days=7)).month != self.onset.month
        return {(self.onset.day + 6) // 7} | ({-1} if is_last else set())


@lru_cache(maxsize=256)
def vtimezone(name: str, first: int, last: int) -> Timezone:
    """The zone of that IANA name, right for events in the years `first` to `last`.

    To be looked at only: it is kept. Raises what ZoneInfo raises for a name that it does not know.
    """
    zone = ZoneInfo(name)
    # From a year before, so that a change of the rule's precedes the first event.
    begin = min(max(first - 1, FIRST_YEAR), LAST_YEAR - 2)
    end = min(max(last, begin) + 1, LAST_YEAR)
    start = datetime(begin, 1, 1, tzinfo=UTC).astimezone(zone)
    changes = list(_changes(start, datetime(end, 12, 31, tzinfo=UTC)))
    component = Timezone()
    component.add("TZID", name)
    if not changes or changes[0].onset.year > begin:
        component.add_component(_observance(_beginning(start)))
    for group in _grouped(changes):
        week = set.intersection(*(change.weeks for change in group))
        years = [change.onset.year for change in group]
        if week and years == list(range(years[0], end + 1)):
            component.add_component(_observance(group[0], week=min(week)))
        else:
            for change in group:
                component.add_component(_observance(change))
    return component


def _changes(start: datetime, end: datetime) -> Iterator[_Change]:
    """All changes of the clocks after `start`, which is in the zone, up to `end`."""
    zone, steps = start.tzinfo, -((start - end) // _STEP)
    moments = (start.astimezone(UTC) + step * _STEP for step in range(steps + 1))
    for earlier, later in pairwise(moment.astimezone(zone) for moment in moments):
        if _told(earlier) != _told(later):
            yield _change(earlier, later)


def _change(earlier: datetime, later: datetime) -> _Change:
    """The one change between two moments of a zone."""
    zone, low, high = earlier.tzinfo, earlier.astimezone(UTC), later.astimezone(UTC)
    while high - low > _SECOND:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if _told(middle.astimezone(zone)) == _told(earlier):
            low = middle
        else:
            high = middle
    offset_from, (offset_to, name, is_summer) = _told(earlier)[0], _told(high.astimezone(zone))
    onset = high.replace(tzinfo=None) + offset_from
    return _Change(onset, offset_from, offset_to, name, is_summer)


def _told(moment: datetime) -> tuple[timedelta, str, bool]:
    """Offset from UTC, what the time is called, and whether it is summer time."""
    offset = moment.utcoffset() or timedelta()
    return offset, moment.tzname() or "", (moment.dst() or timedelta()) > timedelta()


def _beginning(start: datetime) -> _Change:
    """What holds from `start` on, as a change from itself."""
    offset, name, is_summer = _told(start)
    return _Change(start.replace(tzinfo=None), offset, offset, name, is_summer)


def _grouped(changes: Iterable[_Change]) -> list[list[_Change]]:
    groups: dict[object, list[_Change]] = {}
    for change in changes:
        groups.setdefault(change.kind, []).append(change)
    return list(groups.values())


def _observance(change: _Change, week: int | None = None) -> TimezoneStandard | TimezoneDaylight:
    """One change; with `week` that of every year from then on."""
    part = TimezoneDaylight() if change.is_summer else TimezoneStandard()
    part.add("DTSTART", change.onset)
    part.add("TZOFFSETFROM", change.offset_from)
    part.add("TZOFFSETTO", change.offset_to)
    part.add("TZNAME", change.name)
    if week:
        day = f"{week}{_WEEKDAYS[change.onset.weekday()]}"
        part.add("RRULE", {"FREQ": "YEARLY", "BYMONTH": change.onset.month, "BYDAY": day})
    return part
