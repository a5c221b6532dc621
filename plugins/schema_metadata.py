"""Give Datasette the words of the published schema as its metadata, when it starts."""

from datasette import hookimpl

from portal import compat
from portal.catalogue import catalogue
from portal.metadata import merged


@hookimpl
def startup(datasette):
    known = catalogue(datasette)
    if known:
        compat.set_metadata(datasette, merged(known, compat.metadata(datasette)))
