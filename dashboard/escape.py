"""Text from other people's accounts, made safe for each place it is shown in. One function a place.

Where Streamlit offers a place that knows no markup (st.text, st.code, a table's cell), `clean` is enough.
"""

import html
import re
import unicodedata
from csv import QUOTE_NONNUMERIC

import pandas as pd

NAME_LENGTH = 80
_JOINER = "\u2060"
# characters that are neither shown nor harmless: controls, bidi and other formats, surrogates, private use
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# what Streamlit makes links, icons and emoji of even when it is escaped: it looks at the text after parsing
_MAGIC = re.compile(r"(://|(?<=\w)@(?=\w)|\bwww\.|:(?=\w)|[-<>~](?=[-=>]))", re.IGNORECASE)
# the ways a cell can begin a formula, full-width forms included
_FORMULA = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")


def clean(text: object, limit: int = NAME_LENGTH) -> str:
    """Text with what cannot be seen made visible (U+202E becomes ⟦202E⟧), shortened in the middle to `limit`."""
    # cut before looking at each character: a name may have any length
    value = shorten(str(text), limit)
    # Python calls nothing printable that is hidden or no character: nearly every text is done with here
    return value if value.isprintable() else "".join(map(_visible, value))


def shorten(text: str, limit: int) -> str:
    """Both ends of a text that is longer than `limit` characters, "…" between them: ends tell names apart."""
    if len(text) <= limit:
        return text
    tail = max((limit - 1) // 3, 1)
    return f"{text[: limit - 1 - tail]}…{text[-tail:]}"


def markdown(text: object, limit: int = NAME_LENGTH) -> str:
    """Text for a place that renders markdown (labels, headings): shows as it is, and makes nothing of it."""
    escaped = _PUNCTUATION.sub(r"\\\1", _MAGIC.sub(_broken, clean(text, limit)))
    return escaped.replace("\n", " ")


def plot(text: object, limit: int = NAME_LENGTH) -> str:
    """Text for a plotly label or hover box, where <a> would be a live link and %{…} a placeholder."""
    return html.escape(clean(text, limit), quote=False).replace("%{", "%\u2060{")


def cell(value: object) -> object:
    """A value for a spreadsheet: text that would start a formula gets a quote in front."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def csv(frame: pd.DataFrame) -> bytes:
    """The frame as CSV, UTF-8, headers and cells escaped by `cell`; missing values are empty."""
    # by value, not by dtype: pandas 3 strings are not `object`
    escaped = frame.astype(object).map(cell, na_action="ignore")
    escaped.columns = pd.Index([cell(str(name)) for name in frame.columns])
    # all text quoted: a lone carriage return would begin a row of its own
    return escaped.to_csv(index=False, quoting=QUOTE_NONNUMERIC).encode()


def _visible(char: str) -> str:
    hidden = unicodedata.category(char) in _HIDDEN or _is_no_character(ord(char))
    return f"⟦{ord(char):04X}⟧" if hidden else char


def _is_no_character(code: int) -> bool:
    """What Unicode says is never a character (U+FFFE …): XML forbids it, and a file with it is not well-formed."""
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def _broken(match: re.Match[str]) -> str:
    """The same characters with an invisible joiner inside, so that no pattern is found in them."""
    found = match.group(0)
    return (
        f":{_JOINER}//"
        if found == "://"
        else f"{found[:-1]}{_JOINER}."
        if found[-1] == "."
        else found + _JOINER
    )
