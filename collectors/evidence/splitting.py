"""The records of a log file that no JSON reader takes whole, by their brackets alone. Imports little: worker processes start with it."""

import re

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{},]', re.DOTALL)


def records_in(text: bytes) -> list[bytes] | None:
    """The text of each element of the file's list Records; None where the brackets do not fit, as in a file that is cut off.

    One record that cannot be read – bad UTF-8, half a surrogate, nested beyond all bounds – then costs no other.
    """
    found: list[bytes] | None = None
    begin, depth, name = 0, 0, b""
    for token in _TOKEN.finditer(text):
        what, at = token[0], token.start()
        if what in (b"[", b"{"):
            depth += 1
            if depth == 2 and what == b"[" and name == b'"Records"':
                begin, found = at + 1, found or []
        elif what in (b"]", b"}"):
            depth -= 1
            if depth == 1 and begin and found is not None:
                last = text[begin:at]
                found += [last] if last.strip() else []
                begin = 0
        elif what == b",":
            if depth == 2 and begin and found is not None:
                found.append(text[begin:at])
                begin = at + 1
        elif what == b'"' or depth < 0:
            return None
        elif depth == 1:
            name = what
    return found if depth == 0 else None
