"""Answers are compressed where the reader takes it: pages to a fifth, the basemap to a third."""

from asgi_gzip import GZipMiddleware
from datasette import hookimpl

#: Of 9: beyond it a page becomes a hundredth smaller and takes twice as long.
LEVEL = 5


@hookimpl(trylast=True)
def asgi_wrapper():
    return lambda app: GZipMiddleware(app, compresslevel=LEVEL)
