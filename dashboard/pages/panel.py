"""The panel: one thing of the estate, all that is known of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import streamlit as st

from dashboard import state
from dashboard.escape import clean
from dashboard.flow.answers import Health, Producer
from dashboard.flow.backwards import making
from dashboard.flow.health import judging
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.subscriptions import Subscription
from dashboard.flow.walk import linking
from dashboard.pages import choosing, links, picture, words

# facts in the order in which a reader asks; what is not here is left to the table
FACTS = (
    ("kind", "Kind"),
    ("domain", "Domain"),
    ("owner", "Owner"),
    ("account", "Account"),
    ("region", "Region"),
    ("state", "State"),
    ("why", "Not active because"),
    ("problem", "Problem"),
    ("description", "Description"),
    ("managed_by", "Managed by"),
    ("schedule", "Schedule"),
    ("endpoint", "Endpoint"),
    ("max_receives", "Receives before dead-letter queue"),
    ("log_level", "Log level"),
)
MOST_LINES = 10
_WHEN = {"OnSuccess": "On success", "OnFailure": "On failure"}
_ASKS = {
    "": "What does it consume and produce?",
    "bus": "Who puts events on it, and what listens?",
    "rule": "Which events match, and who gets them?",
    "subscriber": "Which events match, and who gets them?",
}
"""The link to all about a thing, by its kind."""
_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


def beside(main: Callable[[], None], panel: Callable[[], None]) -> None:
    """The page on the left, the panel on the right. What was just selected is drawn first: somebody waits for it."""
    left, right = st.columns([3, 1.15], gap="large")
    sides = [(left, main), (right.container(key="panel").container(border=True), panel)]
    for where, draw in sides[::-1] if state.get("sel") else sides:
        with where:
            draw()
    chosen = state.get("sel")
    if chosen:
        with sides[1][0]:
            picture.leaving(chosen)  # only now is it known what the picture has


def selected(estate: Estate, arn: str, back: str) -> None:
    """What is selected, with the way back, else the thing that the page is about."""
    chosen = choosing.selected(estate)
    if chosen:
        opened(estate, chosen, back)
    else:
        thing(estate, arn, ask=False)


def opened(estate: Estate, arn: str, back: str = "Close") -> None:
    """What was selected, with the way back above it."""
    close(back)
    thing(estate, arn)


def close(label: str = "Close") -> None:
    """Ends the selection. Below 640 px a panel with this button is a sheet over the foot of the page (parts.STYLE)."""
    st.button(label, on_click=_close, key="close", icon=":material/close:", type="tertiary")


def _close() -> None:
    state.put(sel=None)


def evidence(made: Sequence[Producer], arn: str) -> None:
    """Of a producer among these: how it is known that it puts the event."""
    for row in made:
        if row.arn == arn:
            seen = words.moment(row.last_seen) if row.last_seen else None
            pairs(
                [
                    ("Puts this event, by evidence", row.evidence),
                    ("Read from", row.read),
                    ("Events traced", row.events),
                    ("Last seen", seen),
                    ("Remark", row.note),
                ]
            )


def thing(estate: Estate, arn: str, *, ask: bool = True) -> None:
    """A bus, rule, resource or principal by its ARN; with `ask` the way to what it consumes and produces."""
    facts = estate.describe(arn)
    st.text(clean(facts["name"], 60))
    judged = judging.health(estate, [arn]).get(arn)
    if judged:
        _health(judged)
    pairs([(label, facts.get(name)) for name, label in FACTS])
    if ask and facts["collected"]:
        links.link(
            "resource", _ASKS.get(str(facts["kind"]), _ASKS[""]), icon=":material/arrow_forward:", of=arn
        )
    if ask and arn in making.makers(estate):
        links.link("producer", "What does it send, and who gets it?", icon=":material/outbound:", of=arn)
    for name, label in (
        ("pattern", "Pattern"),
        ("metadata_pattern", "Metadata filter"),
        ("policy", "Policy"),
    ):
        if facts.get(name):
            with st.expander(label):
                st.code(clean(facts[name], 4000), language=None, wrap_lines=True)
    carried = linking.called(estate, arn)
    _carried(estate, carried)
    subs = estate.rules.get(arn, [])
    queues = [sub.row["dead_letter_arn"] for sub in subs] or [facts.get("dead_letter_arn")]
    queues += [link["dead_letter_arn"] for link in carried]
    _arns("Dead-letter queue", list(dict.fromkeys(queues)))
    _arns("Targets", facts.get("targets") or [])
    _delivered(estate, subs)
    _afterwards(estate, arn)
    _arns("ARN", [arn])
    if not (facts.get("collected") or carried):
        st.text("Not in the snapshot: only its ARN is known, from what points to it.")
    _console(estate, arn)


def _carried(estate: Estate, carried: Sequence[Mapping[str, Any]]) -> None:
    """What a mapping, subscription, pipe or schedule carries, from where to where, and what it lets through."""
    for link in carried[:MOST_LINES]:
        ends = [f"{estate.kind_of(end)} {estate.name_of(end)}" for end in (link["from_arn"], link["to_arn"])]
        on = link["state"] or ("on" if link["active"] else words.INACTIVE)
        lets = "could not be read" if link["filters_hidden"] else "everything passes"
        pairs([("Carries", link["kind"]), ("From", ends[0]), ("To", ends[1]), ("State", on)])
        pairs([("Filter", None if link["filters"] else lets)])
        for text in link["filters"][:MOST_LINES]:
            st.code(clean(text, 4000), language=None, wrap_lines=True)


def _delivered(estate: Estate, subs: list[Subscription]) -> None:
    """What each target of a rule or subscriber gets, and what becomes of an event that cannot be delivered."""
    told = [
        f"{estate.name_of(sub.target_arn)} gets {words.gets(sub.row)}; {words.undeliverable(sub.row, _name(estate, sub.row))}."
        for sub in subs
        if sub.target_arn
    ]
    if told:
        st.text("\n".join(clean(line, 300) for line in told[:MOST_LINES]))


def _name(estate: Estate, row: Mapping[str, Any]) -> str | None:
    return estate.name_of(row["dead_letter_arn"]) if row["dead_letter_arn"] else None


def _afterwards(estate: Estate, arn: str) -> None:
    """Where a function sends the results of asynchronous calls."""
    told = [
        f"{_WHEN.get(link['condition'], 'Afterwards')}: {estate.kind_of(link['to_arn'])} {estate.name_of(link['to_arn'])}"
        for link in estate.links_from(arn, "async-destination")
    ]
    if told:
        st.caption("Asynchronous destinations")
        st.text("\n".join(clean(line, 300) for line in told[:MOST_LINES]))


def _health(judged: Health) -> None:
    st.text(f"{words.HEALTH[judged.state]}. {clean(judged.says, 300)}")
    window = "last 3 hours of the snapshot"
    pairs(
        [
            (f"Rate, {window}", _known(judged.rate_3h, "an hour")),
            (f"Failures, {window}", _known(judged.failed_3h)),
            ("Backlog", _known(judged.backlog, "messages")),
            (
                "Oldest message",
                words.duration(judged.age_seconds) if judged.age_seconds is not None else None,
            ),
            ("Dead-lettered", _known(judged.dead_lettered)),
        ]
    )


def _known(value: float | None, unit: str = "") -> str | None:
    return None if value is None else words.number(value, unit)


def pairs(facts: list[tuple[str, Any]]) -> None:
    """Facts as lines of text; what is not known is left out."""
    told = [f"{label}: {clean(value, 300)}" for label, value in facts if value not in (None, "", (), [])]
    if told:
        st.text("\n".join(told))


def _arns(label: str, arns: list[Any]) -> None:
    known = [str(arn) for arn in arns if arn]
    if known:
        st.caption(label)
        st.code("\n".join(clean(arn, 300) for arn in known[:MOST_LINES]), language=None, wrap_lines=True)


def _console(estate: Estate, arn: str) -> None:
    """The AWS console shows anything by its ARN; a local AWS has none."""
    partition = arn.split(":")[1] if arn.startswith("arn:") else ""
    if partition in _CONSOLES and not estate.snapshot.is_local:
        st.link_button(
            "Open in the AWS console", f"https://{_CONSOLES[partition]}/go/view?arn={quote(arn, safe='')}"
        )
