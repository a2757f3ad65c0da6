"""An empty box: how the estate stands in a line, and what to ask first – the busiest types, what fails, what hangs loose.

Nothing here waits for the whole estate to be looked at: what a large one has not in memory yet is made in the background
(dashboard/warming.py), and drawn once it is there.
"""

from collections.abc import Sequence
from itertools import zip_longest

import streamlit as st

from dashboard.escape import clean
from dashboard.flow.answers import Failing, Found
from dashboard.flow.health import failing
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import known
from dashboard.flow.who import loose_ends, search
from dashboard.flow.who.loose_ends import LooseEnd
from dashboard.pages import behind, links, parts, words
from dashboard.pages.scope import Scope, reset

MOST = 5


def render(estate: Estate, scope: Scope) -> None:
    """The line of state, and three columns of what to begin with."""
    if is_ready(estate):
        _standing(estate)
    else:
        told = "What fails and what hangs loose is being looked for …"
        behind.waiting(told, "standing", lambda: is_ready(estate))
    domains = scope.chosen.get("domain", ()) or (None,)
    each = [search.suggestions(estate, domain) for domain in domains]
    hits = list(dict.fromkeys(hit for row in zip_longest(*each) for hit in row if hit))
    faults = [
        fault for fault in _faults(estate) if scope.lets_any("domain", failing.domains_of(estate, fault))
    ]
    if not hits and not faults:
        _empty(estate)
        return
    busy, fails, loose = st.columns(3)
    with busy:
        _types("Busiest", [hit for hit in hits if hit.detail == _source(hit)], "Who consumes {}?")
    with fails:
        _failing(faults, is_known=is_ready(estate))
    with loose:
        if is_ready(estate):
            _loose([end for end in loose_ends.loose_ends(estate).ends if scope.lets("domain", end.domain)])
        else:
            _types("Loose ends", [hit for hit in hits if hit.detail != _source(hit)], "{}")


def is_ready(estate: Estate) -> bool:
    """Whether what fails and what is loose is known, or soon found."""
    there = "failings" in estate.memory and "loose-ends" in estate.memory
    return there or behind.is_small(estate)


def _standing(estate: Estate) -> None:
    """Faults now, loose ends and gaps, each with the way there."""
    found, loose = failing.failings(estate), loose_ends.loose_ends(estate)
    faults, ends = len(found.failing), "loose end" if loose.complete else "known loose end"
    with st.container(key="standing", horizontal=True, vertical_alignment="center", gap="medium"):
        fails = f"✖ {words.plural(faults, 'fault')} now" if faults else "● nothing is seen to fail"
        links.link("failing", fails if found.looked_at else "■ what fails is not known: no metrics")
        links.link("loose-ends", words.plural(len(loose.ends), ends))
        links.link("coverage", words.plural(len(estate.gaps), "gap") + " in what could be read")


def _faults(estate: Estate) -> Sequence[Failing]:
    return failing.failings(estate).failing if is_ready(estate) else ()


def _source(hit: Found) -> str:
    return hit.event[0] if hit.event else ""


def _types(title: str, hits: Sequence[Found], label: str) -> None:
    if not hits:
        return
    st.header(title, anchor=False)
    for index, hit in enumerate(hits[:MOST]):
        with st.container(key=f"result-{title[:5]}-{index}"):
            source, detail_type = hit.event or ("", hit.label)
            links.link("event", label.format(hit.label), source=source, type=detail_type)
            parts.quiet(clean(hit.detail), f"{title[:5]}-{index}")


def _failing(faults: Sequence[Failing], *, is_known: bool) -> None:
    st.header("Failing now", anchor=False)
    if not faults:
        parts.quiet("Nothing is seen to fail." if is_known else "Being looked for …", "failing")
    for index, fault in enumerate(faults[:MOST]):
        with st.container(key=f"result-fault-{index}"):
            links.link("failing", f"{fault.kind.capitalize()} {fault.name}", sel=fault.arn)
            parts.quiet(clean(_first(fault.says), 400), f"fault-{index}")


def _loose(ends: Sequence[LooseEnd]) -> None:
    """The first of each kind first, so that one kind of many does not hide the others."""
    kinds = [[end for end in ends if end.kind == kind] for kind in loose_ends.KINDS]
    first = [end for row in zip_longest(*kinds) for end in row if end][:MOST]
    st.header("Loose ends", anchor=False)
    if not first:
        parts.quiet("None is known.", "loose")
    for index, end in enumerate(first):
        with st.container(key=f"result-loose-{index}"):
            links.link("event", end.detail_type, source=end.source, type=end.detail_type)
            parts.quiet(clean(_first(f"{end.kind}: {end.says}"), 400), f"loose-{index}")


def _first(says: str) -> str:
    """The first sentence."""
    return says.split(". ", maxsplit=1)[0].rstrip(".") + "."


def _empty(estate: Estate) -> None:
    with st.container(border=True):
        if known(estate):
            st.text("No event type belongs to the chosen domain.")
            st.button("Reset filters", on_click=reset, key="everywhere")
        else:
            st.text("The snapshot holds no event type: no schema, no observed event, no rule that names one.")
            links.link("coverage", "See what was read, and what could not be")
