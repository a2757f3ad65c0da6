"""Pages run by Streamlit's own AppTest, on a small estate written by hand."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from collectors import snapshot
from collectors.frames import frame_of, table_of
from collectors.records import Record
from tests.pages.estate import ACCOUNT, REGION, records

ROOT = Path(__file__).parents[2]
Run = Callable[..., AppTest]


def write(store: Path, rows: list[Record], estate: str = "local AWS") -> snapshot.Snapshot:
    """A snapshot of these rows, all of one scope."""
    scope = {"account": ACCOUNT, "region": REGION, "collector": "rules"}
    frames = {frame_of(row) for row in rows}
    tables = {frame: table_of(frame, [r for r in rows if frame_of(r) == frame], scope) for frame in frames}
    return snapshot.write(store, tables, estate)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store that pages read, empty."""
    st.cache_resource.clear()
    folder = tmp_path / "store"
    monkeypatch.setenv("HEADWATER_STORE", str(folder))
    monkeypatch.chdir(ROOT)
    return folder


@pytest.fixture(scope="session")
def _written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("small") / "store"
    write(store, records())
    return store


@pytest.fixture
def small(store: Path, _written: Path) -> Path:
    """The store with the small estate in it, a copy for each test."""
    shutil.copytree(_written, store)
    return store


@pytest.fixture
def run(small: Path) -> Run:
    """Runs a page of the small estate by its slug, with these URL parameters."""
    return _runner(small)


@pytest.fixture
def run_bare(store: Path) -> Run:
    """The same on what the test itself writes into the store."""
    return _runner(store)


def _runner(store: Path) -> Run:
    def once(slug: str = "ask", **query: str | list[str]) -> AppTest:
        assert store.is_absolute()  # the page finds it through HEADWATER_STORE
        app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=30)
        app._bidi_component_manager = _components()
        for name, value in query.items():
            app.query_params[name] = value
        if slug != "ask":
            # AppTest can only switch to pages that are files; a page that is a function goes by its path
            app._page_hash = calc_hash(slug)
        return app.run()

    return once


@cache
def _components() -> BidiComponentManager:
    """Streamlit's components, looked for once: reading every package's metadata costs more than a whole page."""
    found = BidiComponentManager()
    found.discover_and_register_components(start_file_watching=False)
    return found
