"""A page of ours that took too long says so in words; it is no error of the reader's."""

import sqlite3

from datasette import hookimpl

from portal.answers import refusal
from portal.language import gettext as _


@hookimpl
def handle_exception(datasette, request, exception):
    if not isinstance(exception, sqlite3.OperationalError) or str(exception) != "interrupted":
        return None
    words = _("The answer took too long to work out. Please narrow the choice, or try again later.")
    page = "." not in request.path.rpartition("/")[2]
    return lambda: refusal(datasette, words, status=503, page=page)
