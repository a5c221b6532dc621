"""The network behind the directory: its own host, and the codes of work across countries."""

from __future__ import annotations

from urllib.parse import urlsplit

from portal.catalogue import Catalogue

#: Codes of `country` that stand for work across countries, and are no place one could go to.
ACROSS = ("EU", "INT")


def host(known: Catalogue) -> str:
    """The host of the data package's homepage, by which names of records are told from all others
    in the world, on whatever server the portal runs; one that cannot exist where it has none.
    """
    homepage = str(known.descriptor.get("homepage") or "")
    return urlsplit(homepage).hostname or "homepage.invalid"
