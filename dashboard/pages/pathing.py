"""Is there a path between this and another? A part of a resource's page; both ends and the direction live in the URL."""

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.escape import clean
from dashboard.flow.backwards import between, named
from dashboard.flow.backwards.between import Between, Route
from dashboard.flow.backwards.named import Named
from dashboard.flow.model.estate import Estate
from dashboard.pages import parts, words

FROM_HERE, TO_HERE = "from here", "to here"
MOST_CHOICES = 5_000
_SAYS = {
    "yes": "Yes, there is a path",
    "no": "No: nothing that was read leads there",
    "unknown": "It cannot be ruled out",
}


def render(estate: Estate, one: Named) -> None:
    """The question, and its answer once another resource is chosen."""
    options = [other for other in named.all_names(estate)[:MOST_CHOICES] if other != one]
    if not options:
        st.text("There is nothing else in the snapshot.")
        return
    keys = {other.key: other for other in options}
    direction = _direction()
    asked = _asked(estate, keys)
    if st.session_state.get("path-with") != asked:
        st.session_state["path-with"] = asked
    st.selectbox(
        "Is there a path?",
        list(keys),
        index=None,
        key="path-with",
        format_func=lambda key: words.joined(
            [keys[key].name, keys[key].kind, keys[key].account, keys[key].region]
        ),
        filter_mode="contains",
        placeholder="A function, queue, topic, bus, domain or owner",
        on_change=lambda: state.put(**{"with": st.session_state.get("path-with")}),
    )
    if asked:
        start, end = (one, keys[asked]) if direction == FROM_HERE else (keys[asked], one)
        answer(estate, found(estate, start, end))


def _asked(estate: Estate, keys: dict[str, Named]) -> str | None:
    """The other end in the URL; it is added to the choices where they do not hold it. What nothing is called is dropped."""
    told = state.get("with")
    found = [other for other in named.exact(estate, told) if other.sort != "event"] if told else []
    keys |= {other.key: other for other in found}
    return state.choice("with", [other.key for other in found])


def _direction() -> str:
    options = [FROM_HERE, TO_HERE]
    state.told("way", options)
    chosen = st.segmented_control(
        "Direction",
        options,
        default=FROM_HERE,
        key="way",
        bind="query-params",
        label_visibility="collapsed",
        required=True,
    )
    return str(chosen) if chosen in options else FROM_HERE


def found(estate: Estate, start: Named, end: Named) -> Between:
    """The answer between the two, looked for once a snapshot."""
    return _between(estate.snapshot.id, start, end, estate)


@st.cache_resource(max_entries=200, show_spinner="Looking for a path …")
def _between(snapshot_id: str, start: Named, end: Named, _estate: Estate) -> Between:  # noqa: ARG001 - the id is the cache's key
    return between.between(_estate, start, end)


def answer(estate: Estate, found: Between) -> None:
    """Whether there is a path, why not, and the shortest ones as a table."""
    delivery = {"always": ", always", "sometimes": ", depending on the event"}.get(found.delivery or "", "")
    with st.container(border=True, key="path-answer"):
        st.text(f"{_SAYS[found.answer]}{delivery}.")
        for reason in found.reasons[:6]:
            st.text(clean(reason, 300))
    parts.gaps(found.gaps, "a path")
    if not found.routes:
        return
    if len(found.routes) < found.total:
        st.text(f"The shortest {len(found.routes)} of {found.total} paths.")
    frame = pd.DataFrame([_route(estate, one) for one in found.routes])
    parts.table(
        frame,
        "paths",
        choose=lambda i: state.put(sel=found.routes[i].path[-1].arn if found.routes[i].path else None),
    )


def _route(estate: Estate, one: Route) -> dict[str, object]:
    hops = " → ".join(f"{hop.kind} {clean(hop.name, 40)}" for hop in one.path)
    types = ", ".join(name for _, name in one.types[:6]) + (" …" if len(one.types) > 6 else "")
    return {
        "Begins at": f"{estate.kind_of(one.start)} {estate.name_of(one.start)}",
        "Path": hops or "it is put there",
        "Delivery": "always"
        if one.delivery == "always"
        else "depends on " + ("; ".join(one.when) or "the payload"),
        "Event types": types or "whatever comes",
        "Works": "yes" if one.works else "no",
        "Policy lets it": one.deliverable,
        "Remark": one.why or one.note,
    }
