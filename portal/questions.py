"""How pages that ask by a form, and are no list of one table, read their query string.

What may be asked for is said as a table whose columns have the codes one may choose.
"""

from __future__ import annotations

from urllib.parse import unquote_plus

from portal.catalogue import Table
from portal.errors import QueryError, shown
from portal.language import gettext as _
from portal.query import Selection, parse


def read(query: str, question: Table, *, text: str = "") -> Selection:
    """Read the query string of a page. Raises QueryError, and nothing else.

    A field without a value is one in which nothing was typed or chosen. `text` is the parameter of
    the words to search for, where the page takes any.
    """
    allowed = [*filter(None, [text]), *question.columns]
    kept, texts = [], 0
    for pair in filter(None, query.split("&")):
        key, _equals, value = pair.partition("=")
        if key not in allowed:
            words = _("There is no parameter %(key)s. There are %(allowed)s.")
            raise QueryError(
                words % {"key": shown(unquote_plus(key)), "allowed": ", ".join(allowed)}
            )
        texts += key == text
        if unquote_plus(value).strip():
            kept.append(f"_search={value}" if key == text else pair)
    if texts > 1:
        words = _("%(key)s is given %(count)s times. Give it once.")
        raise QueryError(words % {"key": text, "count": texts})
    return parse("&".join(kept), question)
