"""What the portal can say went wrong, always in words meant for the person who reads them."""

from portal.language import quoted


class CannotServe(Exception):
    """The portal cannot start; the message says what is missing or broken and where."""


class QueryError(ValueError):
    """An address asks for something that does not exist; the message says what is allowed."""


#: Longest value that is repeated whole.
_LONGEST = 60


def shortened(value: str) -> str:
    """`value`, or its beginning where it is too long to be read."""
    return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"


def shown(value: str) -> str:
    """`value` as one may repeat it to the reader."""
    return quoted(shortened(value))
