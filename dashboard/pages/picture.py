"""A neighbourhood as a picture that takes clicks."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.charts import graph as pictures
from dashboard.charts import look
from dashboard.flow.who.graph import Neighbourhood


def draw(
    shown: Neighbourhood, key: str, alt: str, *, node: Callable[[str], None], edge: Callable[[Any], None]
) -> None:
    """The picture. A click calls `node` with the id of a node, or `edge` with the row of an edge."""
    with st.container(key="graph"):
        st.plotly_chart(
            pictures.neighbourhood(shown.nodes, shown.edges),
            key=key,
            on_select=lambda: _clicked(shown, key, node, edge),
            selection_mode="points",
            config=look.CONFIG,
            alt=alt,
        )


def _clicked(
    shown: Neighbourhood, key: str, node: Callable[[str], None], edge: Callable[[Any], None]
) -> None:
    chart = st.session_state.get(key)
    points = chart.selection.points if chart else []
    if not points:
        return
    kind, which = points[0]["customdata"]
    if kind == "node":
        node(str(which))
    else:
        edge(shown.edges.iloc[int(which)])
