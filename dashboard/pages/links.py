"""Links between pages. Each carries the shared filters along."""

from collections.abc import Mapping
from typing import NoReturn

import streamlit as st

from dashboard.escape import markdown

_KEY = "_pages"
_LATER = "_later"
_HERE = "_here"
_OF_A_VIEW = ("of", "source", "type", "on", "sel", "with", "without", "open", "fold", "leave", "old", "new")
"""Parameters that belong to what a page shows; the others are filters and stay."""


def register(pages: Mapping[str, st.Page]) -> None:
    """Tell this session which pages there are, by slug."""
    st.session_state[_KEY] = dict(pages)


def here(slug: str) -> None:
    """Tell this run which page it draws."""
    st.session_state[_HERE] = slug
    going = st.session_state.get(_LATER)
    if going and going[2] != slug:
        del st.session_state[_LATER]  # arrived, or gone elsewhere


def link(slug: str, label: str, *, icon: str = "", **params: str | None) -> None:
    """A link to another page, or to this one, with these URL parameters. The label is shown as text."""
    if slug == st.session_state.get(_HERE):
        _self_link(label, icon, _params(params))
        return
    st.page_link(
        st.session_state[_KEY][slug],
        label=markdown(label),
        icon=icon,
        query_params=_params(params),
    )


def _self_link(label: str, icon: str, params: Mapping[str, str]) -> None:
    """A page that links to itself: Streamlit's link would show the new view and leave the old address."""
    key = f"self-{label}-{'-'.join(params.values())}"
    st.button(markdown(label), key=key, icon=icon or None, type="tertiary", on_click=_turn, args=(params,))


def _turn(params: Mapping[str, str]) -> None:
    for name in _OF_A_VIEW:
        st.query_params.pop(name, None)
    st.query_params.update(params)


def go(slug: str, **params: str | None) -> NoReturn:
    """Leave for another page now."""
    st.switch_page(st.session_state[_KEY][slug], query_params=_params(params))


def later(slug: str, **params: str | None) -> None:
    """Leave for another page with the next run: a callback cannot leave itself."""
    st.session_state[_LATER] = (slug, params, st.session_state.get(_HERE))


def follow() -> None:
    """Leave where a callback of this page asked to; again, if a click that came in between has kept us here. Each run begins so."""
    going = st.session_state.get(_LATER)
    if going:
        go(going[0], **going[1])


def page(slug: str, icon: str) -> None:
    """The way to a page, by its own title."""
    st.page_link(st.session_state[_KEY][slug], icon=icon, query_params=_params({}))


def _params(params: Mapping[str, str | None]) -> dict[str, str]:
    """What the link says. Streamlit adds the shared filters, which are bound to the URL: told here, they would be there twice."""
    return {name: value for name, value in params.items() if value}
