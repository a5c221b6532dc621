"""A page of ours that took too long says so in words; it is no error of the reader's."""

from datasette import hookimpl

from portal.answers import refusal, took_too_long
from portal.language import gettext as _


@hookimpl
def handle_exception(datasette, request, exception):
    if not took_too_long(exception):
        return None
    words = _("The answer took too long to work out. Please narrow the choice, or try again later.")
    page = "." not in request.path.rpartition("/")[2]
    return lambda: refusal(datasette, words, status=503, page=page)
