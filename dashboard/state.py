"""What pages share: the snapshot, loaded once; the scope of the sidebar; the state in the URL.

Widgets of filters are bound to the URL by Streamlit, under their key. What has no widget (which event, what is selected)
is read and written here. What the URL holds that nothing knows is dropped, with a note.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from collectors import settings as settings_module
from collectors import snapshot as snapshots
from collectors.errors import DamagedError, HeadwaterError, NoSnapshotError
from collectors.settings import Settings
from dashboard import collecting, warming
from dashboard.escape import clean
from dashboard.flow.model import ranges
from dashboard.flow.model.estate import Estate

MOST_CHARACTERS = 400
AGAIN_SECONDS = 60
"""How long a snapshot that could not be read is passed over before it is tried again."""
PARTS = ("domain", "owner", "account", "region", "bus", "kind")
"""The filters every page shares, by their name in the URL."""
RANGES = ranges.RANGES
"""Time ranges: name in the URL → hours."""


def settings() -> Settings:
    """The settings of this server, read anew when their file or a variable changed. Raises UsageError."""
    return _settings(settings_module.stands())


@st.cache_resource(max_entries=1, show_spinner=False)
def _settings(stands: tuple[object, ...]) -> Settings:  # noqa: ARG001 - the cache's key
    return settings_module.read()


def estate() -> Estate:
    """The newest snapshot that can be read, ready for questions; the same object for every browser.

    A damaged one is passed over where an older one is whole (`damage`). Raises NoSnapshotError, StoreError.
    """
    given = settings()
    first: DamagedError | None = None
    # where there is none, `load` says what is missing, and how to make one
    for name in snapshots.ids(given.store)[::-1] or [snapshots.load(given.store).id]:
        folder = str((given.store / "snapshots" / name).resolve())
        told = _damages().get(folder)
        if told is None or time.monotonic() - told[0] > AGAIN_SECONDS:
            try:
                return _estate(folder, snapshots.open_folder(Path(folder)).id, given)
            except DamagedError as error:
                told = _damages()[folder] = (time.monotonic(), str(error))
        first = first or DamagedError(told[1])
    raise first or NoSnapshotError(f"There is no snapshot in {given.store}.")


@st.cache_resource
def _damages() -> dict[str, tuple[float, str]]:
    """Folder of a snapshot that could not be read → when that was, and why."""
    return {}


def pass_over(shown: Estate, why: str) -> bool:
    """Note that a part of the snapshot that is shown cannot be read; whether there is an older one to show instead."""
    _damages()[str(shown.snapshot.folder.resolve())] = (time.monotonic(), why)
    return any(name < shown.snapshot.id for name in snapshots.ids(settings().store))


def damage(shown: Estate) -> str | None:
    """Why the newest snapshot is not the one that is shown; None when it is."""
    store = settings().store
    name = (snapshots.ids(store) or [shown.snapshot.id])[-1]
    told = _damages().get(str((store / "snapshots" / name).resolve()))
    return told[1] if told and name != shown.snapshot.id else None


def preload() -> None:
    """Load the newest snapshot before anyone asks. What keeps it from being loaded is told to who asks."""
    warming.on = True
    with suppress(HeadwaterError):
        estate()


def newest() -> str | None:
    """Id of the newest snapshot in the store that is not known to be damaged; None when there is none."""
    store, known = settings().store, _damages()
    whole = (
        n for n in reversed(snapshots.ids(store)) if str((store / "snapshots" / n).resolve()) not in known
    )
    return next(whole, None)


@st.cache_resource(max_entries=1, show_spinner="Loading the snapshot: buses, rules, links, schemas, traces …")
def _estate(folder: str, _snapshot_id: str, _given: Settings) -> Estate:
    """Kept by folder, which holds the snapshot's id: a snapshot never changes. The one before is let go."""
    found = Estate.of(snapshots.open_folder(Path(folder)), _given)
    warming.begin(found)
    return found


@st.cache_resource
def _runs() -> dict[str, collecting.Collecting]:
    return {}


def collection() -> collecting.Collecting | None:
    """The collection that this server started last, running or ended."""
    return _runs().get(str(settings().store))


def collect() -> collecting.Collecting:
    """Start a collection, or take the one under way. Raises BusyError when another server runs one."""
    now = collection()
    if now is None or not now.running:
        store = settings().store
        now = _runs()[str(store)] = collecting.start(store)
    return now


def age(at: datetime) -> str:
    """How long ago, in the largest unit that says enough."""
    minutes = int((datetime.now(UTC) - at).total_seconds() // 60)
    if minutes < 2:
        return "just now"
    if minutes < 120:
        return f"{minutes} minutes ago"
    return f"{minutes // 60} hours ago" if minutes < 48 * 60 else f"{minutes // 1440} days ago"


def get(name: str) -> str | None:
    """One value from the URL, at most MOST_CHARACTERS of it; None when it is absent or empty."""
    value = st.query_params.get(name)
    return value[:MOST_CHARACTERS] if value else None


def put(**values: str | None) -> None:
    """Set these in the URL; None takes away."""
    for name, value in values.items():
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)


def choice(name: str, options: Sequence[str], default: str | None = None) -> str | None:
    """A value from the URL that must be one of the options; another is dropped with a note."""
    value = get(name)
    if value is None:
        return default
    if value in options:
        return value
    note(f"{name} “{clean(value, 60)}” in the link is not known here; it was left out.")
    put(**{name: None})
    return default


def hours() -> int:
    """How many hours the charts of this run are of, as the sidebar says."""
    return RANGES.get(str(st.session_state.get("range")), RANGES[ranges.DEFAULT])


def against() -> str | None:
    """What the time range is compared with, as the sidebar says; None: nothing."""
    chosen = st.session_state.get("compare")
    return str(chosen) if chosen in ranges.COMPARED else None


def told(name: str, options: Sequence[str]) -> None:
    """Note values of a bound widget that are not among its options. Call it before the widget: that one drops them."""
    unknown = [v for v in dict.fromkeys(st.query_params.get_all(name)) if v and v not in options]
    if unknown:
        named = ", ".join(f"“{clean(value, 60)}”" for value in unknown[:3])
        more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
        note(f"{name} {named}{more} in the link is not known here; it was left out.")


def note(text: str) -> None:
    """Tell the reader something at the head of the page, in this run only."""
    notes = st.session_state.setdefault("_notes", [])
    if text not in notes:
        notes.append(text)


def notes() -> list[str]:
    """The notes of this run, which are then gone."""
    told: list[str] = st.session_state.pop("_notes", [])
    return told


def hours_since(at: datetime) -> float:
    """Hours from then to now."""
    return (datetime.now(UTC) - at).total_seconds() / 3600
