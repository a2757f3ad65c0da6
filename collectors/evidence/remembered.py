"""What was seen before: eventIDs by the hour of the event, and log files. As 64-bit hashes in sorted arrays."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

MOST_IDS = 40_000_000
"""Hashes held at a time, 320 MB. Beyond it the oldest hours are forgotten, and that is told."""


class Ids:
    """eventIDs that were counted, by the event's hour (hours since 1970)."""

    def __init__(self, remembered: Iterable[tuple[int, bytes]] = ()) -> None:
        self.forgotten: int | None = None
        """The newest hour that was forgotten for want of memory."""
        self._runs: dict[int, list[Any]] = {}
        self._count = 0
        for hour, hashes in remembered:
            self._put(hour, np.sort(np.frombuffer(hashes, "<u8").astype(np.uint64)))

    def new(self, hours: Any, hashes: Any) -> Any:
        """For each record whether it is counted now for the first time; from now on it is remembered."""
        fresh = np.zeros(len(hashes), bool)
        for hour in np.unique(hours).tolist():
            where = np.flatnonzero(hours == hour)
            unique, first = np.unique(hashes[where], return_index=True)
            unseen = np.ones(len(unique), bool)
            for run in self._runs.get(hour, ()):
                at = np.minimum(np.searchsorted(run, unique), len(run) - 1)
                unseen &= run[at] != unique
            fresh[where[first[unseen]]] = True
            self._put(hour, unique[unseen])
        return fresh

    def since(self, hour: int) -> list[tuple[int, bytes, int]]:
        """(hour, hashes, how many) from this hour on: what the next run must remember."""
        kept = [one for one in sorted(self._runs) if one >= hour]
        joined = ((one, np.sort(np.concatenate(self._runs[one]))) for one in kept)
        return [(one, hashes.astype("<u8").tobytes(), len(hashes)) for one, hashes in joined]

    def _put(self, hour: int, run: Any) -> None:
        """Runs are merged as they grow, so that an hour has few of them."""
        if not len(run):
            return
        self._count += len(run)
        runs = self._runs.setdefault(hour, [])
        runs.append(run)
        while len(runs) > 1 and len(runs[-2]) < 4 * len(runs[-1]):
            runs[-2:] = [np.sort(np.concatenate(runs[-2:]))]
        while self._count > MOST_IDS and len(self._runs) > 1:
            oldest = min(self._runs)
            self._count -= sum(map(len, self._runs.pop(oldest)))
            self.forgotten = max(oldest, self.forgotten or oldest)


def hashes_of(ids: Sequence[str]) -> Any:
    """64-bit hashes of eventIDs, the same in every process and run; ids are told apart by their first 40 characters."""
    fit = [each if len(each) <= 40 and each.isascii() else _digest(each) for each in ids]
    words = (
        np.array(fit, "S40").view("<u8").astype(np.uint64).reshape(-1, 5)
        if fit
        else np.zeros((0, 5), np.uint64)
    )
    mixed = np.full(len(words), 0x9E3779B97F4A7C15, np.uint64)
    for column in range(5):
        mixed = (mixed ^ words[:, column]) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(32))


def _digest(text: str) -> str:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=20).hexdigest()


def fingerprint(location: str, version: str) -> int:
    """What tells a file, as it is now, from all others."""
    return int.from_bytes(blake2b(f"{location}\n{version}".encode(), digest_size=8).digest(), "little")


class Files:
    """Fingerprints of the files that were read, each with the day (since 1970) when it was last there; 0: in the last listing."""

    def __init__(self) -> None:
        self._old = np.zeros(0, np.uint64)
        self._day = np.zeros(0, np.int64)
        self._met = np.zeros(0, bool)
        self._new: set[int] = set()

    def remember(self, hashes: bytes, day: int = 0) -> None:
        """Those of the last run."""
        more = np.frombuffer(hashes, "<u8").astype(np.uint64)
        self._old, first = np.unique(np.r_[self._old, more], return_index=True)
        self._day = np.r_[self._day, np.full(len(more), day)][first]
        self._met = np.zeros(len(self._old), bool)

    def __contains__(self, file: int) -> bool:
        at = int(np.searchsorted(self._old, np.uint64(file)))
        if at < len(self._old) and int(self._old[at]) == file:
            self._met[at] = True
            return True
        return file in self._new

    def add(self, file: int) -> None:
        """It was read."""
        self._new.add(file)

    def all(self) -> tuple[bytes, int]:
        """All fingerprints, and how many."""
        return self._packed(self._old)

    def by_day(self, today: int, *, is_whole: bool) -> list[tuple[int, bytes, int]]:
        """(day, fingerprints, how many). Where the listing is whole, what was not asked for was last there before `today`."""
        gone = np.where((self._day == 0) & is_whole, today, self._day)
        day = np.where(self._met, 0, gone)
        days = [one for one in np.unique(day).tolist() if one]
        there = self._packed(self._old[day == 0])
        return [(0, *there), *((one, *_packed(self._old[day == one])) for one in days)]

    def _packed(self, old: Any) -> tuple[bytes, int]:
        return _packed(np.union1d(old, np.fromiter(self._new, np.uint64, len(self._new))))


def _packed(hashes: Any) -> tuple[bytes, int]:
    return hashes.astype("<u8").tobytes(), len(hashes)
