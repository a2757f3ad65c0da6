"""Headwater's pages: who produces and who consumes every event. Start with `streamlit run streamlit_app.py`."""

from collections.abc import Callable

import streamlit as st

from dashboard import state
from dashboard.pages import PAGES, Page, frame, links, parts


def _drawn(page: Page) -> Callable[[], None]:
    def draw() -> None:
        scope = frame.sidebar({one.slug: one.icon for one in PAGES})
        page.render(state.estate(), scope)

    def run() -> None:
        frame.boundary(draw)

    return run


def main() -> None:
    """One run for one browser: the frame, then the page it asks for."""
    st.set_page_config(page_title="Headwater", page_icon=frame.ICON, layout="wide", initial_sidebar_state=260)
    parts.style()
    refused = frame.refusal()
    if refused:
        st.text(refused)
        st.stop()
    pages = {
        page.slug: st.Page(_drawn(page), title=page.title, url_path=page.slug, default=page is PAGES[0])
        for page in PAGES
    }
    links.register(pages)
    st.navigation(list(pages.values()), position="hidden").run()


main()
