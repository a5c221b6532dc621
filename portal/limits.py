"""How long the database may work on one answer, so that none holds up the others."""

from __future__ import annotations

#: In ms, for a list, a view of the map, a drawing. Of 500,000 records they take a tenth to a third.
TIME_LIMIT_MS = 5_000
