"""The filters and the time range of the sidebar: one scope for all pages, kept in the URL."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import streamlit as st

from dashboard import state
from dashboard.escape import clean
from dashboard.flow.answers import EventRow
from dashboard.flow.model import domains, ranges
from dashboard.flow.model.estate import Estate

_CHANGED = "_filters_changed"
NONE = "(none)"
"""How filters call what belongs to no domain or owner."""
LABELS = {
    "domain": "Domain",
    "owner": "Owner",
    "account": "Account",
    "region": "Region",
    "bus": "Bus",
    "kind": "Kind",
}


TIMES = "range"
"""How pages name the time range, and what it is compared with, among what applies to them."""
PLACED = ("domain", "owner", "account", "region", "bus")
"""What applies to event types: their own domain and owner, and where their buses are."""
EVERY = (*state.PARTS, TIMES)


class Placed(Protocol):
    """Anything that stands somewhere: a consumer, a producer, a resource."""

    @property
    def domain(self) -> str | None:
        """Its domain; null: none."""

    @property
    def owner(self) -> str | None:
        """Its owner; null: none."""

    @property
    def account(self) -> str | None:
        """Its account; null: not told."""

    @property
    def region(self) -> str | None:
        """Its region; null: not told."""

    @property
    def kind(self) -> str:
        """What it is."""


@dataclass(frozen=True)
class Scope:
    """The shared filters: name in the URL → chosen values. Nothing chosen lets everything through."""

    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.chosen.values())

    def lets(self, part: str, value: str | None) -> bool:
        """Whether this filter lets the value through."""
        wanted = self.chosen.get(part, ())
        return not wanted or (value or NONE) in wanted

    def lets_any(self, part: str, values: Iterable[str | None]) -> bool:
        """Whether this filter lets at least one of the values through."""
        return not self.chosen.get(part, ()) or any(self.lets(part, value) for value in values)

    def admits(self, row: Placed, bus: str | None = None) -> bool:
        """Whether the row, reached over the bus of that name, is shown."""
        placed = all(
            self.lets(part, getattr(row, part)) for part in ("domain", "owner", "account", "region", "kind")
        )
        return placed and (bus is None or self.lets("bus", bus))

    def admits_event(self, estate: Estate, row: EventRow) -> bool:
        """Whether the event type is shown: by its own domain and owner, and by where its buses are."""
        return (
            self.lets("domain", row.domain)
            and self.lets("owner", row.owner)
            and self.lets_any("bus", [estate.name_of(bus) for bus in row.buses])
            and self.lets_any("account", [estate.account_of(bus) for bus in row.buses])
            and self.lets_any("region", [estate.region_of(bus) for bus in row.buses])
        )

    def words(self) -> str:
        """The filters in words."""
        return ", ".join(self._of(part) for part, values in self.chosen.items() if values)

    def _of(self, part: str) -> str:
        return f"{part} {' or '.join(clean(value, 40) for value in self.chosen[part])}"

    def beside(self, applied: Iterable[str]) -> str:
        """What is chosen and does nothing on a page to which only these filters apply, in words; "" where all is applied."""
        told = [self._of(part) for part, values in self.chosen.items() if values and part not in applied]
        if TIMES not in applied:
            chosen = st.session_state.get(TIMES)
            told += [f"time range {chosen}"] if chosen not in (None, ranges.DEFAULT) else []
            told += [f"comparison with {state.against()}"] if state.against() else []
        return ", ".join(told)


def sidebar(estate: Estate) -> Scope:
    """The filters as widgets, each bound to the URL under its name."""
    known = options(estate)
    chosen = {"domain": _filter("domain", known["domain"])}
    others = state.PARTS[1:]
    count = sum(bool(st.query_params.get_all(part)) for part in others)
    with st.expander(f"More filters ({count})" if count else "More filters", expanded=bool(count)):
        chosen |= {part: _filter(part, known[part]) for part in others}
    scope = Scope(chosen)
    _times()
    if scope:
        st.button("Reset filters", on_click=reset, width="stretch", key="reset-sidebar")
    return scope


def _times() -> None:
    """The time range of all charts, and what it is compared with."""
    state.told("range", list(state.RANGES))
    st.selectbox(
        "Time range",
        list(state.RANGES),
        index=list(state.RANGES).index(ranges.DEFAULT),
        key="range",
        bind="query-params",
    )
    state.told("compare", list(ranges.COMPARED))
    st.selectbox(
        "Compare with",
        list(ranges.COMPARED),
        index=None,
        key="compare",
        bind="query-params",
        placeholder="Nothing",
    )


def reset() -> None:
    """Take every filter away."""
    for part in state.PARTS:
        st.session_state[part] = []
    st.session_state[_CHANGED] = True


def changed() -> bool:
    """Whether the filters were changed beside their widgets since this was last asked: those must be drawn anew."""
    return bool(st.session_state.pop(_CHANGED, False))


def _filter(part: str, known: dict[str, str]) -> tuple[str, ...]:
    state.told(part, list(known.values()))
    values = st.multiselect(
        LABELS[part],
        list(known),
        key=part,
        format_func=lambda value: known.get(value, value),
        bind="query-params",
        placeholder="All" if known else "None known",
        disabled=not known,
    )
    return tuple(values)


def options(estate: Estate) -> dict[str, dict[str, str]]:
    """What each filter can be set to in this estate: value → how it is shown, there and in the URL."""
    return _options(estate.snapshot.id, estate)


@st.cache_resource(max_entries=2, show_spinner=False)
def _options(snapshot_id: str, _estate: Estate) -> dict[str, dict[str, str]]:  # noqa: ARG001 - the id is the cache's key
    things = [*_estate.buses, *_estate.resources]
    found = {
        "domain": [*domains.names(_estate), NONE],
        "owner": _sorted(_estate.owner_of(arn) for arn in things),
        "account": _sorted(_estate.account_of(arn) for arn in things),
        "region": _sorted(_estate.region_of(arn) for arn in things),
        "bus": _sorted(str(row["name"]) for row in _estate.buses.values()),
        "kind": _sorted(str(row["kind"]) for row in _estate.resources.values()),
    }
    return {part: {value: clean(value) for value in values} for part, values in found.items()}


def _sorted(values: Iterable[str | None]) -> list[str]:
    """Known values in order, and NONE at the end when something has none."""
    found = set(values)
    return sorted(value for value in found if value) + ([NONE] if None in found else [])
