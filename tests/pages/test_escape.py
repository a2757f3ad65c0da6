"""Text from other people's accounts, made safe for each place."""

import csv
import io

import pandas as pd
import pytest

from dashboard import escape


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain-name_1", "plain-name_1"),
        ("a\u202eb", "a⟦202E⟧b"),
        ("a\x00b\nc\td", "a⟦0000⟧b⟦000A⟧c⟦0009⟧d"),
        ("zero\u200bwidth", "zero⟦200B⟧width"),
        ("Grüße 注文 🛒", "Grüße 注文 🛒"),
    ],
)
def test_what_cannot_be_seen_is_made_visible(text: str, shown: str) -> None:
    assert escape.clean(text) == shown


def test_long_names_keep_both_ends() -> None:
    short = escape.clean("start" + "x" * 10_000 + "end")
    assert len(short) == escape.NAME_LENGTH
    assert short.startswith("start")
    assert short.endswith("end")


@pytest.mark.parametrize("char", "\\`*_{}[]()#+-.!|<>~:$&\"'=@/^")
def test_every_markdown_character_is_escaped(char: str) -> None:
    assert f"\\{char}" in escape.markdown(f"a {char} b")


@pytest.mark.parametrize(
    "text", ["http://x.example", "www.x.example", "a@b.example", ":smile:", "a -> b", "a -- b"]
)
def test_what_streamlit_replaces_after_parsing_is_broken_up(text: str) -> None:
    shown = escape.markdown(text).replace("\\", "")
    assert text not in shown
    assert shown.replace("\u2060", "") == text


def test_plotly_gets_no_markup_and_no_placeholder() -> None:
    assert escape.plot('<a href="x">b</a> & %{x}') == '&lt;a href="x"&gt;b&lt;/a&gt; &amp; %\u2060{x}'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝", "＋", "－", "＠"])  # noqa: RUF001 - full-width forms are the point
def test_cells_and_headers_that_start_a_formula_are_quoted(start: str) -> None:
    frame = pd.DataFrame({f"{start}head": [f"{start}cell", "plain", None]})
    read = list(csv.reader(io.StringIO(escape.csv(frame).decode(), newline="")))
    assert read == [[f"'{start}head"], [f"'{start}cell"], ["plain"], [""]]


def test_numbers_stay_numbers_in_an_export() -> None:
    frame = pd.DataFrame({"n": [-1.5, 2.0], "s": pd.array(["=x", "y"], dtype="string[pyarrow]")})
    assert escape.csv(frame).decode() == '"n","s"\n-1.5,"\'=x"\n2.0,"y"\n'
