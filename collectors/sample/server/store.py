"""State of the stand-ins: one value for each (account, region), made when first asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_ALL: list[Store[Any]] = []


class Store(Generic[T]):
    """State keyed by (account, region). Hold `lock` while changing it: calls arrive on many threads."""

    def __init__(self, make: Callable[[], T]) -> None:
        self.make = make
        self.lock = threading.RLock()
        self.values: dict[tuple[str, str], T] = {}
        _ALL.append(self)

    def __getitem__(self, scope: tuple[str, str]) -> T:
        """The state of one (account, region)."""
        with self.lock:
            if scope not in self.values:
                self.values[scope] = self.make()
            return self.values[scope]


def forget_everything() -> None:
    """Empties every store, as when the server had just started."""
    for store in _ALL:
        with store.lock:
            store.values.clear()
