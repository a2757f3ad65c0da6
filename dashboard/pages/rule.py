"""A rule or subscriber: its pattern, the event types that match, what its targets get, and how it does."""

import json

import pandas as pd
import streamlit as st

from dashboard.escape import clean, markdown
from dashboard.flow.backwards import rules
from dashboard.flow.backwards.rules import Match, RuleAnswer, Target
from dashboard.flow.health import judging
from dashboard.flow.model.estate import Estate
from dashboard.pages import flowing, links, nearby, panel, parts, words
from dashboard.pages.scope import PLACED, TIMES, Scope

_FILTERS = (
    ("pattern", "Pattern", "DATA filter"),
    ("metadata_pattern", "Metadata filter", "METADATA filter"),
    ("system_pattern", "System filter", "SYSTEM_METADATA filter"),
)
"""Columns with a filter, and what it is called for a rule and for a subscriber."""
_TAKES = {"always": "● always", "sometimes": "◐ depends on ", "never": "○ never, by its schema"}


def render(estate: Estate, arn: str, scope: Scope) -> None:
    """The page of the rule or subscriber with this ARN, which the estate has."""
    st.title(markdown(estate.name_of(arn), 120), anchor=False)
    parts.facts(estate)
    parts.beside(scope, *(part for part in PLACED if part in ("domain", "owner")), TIMES)
    answer = _answer(estate.snapshot.id, arn, estate)
    panel.beside(
        lambda: _body(estate, answer, scope),
        lambda: panel.selected(estate, arn, f"Back to the {answer.kind}"),
    )


@st.cache_resource(max_entries=500, show_spinner="Looking for what matches …")
def _answer(snapshot_id: str, arn: str, _estate: Estate) -> RuleAnswer:  # noqa: ARG001 - the id is the cache's key
    return rules.rule(_estate, arn)


def _body(estate: Estate, answer: RuleAnswer, scope: Scope) -> None:
    with st.container(key="sentence"):
        st.text(clean(rules.sentence(estate, answer), 700))
    parts.gaps(answer.gaps, "what comes to its bus")
    with st.container(horizontal=True, vertical_alignment="center"):
        links.link("resource", f"Bus {estate.name_of(answer.bus)}", icon=":material/hub:", of=answer.bus)
        first = next((one for one in answer.matches if one.takes != "never"), None)
        links.link(
            "try",
            "Try an event against it",
            icon=":material/science:",
            on=answer.bus,
            sel=answer.arn,
            source=first.source if first else None,
            type=first.detail_type if first else None,
        )
    st.header("What it asks", anchor=False)
    _pattern(estate, answer)
    st.header("Event types that match", anchor=False)
    _matches(estate, answer, scope)
    st.header("Targets", anchor=False)
    _targets(estate, answer)
    st.header("Neighbours", anchor=False)
    nearby.draw(
        rules.picture(estate, answer),
        f"Event types that match, the {answer.kind} itself ◆, what it hands them to",
        f"What {answer.name} takes and hands on. The tables above say the same.",
    )
    st.header("Throughput", anchor=False)
    flowing.of_thing(estate, answer.arn)


def _pattern(estate: Estate, answer: RuleAnswer) -> None:
    """In words, a condition a line, and as AWS holds it."""
    sub = estate.rules[answer.arn][0]
    lines = [f"· {line}" for line in answer.words] or [rules.in_words(sub).capitalize() + "."]
    st.text("\n".join(clean(line, 400) for line in lines))
    if answer.problem:
        st.text(clean(f"It cannot be read: {answer.problem}", 400))
    for column, of_rule, of_subscriber in _FILTERS:
        if sub.row[column]:
            st.caption(of_subscriber if answer.kind == "subscriber" else of_rule)
            st.code(
                clean(_laid_out(sub.row[column]), 6000).replace("⟦000A⟧", "\n"),
                language=None,
                wrap_lines=True,
            )


def _laid_out(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _matches(estate: Estate, answer: RuleAnswer, scope: Scope) -> None:
    rows = [
        one for one in answer.matches if scope.lets("domain", one.domain) and scope.lets("owner", one.owner)
    ]
    parts.hidden(len(rows), len(answer.matches), scope, "event types", "matches")
    if not answer.matches:
        st.text("No event type that is known to come to its bus matches.")
    if rows:
        parts.table(
            pd.DataFrame([_match(estate, one) for one in rows]),
            "matches",
            leaves=True,
            choose=lambda i: links.later("event", source=rows[i].source, type=rows[i].detail_type),
        )
        parts.quiet("Select a row to open the event type.", "hint-matches")


def _match(estate: Estate, one: Match) -> dict[str, object]:
    takes = _TAKES[one.takes] + ("; ".join(one.when) or "the payload" if one.takes == "sometimes" else "")
    entering = any(not row.path for row in one.comes)
    origins = dict.fromkeys(
        estate.name_of(row.path[-2].arn if len(row.path) > 1 else row.bus) for row in one.comes if row.path
    )
    comes = ["put here"] if entering else []
    comes += [f"from {', '.join(list(origins)[:4])}"] if origins else []
    return {
        "Event type": one.detail_type,
        "Source": one.source,
        "Taken": takes,
        "Comes": "; ".join(comes),
        "By its schema": one.says,
        "Domain": one.domain,
        "Owner": one.owner,
    }


def _targets(estate: Estate, answer: RuleAnswer) -> None:
    if not answer.targets:
        st.text("It has none: what it takes goes nowhere.")
        return
    health = judging.health(estate, [one.arn for one in answer.targets])
    rows = answer.targets
    parts.table(
        pd.DataFrame([_target(estate, one, words.health_of(one.active, health[one.arn])) for one in rows]),
        "targets",
        leaves=True,
        choose=lambda i: links.later("resource", of=rows[i].arn),
    )
    parts.quiet("Select a row to open the target. Retries and age: what AWS applies.", "hint-targets")


def _target(estate: Estate, one: Target, health: str) -> dict[str, object]:
    row = one.sub.row
    queue, role = row["dead_letter_arn"], row["role_arn"]
    return {
        "Target": one.name,
        "Kind": one.kind,
        "Health": health,
        "Gets": words.gets(row),
        "Policy lets it": one.deliverable,
        "Retries": one.retries,
        "For at most": words.duration(one.age_seconds),
        "Undelivered": words.undeliverable(row, estate.name_of(queue) if queue else None),
        "Role": estate.name_of(role) if role else None,
        "Template": row["input_template"],
        "Account": estate.account_of(one.arn),
        "Region": estate.region_of(one.arn),
        "Remark": one.why,
    }
