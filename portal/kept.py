"""What cost more than a page to work out, kept for the next who asks, a bounded amount of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


def _one(thing: object) -> int:
    return 1


class Kept(Generic[T]):
    """The things asked for last, by key, that together weigh at most `most`.

    Each weighs one unless `weight` says how much: bytes, for things of many sizes. To be used from
    the event loop alone, not within a database's thread.
    """

    def __init__(self, most: int, weight: Callable[[T], int] = _one) -> None:
        self._most = most
        self._weight = weight
        self._weighs = 0
        self._things: OrderedDict[Hashable, T] = OrderedDict()

    def __len__(self) -> int:
        return len(self._things)

    def get(self, key: Hashable) -> T | None:
        """What was put under `key`; None when it is not there, or no longer."""
        if key in self._things:
            self._things.move_to_end(key)
        return self._things.get(key)

    def put(self, key: Hashable, thing: T) -> T:
        """Keep `thing`, which is returned, in place of what was under `key`."""
        if key in self._things:
            self._weighs -= self._weight(self._things.pop(key))
        self._things[key] = thing
        self._weighs += self._weight(thing)
        while self._weighs > self._most:
            _, oldest = self._things.popitem(last=False)
            self._weighs -= self._weight(oldest)
        return thing
