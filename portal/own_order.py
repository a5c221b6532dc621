"""The order of a page's list where no column tells it: what one can still take part in first, and
parts after what they are parts of.

Machine formats keep the order of one column, by which they find their next page.
"""

from __future__ import annotations

from portal.catalogue import Table
from portal.language import N_
from portal.record import PART_OF

#: When an event is over.
LAST_DAY = 'coalesce("end", "start")'
#: How open a programme is, the most open first: a deadline to come, always open, every year (also
#: when the deadline of this year's round has passed), not known, closed.
OPENNESS = """
    case
        when status = 'closed' then 4
        when deadline >= :today then 0
        when status = 'open-ended' then 1
        when status = 'annual' then 2
        when deadline < :today then 4
        else 3
    end"""
_NEXT_DEADLINE = "case when deadline >= :today then deadline end"


def own_order(table: Table) -> tuple[str, str] | None:
    """SQL to order by, with the parameter `today` (an ISO date), and what it is called."""
    if table.has_days:
        coming = f"{LAST_DAY} >= :today"
        return f"not {coming}, case when {coming} then start end, start desc", N_("Coming first")
    if table.columns.keys() >= {"status", "deadline"}:
        return f"{OPENNESS}, {_NEXT_DEADLINE} is null, {_NEXT_DEADLINE}", N_("Open ones first")
    if PART_OF in table.columns:
        whole = f"""
            select alphabet_position from "{table.name}_order" join "{table.name}" as whole
            on record_rowid = whole.rowid where whole.id = "{table.name}".{PART_OF}
            """  # noqa: S608 - names come from the schema
        by = f"coalesce(({whole}), alphabet_position), {PART_OF} is not null, position"
        return by, N_("By name, parts in their order")
    return None
