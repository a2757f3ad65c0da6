"""Parts every page is made of: the line of facts, tables with their export, notices, the style."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.escape import clean, csv
from dashboard.flow.answers import GapNote
from dashboard.flow.model.estate import Estate
from dashboard.pages import links, scope, words

STALE_HOURS = 24
CELL_LENGTH = 200
MOST_ROWS = 12
ROW_HEIGHT = 34
MOST_GAPS = 8
# no data in here: constant text only
STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding: 4.2rem 2rem 4rem; max-width: 1500px; }
[data-testid="stMain"] h1 { font-size: 1.55rem; font-weight: 650; letter-spacing: -0.01em; padding: 0 0 .2rem; }
[data-testid="stMain"] h2 { font-size: 1.05rem; font-weight: 650; padding: 1.1rem 0 .1rem; }
[data-testid="stMain"] h3 { font-size: .95rem; font-weight: 650; padding: .8rem 0 .1rem; }
[data-testid="stText"] { font-family: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
[class*="st-key-result"] a, .st-key-answer a { padding-left: 0; }
.st-key-brand [data-testid="stText"] { font-size: 1.15rem; font-weight: 700; letter-spacing: -0.01em; }
.st-key-sentence [data-testid="stText"] { font-size: 1.28rem; line-height: 1.5; font-weight: 500; }
[class*="st-key-quiet"] [data-testid="stText"] { font-size: .84rem; opacity: .72; }
[data-testid="stCaptionContainer"] { opacity: .9; }
[data-testid="stBaseButton-primary"] p { color: light-dark(#FFFFFF, #0E1217); }
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-panel"]) {
  position: sticky; top: 4rem; align-self: flex-start; max-height: calc(100vh - 5rem); overflow-y: auto;
}
[class*="st-key-graph"] { overflow-x: auto; }
/* plotly dims the text of what is not selected; and names are read over the lines behind them */
.js-plotly-plot .textpoint text {
  fill: currentColor !important; fill-opacity: 1 !important; paint-order: stroke; stroke-linejoin: round;
  stroke: light-dark(#FFFFFF, #12161C); stroke-width: 4px;
}
[class*="st-key-graph"] [data-testid="stElementContainer"] { min-width: 760px; }
[class*="st-key-result"] { gap: .1rem; }
[class*="st-key-result"] p { font-weight: 600; }
[class*="st-key-group"] > [data-testid="stElementContainer"] [data-testid="stText"] { font-size: .84rem; font-weight: 650; opacity: .8; }
@media (hover: none), (max-width: 640px) { .st-key-quiet-keys { display: none; } }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding: 4.2rem 1rem 3rem; }
  .st-key-sentence [data-testid="stText"] { font-size: 1.1rem; }
  [data-testid="stLayoutWrapper"]:has(> [class*="st-key-panel"]) { position: static; max-height: none; }
  [data-testid="stLayoutWrapper"]:has(> [class*="st-key-panel"] .st-key-close) {
    position: fixed; z-index: 99; top: auto; bottom: 0; left: 0; right: 0; max-height: 45vh; padding: .5rem 1rem;
    overflow-y: auto; background: light-dark(#FFFFFF, #12161C); border-top: 2px solid light-dark(#DDE1E7, #2E3743);
    box-shadow: 0 -6px 18px rgba(0, 0, 0, .18);
  }
  [data-testid="stMainBlockContainer"]:has([class*="st-key-panel"] .st-key-close) { padding-bottom: 50vh; }
  [class*="st-key-graph"]::before {
    content: "Swipe the picture sideways: it goes on to the right."; position: sticky; left: 0;
    font-size: .84rem; opacity: .72;
  }
}
</style>"""


def style() -> None:
    """The page's type and spacing."""
    st.html(STYLE)


def quiet(text: str, key: str) -> None:
    """A line of small print, shown as text. The key must be unique on the page."""
    with st.container(key=f"quiet-{key}"):
        st.text(text)


def facts(estate: Estate) -> None:
    """Whose estate this is, and how old the snapshot is."""
    at = estate.snapshot.at
    told = [f"Snapshot of {words.moment(at)}, {state.age(at)}"]
    if estate.gaps:
        told.append(f"{words.plural(len(estate.gaps), 'gap')} in what could be read")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if estate.snapshot.is_local:
            st.badge("Sample estate", color="orange")
        quiet(" · ".join(told), "facts")
    damage = state.damage(estate)
    if damage:
        st.warning("The newest snapshot cannot be read. This is the one before it.")
        st.text(clean(f"It is of {words.moment(at)}, {state.age(at)}. Of the newest: {damage}", 600))
        links.link("coverage", "Collect again on Coverage")
    if state.hours_since(at) > STALE_HOURS:
        st.warning("This snapshot is stale: what was changed since is not in it. Collect again on Coverage.")


def notes() -> None:
    """What the link held that nothing here knows."""
    told = state.notes()
    if told:
        with st.container(border=True, key="notes"):
            st.text("\n".join(told))


def gaps(touching: Sequence[GapNote], what: str) -> None:
    """What could not be read and touches what is shown, and the policy line that would allow it."""
    if not touching:
        return
    with st.expander(f"⚠ {words.plural(len(touching), 'gap')} may hide part of {what}", expanded=False):
        for gap in touching[:MOST_GAPS]:
            st.text(words.gap_line(gap))
            line = words.policy_line(gap)
            if line:
                st.code(line, language=None)
        if len(touching) > MOST_GAPS:
            links.link("coverage", f"All {len(touching)} gaps")


def table(
    frame: pd.DataFrame, name: str, choose: Callable[[int], None] | None = None, *, leaves: bool = False
) -> None:
    """A table, and the same as CSV. `name` is its key and its file's name; `choose` is called with the row clicked.

    Where it `leaves` the page a row is chosen by its box alone: by cells, whoever goes through the rows by arrow keys would leave
    with the first.
    """
    # by column: pandas' own map takes ten times as long
    shown = pd.DataFrame({name: [_cell(value) for value in frame[name]] for name in frame.columns})
    with st.container(gap="xsmall"):
        _grid(shown, name, choose, ["single-row"] if leaves else ["single-row", "single-cell"])
        with st.container(horizontal=True, vertical_alignment="center"):
            quiet(words.plural(len(shown), "row"), f"rows-{name}")
            st.download_button(
                "CSV",
                lambda: csv(shown),
                f"{name}.csv",
                "text/csv",
                key=f"csv-{name}",
                type="tertiary",
                on_click="ignore",
            )


def _grid(shown: pd.DataFrame, name: str, choose: Callable[[int], None] | None, modes: list[Any]) -> None:
    key = f"table-{name}"
    st.dataframe(
        shown,
        hide_index=True,
        key=key,
        column_config=_numbers(shown),
        on_select=_chooser(key, choose) if choose else "ignore",
        selection_mode=modes,
        height="content" if len(shown) <= MOST_ROWS else ROW_HEIGHT * (MOST_ROWS + 1),
        row_height=ROW_HEIGHT,
        placeholder="-",
        alt=f"Table of {name}",
    )


def _chooser(key: str, choose: Callable[[int], None]) -> Callable[[], None]:
    def chosen() -> None:
        grid = st.session_state.get(key)
        told = grid.selection if grid else None
        now = (list(told.rows), [row for row, _ in told.cells]) if told else ([], [])
        before = st.session_state.get(f"_chosen-{key}", ([], []))
        st.session_state[f"_chosen-{key}"] = now
        # a row may stay ticked while a cell of another is clicked: what is new counts
        new = next((part for part, old in zip(now, before, strict=True) if part and part != old), [])
        if new:
            choose(new[0])

    return chosen


def _numbers(frame: pd.DataFrame) -> dict[str, Any]:
    """Numbers in few digits; what is shown is rounded, what is exported is not."""
    return {
        name: st.column_config.NumberColumn(format="%.1f")
        for name in frame.columns
        if pd.api.types.is_float_dtype(frame[name]) and (frame[name].dropna() % 1 != 0).any()
    }


def _cell(value: Any) -> Any:
    return clean(value, CELL_LENGTH) if isinstance(value, str) else value


def beside(filters: scope.Scope, *applied: str) -> None:
    """Says which of the filters and times that are chosen do nothing on this page, to which only `applied` apply."""
    told = filters.beside(applied)
    if told:
        quiet(f"Does not apply here: {told}.", "beside")


def hidden(shown: int, total: int, filters: scope.Scope, what: str, key: str) -> None:
    """Says what the filters hide, with the way out."""
    if shown == total:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{shown} of {total} {what} shown. Filter: {filters.words()}.")
        st.button("Show all", on_click=scope.reset, key=f"reset-{key}", type="tertiary")
