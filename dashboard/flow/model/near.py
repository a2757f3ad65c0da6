"""Names near a name: for typing errors and half-remembered words. Likeness is rapidfuzz's: 2 × common / both lengths."""

from collections.abc import Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import Indel

ALIKE = 0.55
"""Below this nothing is called near."""


def nearest(text: str, names: Iterable[str], limit: int) -> tuple[str, ...]:
    """The names nearest to the text, best first; alphabetical among equals."""
    every = list(names)
    scored = sorted((-score, every[at]) for at, score in close(text.lower(), [one.lower() for one in every]))
    return tuple(name for _, name in scored[:limit])


def close(text: str, names: Sequence[str], least: float = ALIKE) -> list[tuple[int, float]]:
    """(where it stands, likeness 0 to 1) of each name that is at least so much like the text."""
    found = process.extract_iter(text, names, scorer=Indel.normalized_similarity, score_cutoff=least)
    return [(at, score) for _, score, at in found]
