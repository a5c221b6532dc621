"""What cost more than a page to work out, kept for the next who asks, a bounded number of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The `most` things asked for last, by key. To be used from the event loop alone."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[Hashable, T] = OrderedDict()

    def __len__(self) -> int:
        return len(self._things)

    def get(self, key: Hashable) -> T | None:
        """What was put under `key`; None when it is not there, or no longer."""
        if key in self._things:
            self._things.move_to_end(key)
        return self._things.get(key)

    def put(self, key: Hashable, thing: T) -> T:
        self._things[key] = thing
        if len(self._things) > self._most:
            self._things.popitem(last=False)
        return thing
