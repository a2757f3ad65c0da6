"""Names near a name: for typing errors and half-remembered words."""

from collections.abc import Iterable
from difflib import SequenceMatcher


def nearest(text: str, names: Iterable[str], limit: int) -> tuple[str, ...]:
    """The names nearest to the text, best first; alphabetical among equals."""
    scored = [(-closeness(text.lower(), name.lower()), name) for name in names]
    return tuple(name for score, name in sorted(scored)[:limit] if score < 0)


def closeness(one: str, other: str) -> float:
    """How alike two texts are, 0 to 1; 0 below a third, so that nothing far is called near."""
    matcher = SequenceMatcher(None, other, one, autojunk=False)
    if matcher.real_quick_ratio() < 0.34 or matcher.quick_ratio() < 0.34:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= 0.34 else 0.0
