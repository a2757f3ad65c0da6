"""Pages and tokens of list calls, with the oddities a test may ask for."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Any

from collectors.sample.server.wire import AwsError, Call

# Legal in AWS's tokens and easily broken by a client that puts them into a query string unquoted.
ODD_PREFIX = "aA+/= &%2B\u00e9?#;"


def _digest(call: Call, ignored: set[str]) -> int:
    """A checksum of the question, so that a token of one question is refused by another."""
    asked = {key: value for key, value in sorted(call.params.items()) if key not in ignored}
    text = json.dumps([call.service, call.operation, call.account, call.region, asked], default=str)
    return zlib.crc32(text.encode())


def make_token(call: Call, offset: int, ignored: set[str]) -> str:
    """An opaque token for the item at `offset`."""
    raw = json.dumps([offset, _digest(call, ignored)]).encode()
    token = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return f"{ODD_PREFIX}{token}" if call.quirks.odd_tokens else token


def read_token(call: Call, token: str, ignored: set[str], code: str) -> tuple[int, bool]:
    """The offset in a token, and whether the page before it was an empty one. Raises AwsError(code) for a foreign one."""
    bare = token.removeprefix(ODD_PREFIX)
    try:
        raw = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
        offset, digest = json.loads(raw)
    except (ValueError, TypeError, binascii.Error) as error:
        raise AwsError(code, "The NextToken that was provided is not valid.") from error
    if digest != _digest(call, ignored):
        raise AwsError(code, "The NextToken that was provided belongs to another question.")
    # Half steps mark that the empty page in front of this one was already sent.
    return int(offset), float(offset) != int(offset)


def page(  # noqa: PLR0913 - the names of the members differ by service
    call: Call,
    items: list[Any],
    *,
    size: int,
    bad: str = "ValidationException",
    incoming: str = "NextToken",
    limit: str = "Limit",
    outgoing: str = "NextToken",
) -> tuple[list[Any], dict[str, str]]:
    """One page of items and `{outgoing: token}` when more follow.

    size: the service's page size when the client names none; a larger limit asked for is cut to it by the caller.
    """
    ignored = {incoming, limit}
    given = call.params.get(incoming)
    start, after_empty = read_token(call, given, ignored, bad) if given else (0, False)
    wanted = int(call.params.get(limit) or size)
    count = 1 if call.quirks.one_item_pages else max(1, min(wanted, size))
    if call.quirks.empty_pages and items[start:] and not after_empty:
        return [], {outgoing: make_token(call, start + 0.5, ignored)}  # type: ignore[arg-type]
    more = start + count < len(items)
    return items[start : start + count], {outgoing: make_token(call, start + count, ignored)} if more else {}
