"""Failing paths: what is broken, worst first, since when, and which ways go through it; a row opens its stages and charts."""

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.escape import clean
from dashboard.flow.answers import Failing, FailingPath, Failings
from dashboard.flow.health import failing, path
from dashboard.flow.model.estate import Estate
from dashboard.pages import flowing, links, panel, parts, words
from dashboard.pages.scope import EVERY, Scope

MOST_PATHS = 8


def render(estate: Estate, scope: Scope) -> None:
    """The table, below it what is selected: the first row unless the link names another."""
    st.title("Failing paths", anchor=False)
    parts.facts(estate)
    parts.beside(scope, *EVERY)
    found = answer(estate)
    rows = [row for row in found.failing if admits(estate, scope, row)]
    with st.container(key="sentence"):
        st.text(sentence(found))
    parts.gaps(found.gaps, "what fails")
    chosen = _chosen(rows)

    def body() -> None:
        _table(rows, len(found.failing), scope)
        if chosen:
            _row(estate, chosen)

    def side() -> None:
        if chosen and state.get("sel"):
            panel.opened(estate, chosen.arn)
        elif chosen:  # the first row: nobody opened it, so there is nothing to close
            panel.thing(estate, chosen.arn)
        else:
            told = "No fault is left by the filters." if found.failing else "Nothing is seen to fail."
            parts.quiet(told, "hint")

    panel.beside(body, side)


def answer(estate: Estate) -> Failings:
    """All that fails in the estate, looked for once a snapshot."""
    return _answer(estate.snapshot.id, estate)


@st.cache_resource(max_entries=2, show_spinner="Looking at every series …")
def _answer(snapshot_id: str, _estate: Estate) -> Failings:  # noqa: ARG001 - the id is the cache's key
    return failing.failings(_estate)


def admits(estate: Estate, scope: Scope, row: Failing) -> bool:
    """Whether the filters show it: by where it is, and by the domains and buses that its paths touch."""
    buses: list[str | None] = [estate.name_of(way.bus) for way in row.paths if way.bus]
    return (
        all(scope.lets(part, getattr(row, part)) for part in ("owner", "account", "region", "kind"))
        and scope.lets_any("domain", failing.domains_of(estate, row))
        and scope.lets_any("bus", buses or [None])
    )


def sentence(found: Failings) -> str:
    """How many fail, of how many that could be judged, up to when."""
    if not found.looked_at:
        return judged(found)
    faults = words.plural(len(found.failing), "fault")
    told = f"{faults} found." if found.failing else "Nothing is seen to fail."
    return f"{told} {judged(found)}"


def judged(found: Failings) -> str:
    """Of how many it could be judged whether they fail, up to when."""
    if not found.looked_at:
        return "No metrics were collected: whether anything fails is not known."
    end = f", up to {words.moment(found.window_end)}" if found.window_end else ""
    looked = words.plural(found.looked_at, "thing has metrics", "things have metrics")
    old = f" ({found.old:,} of them end earlier: how they do since is not known)" if found.old else ""
    return f"{looked}{end}{old}; {found.unknown:,} have none and are not judged."


def _chosen(rows: list[Failing]) -> Failing | None:
    wanted = state.get("sel")
    found = next((row for row in rows if wanted in {row.arn, *(one.arn for one in row.troubles)}), None)
    if wanted and found is None:
        state.note("What the link selects is not among what fails here; it was left out.")
        state.put(sel=None)
    return found or next(iter(rows), None)


def _table(rows: list[Failing], total: int, scope: Scope) -> None:
    parts.hidden(len(rows), total, scope, "faults", "failing")
    if rows:
        frame = pd.DataFrame([_cells(row) for row in rows])
        parts.table(frame, "failing", choose=lambda i: state.put(sel=rows[i].arn))
        parts.quiet("Lost and dead-lettered: the last 24 hours. Worst first.", "window-failing")


def _cells(row: Failing) -> dict[str, object]:
    return {
        "What": row.name,
        "Kind": row.kind,
        "Broken at": row.stage,
        "Since, UTC": words.stamp(row.since) or ("always" if row.always else None),
        "Lost": round(row.lost),
        "Dead-lettered": round(row.dead_lettered),
        "Waiting": round(row.waiting),
        "Oldest": words.duration(row.age_seconds) if row.age_seconds is not None else None,
        "What is wrong": row.says,
        "Why": row.why,
        "Paths": row.path_count,
        "Domain": row.domain,
        "Owner": row.owner,
        "Account": row.account,
        "Region": row.region,
    }


def _row(estate: Estate, row: Failing) -> None:
    st.header(clean(f"{row.kind.capitalize()} {row.name}", 120), anchor=False)
    told = [*(one.says for one in row.troubles), *([row.why] if row.why else [])]
    st.text("\n".join(clean(line, 400) for line in dict.fromkeys(told)))
    st.header("Paths through it", anchor=False)
    st.text("\n".join(clean(way_of(estate, way), 300) for way in row.paths[:MOST_PATHS]))
    if row.path_count > MOST_PATHS:
        parts.quiet(f"{MOST_PATHS} of {row.path_count} paths.", "paths")
    _stages(estate, row)
    st.header("Throughput", anchor=False)
    flowing.of_thing(estate, row.arn)
    if estate.row_of(row.arn) is not None:
        links.link(
            "resource", "What does it consume and produce?", icon=":material/arrow_forward:", of=row.arn
        )


def way_of(estate: Estate, way: FailingPath) -> str:
    """A path in a line: bus orders → rule r → queue q → function f."""
    bus = [f"bus {estate.name_of(way.bus)}"] if way.bus else []
    return " → ".join([*bus, *(f"{step.kind} {step.name}" for step in way.path)])


def _stages(estate: Estate, row: Failing) -> None:
    """The figures of what stands on its first path and of all that is in trouble, in the order of the way."""
    first = [step.arn for step in row.paths[0].path] if row.paths else []
    arns = dict.fromkeys((*first, *(one.arn for one in row.troubles)))
    found = path.figures_of(estate, arns)
    if not found:
        return
    st.header("Stage by stage", anchor=False)
    parts.table(
        pd.DataFrame(
            {
                "Stage": stage.stage,
                "Of": f"{stage.kind} {stage.name}",
                "Last 3 h": stage.value,
                "Usual": stage.usual,
                "Unit": stage.unit,
                "Metric": stage.metric,
            }
            for stage in found
        ),
        "stages",
    )
    parts.quiet("Usual: the same hours of the last seven days. Waiting and age: the last point.", "stages")
