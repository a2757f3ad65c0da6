"""The filters of the sidebar: one scope for all pages, kept in the URL."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import streamlit as st

from dashboard import state
from dashboard.escape import clean
from dashboard.flow import domains
from dashboard.flow.answers import EventRow
from dashboard.flow.estate import Estate

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
        return ", ".join(
            f"{part} {' or '.join(clean(value, 40) for value in values)}"
            for part, values in self.chosen.items()
            if values
        )


def of_url(estate: Estate) -> Scope:
    """The scope in the URL. Values that the estate does not know are dropped, with a note."""
    known = options(estate)
    return Scope({part: state.choices(part, known[part]) for part in state.PARTS})


def sidebar(estate: Estate) -> Scope:
    """The filters as widgets, set from the URL and written back to it."""
    scope = of_url(estate)
    known = options(estate)
    _filter("domain", known["domain"], scope)
    more = sum(bool(scope.chosen[part]) for part in state.PARTS[1:])
    with st.expander(f"More filters ({more})" if more else "More filters", expanded=bool(more)):
        for part in state.PARTS[1:]:
            _filter(part, known[part], scope)
    if scope:
        st.button("Reset filters", on_click=reset, width="stretch", key="reset-sidebar")
    return scope


def reset() -> None:
    """Take every filter away."""
    state.put(**dict.fromkeys(state.PARTS))


def _filter(part: str, known: list[str], scope: Scope) -> None:
    key = f"filter-{part}"
    # the URL wins: a link, the back button and a reset must show in the widget
    if tuple(st.session_state.get(key, ())) != scope.chosen[part]:
        st.session_state[key] = list(scope.chosen[part])
    st.multiselect(
        LABELS[part],
        known,
        key=key,
        format_func=clean,
        on_change=_write,
        args=(part,),
        placeholder="All" if known else "None known",
        disabled=not known,
    )


def _write(part: str) -> None:
    values = st.session_state[f"filter-{part}"]
    if values:
        st.query_params[part] = values
    else:
        st.query_params.pop(part, None)


def options(estate: Estate) -> dict[str, list[str]]:
    """What each filter can be set to in this estate."""
    return _options(estate.snapshot.id, estate)


@st.cache_resource(max_entries=2, show_spinner=False)
def _options(snapshot_id: str, _estate: Estate) -> dict[str, list[str]]:  # noqa: ARG001 - the id is the cache's key
    things = [*_estate.buses, *_estate.resources]
    return {
        "domain": [*domains.names(_estate), NONE],
        "owner": _sorted(_estate.owner_of(arn) for arn in things),
        "account": _sorted(_estate.account_of(arn) for arn in things),
        "region": _sorted(_estate.region_of(arn) for arn in things),
        "bus": _sorted(str(row["name"]) for row in _estate.buses.values()),
        "kind": _sorted(str(row["kind"]) for row in _estate.resources.values()),
    }


def _sorted(values: Iterable[str | None]) -> list[str]:
    """Known values in order, and NONE at the end when something has none."""
    found = set(values)
    return sorted(value for value in found if value) + ([NONE] if None in found else [])
