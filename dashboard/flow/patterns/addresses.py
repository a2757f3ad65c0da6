"""IP address literals, as the reference reads them: written differently, the same address is the same value."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address

_V4 = re.compile(r"([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)")
_V6 = re.compile(r"[0-9a-fA-F:]*:[0-9a-fA-F:]*")

Address = tuple[int, int]
"""(bits, number): (32, …) or (128, …). An IPv4 address mapped into IPv6 is the IPv4 address."""


def address(text: str) -> Address | None:
    """The address that ``text`` is a literal of, or None. No zone, no mask, no dotted tail in IPv6."""
    if ":" not in text and text.count(".") != 3:
        return None
    return _read(text)


@lru_cache(maxsize=4096)
def _read(text: str) -> Address | None:
    if len(text) > 60:
        return None
    v4 = _V4.fullmatch(text)
    if v4:
        parts = [int(part) for part in v4.groups()]
        if max(parts) > 255:
            return None
        return 32, int.from_bytes(bytes(parts))
    if not _V6.fullmatch(text):
        return None
    try:
        v6 = IPv6Address(text)
    except ValueError:
        return None
    return (32, int(v6.ipv4_mapped)) if v6.ipv4_mapped else (128, int(v6))
