"""What the portal can say went wrong, always in words meant for the person who reads them."""

from portal.language import quoted


class CannotServe(Exception):
    """The portal cannot start; the message says what is missing or broken and where."""


class QueryError(ValueError):
    """An address asks for something that does not exist; the message says what is allowed."""


def shown(value: str) -> str:
    """`value` as one may repeat it to the reader."""
    return quoted(value if len(value) <= 60 else value[:59] + "…")
