"""What one scope asks for all scopes of a run: a query takes minutes, and costs once."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """A value that the first thread makes and the others wait for; what goes wrong in making it is raised to each, and not tried again.

    Has a lock of its own: under that of Run.once all other collectors would wait too.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: list[T] = []
        self._error: BaseException | None = None

    def get(self, make: Callable[[], T]) -> T:
        """The value."""
        with self._lock:
            if self._error:
                raise self._error
            if not self._made:
                try:
                    self._made.append(make())
                except BaseException as error:
                    self._error = error
                    raise
            return self._made[0]
