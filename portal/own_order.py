"""The order of a page's list where no column tells it: what one can still take part in first, and
parts after what they are parts of.

Machine formats keep the order of one column, by which they find their next page.
"""

from __future__ import annotations

import re
from datetime import date

from portal.catalogue import Table
from portal.language import N_
from portal.record import PART_OF

#: When an event is over.
LAST_DAY = 'coalesce("end", "start")'
#: A period that is nothing but years, `2016`, `2015–2017` or `2022, 2024`: in words and in SQL,
#: where such a period becomes an array of whole numbers. One that goes on, `2016-`, is none.
_YEARS = re.compile(r"[1-9][0-9]{3}( *[-–,] *[1-9][0-9]{3})*")
_YEARS_SQL = "'[' || replace(replace(period, '–', ','), '-', ',') || ']'"
_HAS_RUN = f"""
    case when json_valid({_YEARS_SQL}) then (
        select min(type = 'integer' and value between 1000 and 9999)
            and max(value) < cast(substr(:today, 1, 4) as integer)
        from json_each({_YEARS_SQL})
    ) end"""  # noqa: S608 - nothing but constants
#: How open a programme is, the most open first: a deadline to come, always open, every year (also
#: when the deadline of this year's round has passed), not known, closed or over. Over is what is
#: not known to be closed, and of which only past years are told.
OPENNESS = f"""
    case
        when status = 'closed' then 4
        when deadline >= :today then 0
        when status = 'open-ended' then 1
        when status = 'annual' then 2
        when deadline < :today then 4
        when {_HAS_RUN} then 4
        else 3
    end"""
_NEXT_DEADLINE = "case when deadline >= :today then deadline end"


def own_order(table: Table) -> tuple[str, str] | None:
    """SQL to order by, with the parameter `today` (an ISO date), and what it is called."""
    if table.has_days:
        coming = f"{LAST_DAY} >= :today"
        return f"not {coming}, case when {coming} then start end, start desc", N_("Coming first")
    if table.columns.keys() >= {"status", "deadline", "period"}:
        return f"{OPENNESS}, {_NEXT_DEADLINE} is null, {_NEXT_DEADLINE}", N_("Open ones first")
    if PART_OF in table.columns:
        whole = f"""
            select alphabet_position from "{table.name}_order" join "{table.name}" as whole
            on record_rowid = whole.rowid where whole.id = "{table.name}".{PART_OF}
            """  # noqa: S608 - names come from the schema
        by = f"coalesce(({whole}), alphabet_position), {PART_OF} is not null, position"
        return by, N_("By name, parts in their order")
    return None


def years_run(period: str | None, on: date) -> str | None:
    """The years in which a programme ran, `2015–2017`, where its period is nothing but years and
    the last of them has passed on the day `on`; None where not.
    """
    period = (period or "").strip(" ")
    if not _YEARS.fullmatch(period) or max(map(int, re.findall("[0-9]+", period))) >= on.year:
        return None
    return re.sub(" *[-–] *", "–", period)
