"""Who consumes an event type, by domain and owner: as a list of links on Ask, as a table on the event type's page."""

from collections.abc import Sequence
from itertools import groupby

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.escape import clean
from dashboard.flow.answers import Consumer
from dashboard.flow.health import judging
from dashboard.flow.model.estate import Estate
from dashboard.flow.who import summary
from dashboard.flow.who.seen import seen
from dashboard.pages import links, parts, words
from dashboard.pages.answers import Answer

MOST_LISTED = 12
"""Consumers that Ask lists; the event type's page has all."""
COUNTED = "CloudWatch counts what a rule or subscriber takes, of whatever type. Rates: events an hour, last 3 hours."


def ordered(rows: Sequence[Consumer]) -> list[Consumer]:
    """By domain and owner, what has none last; in each what is active first."""
    return sorted(
        rows, key=lambda row: (row.domain or "~", row.owner or "~", not row.active, row.name, row.arn)
    )


def table(estate: Estate, answer: Answer, rows: Sequence[Consumer]) -> None:
    """All rows with all that is known of each; a row opens the panel."""
    shown = ordered(rows)
    frame = pd.DataFrame([_facts(estate, answer, row) for row in shown])
    parts.table(frame, "consumers", choose=lambda i: state.put(sel=shown[i].arn))
    parts.quiet(COUNTED, "counted")


def listed(estate: Estate, answer: Answer) -> None:
    """The first consumers under the headings of their domain and owner, each a link, with what matters most of it in a line."""
    every = _once(ordered(answer.got.consumers))
    for number, (team, rows) in enumerate(
        groupby(every[:MOST_LISTED], key=lambda row: (row.domain, row.owner))
    ):
        with st.container(key=f"group-{number}", gap="xxsmall"):
            domain, owner = (clean(name, 40) if name else None for name in team)
            st.text(words.joined([domain or "no domain", owner or "no owner"]))
            for place, row in enumerate(rows):
                _line(estate, answer, row, f"{number}-{place}")
    if len(every) > MOST_LISTED:
        st.text(f"{MOST_LISTED} of {len(every)} consumers shown.")
    if every:
        parts.quiet(COUNTED, "counted")


def _once(rows: Sequence[Consumer]) -> list[Consumer]:
    """Each consumer once: what is active before what is not, what comes for certain before what may."""
    best: dict[str, Consumer] = {}
    for row in rows:
        kept = best.get(row.arn)
        if kept is None or _worse(kept) > _worse(row):
            best[row.arn] = row
    return ordered(list(best.values()))


def _worse(row: Consumer) -> tuple[bool, bool]:
    return not row.active, row.delivery != "always"


def _line(estate: Estate, answer: Answer, row: Consumer, key: str) -> None:
    told = _facts(estate, answer, row)
    rate, last = told["Calls/h, 3 h"], told["Last seen, UTC"]
    with st.container(key=f"result-taker-{key}", horizontal=True, vertical_alignment="center", gap="small"):
        if estate.row_of(row.arn) is not None:
            links.link("resource", row.name, of=row.arn)
        else:
            event = answer.got.event
            links.link("event", row.name, source=event.source, type=event.detail_type, sel=row.arn)
        parts.quiet(
            words.joined(
                [
                    row.kind,
                    str(told["Delivery"]),
                    None if rate is None or not row.active else words.number(float(str(rate)), "/h"),
                    str(told["Health"]),
                    str(told["Evidence"]),
                    f"last seen {last}" if last else "last seen -",
                ]
            ),
            f"taker-{key}",
        )


def _facts(estate: Estate, answer: Answer, row: Consumer) -> dict[str, object]:
    found = answer.health.get(row.arn)
    known = seen(estate, answer.got.event, row)
    lost = [] if row.active else summary.losing(row, answer.health)
    trouble = (
        row.why or judging.broken(estate, row, answer.health) or judging.unclear(estate, row) or row.note
    )
    trouble = " ".join([*filter(None, [trouble]), *(one.says for one in lost)])
    return {
        "Consumer": row.name,
        "Domain": row.domain,
        "Delivery": words.delivery(row),
        "Calls/h, 3 h": found.rate_3h if found else None,
        "Health": words.HEALTH["failing"] if lost else words.health_of(row.active, found),
        "Evidence": known.evidence,
        "Last seen, UTC": words.stamp(known.last),
        "Owner": row.owner,
        "Kind": row.kind,
        "Through": words.path(row),
        "Bus": estate.name_of(row.bus),
        "Account": row.account,
        "Region": row.region,
        "Policy lets it": row.deliverable,
        "Remark": trouble or None,
    }
