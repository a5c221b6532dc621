"""Addresses as browsers make them from a form, turned into the addresses we keep.

Links that went through a newsletter or a social network carry marks of theirs, which mean nothing
here. A GET form sends every field, also the empty ones, and Datasette's filter form sends column,
operator and value apart (`_filter_column_1=…`). Pages therefore redirect to the tidy address;
machine formats take only the tidy one, for there an empty filter is a mistake.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode

_PART = re.compile(r"_filter_(column|op|value)(_\d+)?")
#: What others hang onto links to count clicks.
_TRACKING = re.compile(
    r"utm_\w+|[a-z]*clid|gbraid|wbraid|li_fat_id|igshid|msclkid|mc_[ce]id|_hs(enc|mi)|mkt_tok|"
    r"(matomo|mtm|pk)_\w+"
)
#: How the order is chosen from one list: `-founded` falls.
_FALLING = re.compile("-[a-z_]+")
_MAY_BE_EMPTY = ("_search", "_sort", "_sort_desc")


def untracked(query: str) -> str | None:
    """The query string without the marks of those who count clicks; None when it has none."""
    pairs = query.split("&")
    kept = [pair for pair in pairs if not _TRACKING.fullmatch(pair.partition("=")[0].lower())]
    return None if kept == pairs else "&".join(kept)


def tidy(query: str) -> str | None:
    """The query string this form meant, or None when there is nothing to tidy."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError:
        return None
    kept: list[tuple[str, str]] = []
    parts: dict[str, dict[str, str]] = {}
    for key, value in pairs:
        match = _PART.fullmatch(key)
        if match:
            parts.setdefault(match[2] or "", {})[match[1]] = value
        elif key == "_sort" and _FALLING.fullmatch(value):
            kept.append(("_sort_desc", value[1:]))
        elif key != "_sort_by_desc" and (value or key not in _MAY_BE_EMPTY):
            kept.append((key, value))
    if any(key == "_sort_by_desc" for key, _ in pairs):
        kept = [("_sort_desc" if key == "_sort" else key, value) for key, value in kept]
    kept += [_condition(part) for part in parts.values() if part.get("column")]
    return None if kept == pairs else urlencode(kept)


def _condition(part: dict[str, str]) -> tuple[str, str]:
    operator, _, fixed_value = part.get("op", "").partition("__")
    key = part["column"] if operator in ("", "exact") else f"{part['column']}__{operator}"
    return key, fixed_value or part.get("value", "")
