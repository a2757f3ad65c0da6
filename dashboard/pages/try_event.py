"""Try an event: paste or pick one; every subscription of the bus matches, or says why not, and where it would arrive.

What is pasted lives in the reader's session only: not in the URL, not in a cache, not in the log.
"""

import json
import sys
import traceback
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from collectors.errors import HeadwaterError, UsageError
from dashboard import state
from dashboard.escape import clean
from dashboard.flow.answers import Consumer
from dashboard.flow.model.estate import Estate
from dashboard.flow.suppose import example, pasted, trying
from dashboard.flow.suppose.trials import Trial, Tried
from dashboard.pages import choosing, panel, parts, words
from dashboard.pages.scope import Scope

TEXT, MADE_UP = "event-text", "event-made-up"
MOST_TYPED = 1_000_000
MOST_CONDITIONS = 20
STYLE = "<style>.st-key-event-text textarea { font-family: monospace; font-size: .85rem; }</style>"
RESULTS = {
    "matches": "● matches",
    "may match": "◐ may match",
    "malformed": "✖ cannot be read",
    "does not match": "○ does not match",
}
PASTE = """{
  "source": "com.acme.orders",
  "detail-type": "OrderPlaced",
  "detail": {"total": 120}
}"""


def render(estate: Estate, scope: Scope) -> None:
    """The box, and below it what becomes of the event."""
    st.html(STYLE)
    st.title("Try an event", anchor=False)
    parts.facts(estate)
    parts.beside(scope, *state.PARTS)
    bus = _input(estate)
    text = st.session_state.get(TEXT) or ""
    if not text.strip():
        _nothing()
        return
    try:
        event = pasted.read(text)
    except UsageError as error:
        with st.container(border=True, key="bad-event"):
            st.text(f"✖ {clean(error, 500)}")
        return
    trial = _tried(estate, event, bus)
    chosen = choosing.selected(estate)
    if chosen is None:
        _answer(estate, trial, scope)
        return
    main, side = st.columns([3, 1.15], gap="large")
    with main:
        _answer(estate, trial, scope)
    with side, st.container(key="panel"), st.container(border=True):
        panel.close()
        _conditions(trial, chosen)
        panel.thing(estate, chosen)


def _input(estate: Estate) -> str | None:
    box, choice = st.columns([2, 1], gap="large")
    with choice:
        asked = choosing.event_type(estate, "Begin with a made-up event of this type", "try-type")
        bus = choosing.bus(estate, "try-bus")
    _fill(estate, asked, bus)
    with box:
        st.text_area(
            "Event, as JSON",
            key=TEXT,
            height=330,
            max_chars=MOST_TYPED,
            placeholder=PASTE,
            persist_state="session",
        )
    with choice:
        st.button("Try it", type="primary", key="try-it")
        parts.quiet(
            "What you paste stays in this browser session: it is not stored, not logged and not part of the link.",
            "private",
        )
    if st.session_state.get(TEXT) and st.session_state[TEXT] == st.session_state.get(MADE_UP):
        parts.quiet(
            "This event is made up from the schema: no value in it is real. Change what you like.", "made-up"
        )
    return bus


def _fill(estate: Estate, asked: tuple[str, str] | None, bus: str | None) -> None:
    """Put an example into the box when another type is chosen; what a reader typed stays until then."""
    if asked is None:
        st.session_state.pop("event-example", None)
    if asked is None or st.session_state.get("event-example") == asked:
        return
    made = json.dumps(example.of_type(estate, *asked, bus), indent=2, ensure_ascii=False)
    st.session_state[TEXT] = st.session_state[MADE_UP] = made
    st.session_state["event-example"] = asked


def _nothing() -> None:
    with st.container(border=True):
        st.text("Paste an event, or choose a type to begin with a made-up one.")
        st.text(
            "An event as EventBridge delivers it, or an entry of PutEvents; source and detail-type are all it needs. "
            "The answer names every subscription that takes it, where it would arrive, and for the others the field "
            "and the condition that stand in the way."
        )


def _tried(estate: Estate, event: Mapping[str, Any], bus: str | None) -> Trial:
    """The trial. What goes wrong is logged without the exception's own words, which may hold a part of the event."""
    try:
        return trying.try_event(estate, event, bus)
    except HeadwaterError:
        raise
    except Exception as error:  # noqa: BLE001 - nothing of what was pasted may reach the log
        sys.stderr.write("".join(traceback.format_tb(error.__traceback__)) + type(error).__name__ + "\n")
    raise HeadwaterError("This event could not be tried. That is a bug in Headwater; its log says where.")


def _answer(estate: Estate, trial: Trial, scope: Scope) -> None:
    with st.container(key="sentence"):
        st.text(clean(trial.sentence, 600))
    if not trial.known:
        st.text("Nothing in the snapshot knows this event type: all buses were asked.")
    for note in trial.notes:
        st.text(clean(note, 300))
    parts.gaps(trial.gaps, "this answer")
    shown = [tried for tried in trial.tried if _lets(estate, scope, tried)]
    parts.hidden(len(shown), len(trial.tried), scope, "subscriptions", "tried")
    _taken(estate, [tried for tried in shown if tried.result in ("matches", "may match")], trial)
    _arrives(estate, trial, scope)
    _malformed(estate, [tried for tried in shown if tried.result == "malformed"])
    _missed(estate, [tried for tried in shown if tried.result == "does not match"], trial)


def _lets(estate: Estate, scope: Scope, tried: Tried) -> bool:
    return (
        scope.lets("bus", estate.name_of(tried.bus))
        and scope.lets("account", estate.account_of(tried.bus))
        and scope.lets("region", estate.region_of(tried.bus))
    )


def _taken(estate: Estate, rows: list[Tried], trial: Trial) -> None:
    st.header(f"Matches ({trial.counts['matches'] + trial.counts['may match']:,})", anchor=False)
    if not rows:
        st.text("No subscription takes it." if not trial.counts["matches"] else "None within the filters.")
        return
    frame = pd.DataFrame(
        [
            {
                "Subscription": tried.name,
                "Result": RESULTS[tried.result],
                "Switched on": "yes" if tried.active else "□ no",
                "Arrives at": ", ".join(dict.fromkeys(row.name for row in tried.consumers)) or "nowhere",
                "Why": tried.reason if tried.active else f"{tried.reason} {tried.why}",
                "Bus": estate.name_of(tried.bus),
                "Account": estate.account_of(tried.bus),
                "Region": estate.region_of(tried.bus),
            }
            for tried in rows
        ]
    )
    parts.table(frame, "matches", choose=lambda i: state.put(sel=rows[i].subscription))


def _arrives(estate: Estate, trial: Trial, scope: Scope) -> None:
    every = [row for tried in trial.tried if tried.result != "malformed" for row in tried.consumers]
    rows = [row for row in every if scope.admits(row, estate.name_of(row.bus))]
    st.header("Where it would arrive", anchor=False)
    parts.hidden(len(rows), len(every), scope, "consumer rows", "arrives")
    if not every:
        st.text("Nowhere: no path leads to a consumer.")
    if rows:
        frame = pd.DataFrame([_consumer(estate, row) for row in rows])
        parts.table(frame, "arrives", choose=lambda i: state.put(sel=rows[i].arn))


def _consumer(estate: Estate, row: Consumer) -> dict[str, object]:
    return {
        "Consumer": row.name,
        "Kind": row.kind,
        "Arrives": _how(row),
        "Through": f"{estate.name_of(row.subscription)}: {words.path(row)}",
        "Domain": row.domain,
        "Owner": row.owner,
        "Policy lets it": row.deliverable,
        "Remark": row.why or row.note,
        "Bus": estate.name_of(row.bus),
        "Account": row.account,
        "Region": row.region,
    }


def _how(row: Consumer) -> str:
    if not row.active:
        return words.INACTIVE
    if row.deliverable == "no":
        return "✖ refused by a policy"
    if row.delivery == "sometimes":
        return f"◐ {words.delivery(row)}"
    return "● yes" if row.deliverable == "yes" else "■ policy not known"


def _malformed(estate: Estate, rows: list[Tried]) -> None:
    if not rows:
        return
    st.header(f"Patterns that cannot be read ({len(rows):,})", anchor=False)
    frame = pd.DataFrame(
        [{"Subscription": t.name, "Problem": t.reason, "Bus": estate.name_of(t.bus)} for t in rows]
    )
    parts.table(frame, "malformed", choose=lambda i: state.put(sel=rows[i].subscription))


def _missed(estate: Estate, rows: list[Tried], trial: Trial) -> None:
    total = trial.counts["does not match"]
    st.header(f"Does not match ({total:,})", anchor=False)
    if not total:
        st.text("Every subscription takes it.")
        return
    told = sum(tried.result == "does not match" for tried in trial.tried)
    if told < total:
        st.text(f"The nearest {told} of {total:,} are shown.")
    if rows:
        frame = pd.DataFrame([_miss(estate, tried) for tried in rows])
        parts.table(frame, "misses", choose=lambda i: state.put(sel=rows[i].subscription))


def _miss(estate: Estate, tried: Tried) -> dict[str, object]:
    failing = next((verdict for verdict in tried.fields if not verdict.matched), None)
    return {
        "Subscription": tried.name,
        "Field": failing.path if failing else None,
        "It asks that": failing.condition if failing else tried.reason,
        "The event has": (failing.had or "no such field") if failing else None,
        "Fields not met": f"{tried.missed} of {tried.asked}" if tried.asked else None,
        "Bus": estate.name_of(tried.bus),
        "Account": estate.account_of(tried.bus),
        "Region": estate.region_of(tried.bus),
    }


def _conditions(trial: Trial, chosen: str) -> None:
    """The conditions of the subscription that is selected, one by one."""
    tried = next((t for t in trial.tried if t.subscription == chosen), None)
    if tried and tried.fields:
        st.text(f"{RESULTS[tried.result]}: {clean(tried.name, 60)}")
        for verdict in tried.fields[:MOST_CONDITIONS]:
            st.text(f"{'●' if verdict.matched else '✖'} {clean(verdict.sentence, 300)}")
        st.divider()
