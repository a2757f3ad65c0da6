"""The changes that a reader supposes: kept in the URL, told as a list, added and taken away one by one."""

from collections.abc import Iterable, Sequence
from typing import Literal, get_args

import streamlit as st

from collectors.errors import UsageError
from dashboard import state
from dashboard.escape import clean, markdown
from dashboard.flow.model.estate import Estate
from dashboard.flow.suppose import changes, overlay
from dashboard.flow.suppose.changes import Change, FieldChange, RuleChange, RuleKind

Param = Literal["remove", "set", "optional", "disable", "enable", "drop", "pattern"]
KINDS: dict[str, tuple[Param, str]] = {
    "Remove a field": ("remove", "field"),
    "Set a field to a value": ("set", "value"),
    "Set a field to a value that no pattern names": ("set", "field"),
    "Make a field optional": ("optional", "field"),
    "Disable a rule": ("disable", "rule"),
    "Enable a rule": ("enable", "rule"),
    "Remove a rule": ("drop", "rule"),
    "Change a rule's pattern": ("pattern", "pattern"),
}
"""What a reader chooses → its name in the URL, and what else has to be said."""
MOST = 20
MOST_CHARACTERS = 4_000
_PROBLEM = "what-if-problem"


def in_url() -> list[tuple[Param, str]]:
    """The changes in the URL, as they stand there."""
    return [
        (name, text[:MOST_CHARACTERS])
        for name in get_args(Param)
        for text in st.query_params.get_all(name)[:MOST]
        if text
    ]


def read(estate: Estate, told: Iterable[tuple[Param, str]]) -> list[Change]:
    """The changes, each with its rule found. One that means nothing here is dropped with a note."""
    found: list[Change] = []
    for name, text in told:
        try:
            change = of_text(estate, name, text)
            changes.agree([c for c in (*found, change) if isinstance(c, FieldChange)])
        except UsageError as error:
            state.note(f"{name} “{clean(text, 60)}” in the link was left out: {clean(error, 200)}")
            take_away(name, text)
        else:
            found.append(change)
    return found


def of_text(estate: Estate, name: Param, text: str) -> Change:
    """One change of the URL: PATH, PATH=JSON, RULE or RULE=JSON. Raises UsageError."""
    head, given, rest = text.partition("=")
    if name in ("remove", "optional"):
        return changes.field(name, text)
    if name == "set":
        return changes.field("set" if given else "other", head, rest)
    kind: RuleKind = name  # type: ignore[assignment]  # one of the other four
    change = overlay.located(estate, RuleChange(kind, head if kind == "pattern" else text, rest or None))
    overlay.changed(estate, [change])  # a pattern that is none is refused here
    return change


def editor(
    estate: Estate, told: Sequence[tuple[Param, str]], fields: Sequence[str], rules: Sequence[str]
) -> None:
    """What is supposed so far, and the way to suppose more."""
    if told:
        with st.container(horizontal=True, gap="small", key="changes"):
            for at, (name, text) in enumerate(told):
                st.button(
                    markdown(_words(estate, name, text), 160),
                    icon=":material/close:",
                    icon_position="right",
                    key=f"take-{at}",
                    help="Take this change away",
                    on_click=take_away,
                    args=(name, text),
                )
    with st.container(border=True, key="add-change"):
        kinds, what, button = st.columns([1.3, 2, 0.5], vertical_alignment="bottom")
        with kinds:
            kind = st.selectbox(
                "Add a change" if not told else "Add another change", list(KINDS), key="change-kind"
            )
        name, needs = KINDS[kind or next(iter(KINDS))]
        with what:
            _what(estate, needs, fields, rules)
        with button:
            st.button(
                "Add",
                type="primary",
                key="add",
                on_click=_add,
                args=(name, needs),
                disabled=len(told) >= MOST,
            )
        if problem := st.session_state.pop(_PROBLEM, None):
            st.text(f"✖ {clean(problem, 400)}")


def _words(estate: Estate, name: Param, text: str) -> str:
    pattern = f": {text.partition('=')[2]}" if name == "pattern" else ""
    return f"{of_text(estate, name, text).words()}{pattern}"


def _what(estate: Estate, needs: str, fields: Sequence[str], rules: Sequence[str]) -> None:
    if needs in ("field", "value"):
        st.selectbox(
            "Field",
            list(fields),
            index=None,
            key="change-field",
            accept_new_options=True,
            filter_mode="contains",
            format_func=clean,
            placeholder="detail.order.total: choose or type",
        )
        if needs == "value":
            st.text_input(
                "Value, as JSON", key="change-value", placeholder='"EUR", 120, true, null', max_chars=2_000
            )
        return
    st.selectbox(
        "Rule or subscriber",
        list(rules),
        index=None,
        key="change-rule",
        accept_new_options=True,
        filter_mode="contains",
        format_func=lambda arn: rule_label(estate, arn),
        placeholder="Choose one, or type its name or ARN",
    )
    if needs == "pattern":
        chosen = st.session_state.get("change-rule")
        if chosen != st.session_state.get("change-pattern-of") and chosen in estate.rules:
            st.session_state["change-pattern"] = estate.rules[chosen][0].row["pattern"] or ""
            st.session_state["change-pattern-of"] = chosen
        st.text_area("New pattern", key="change-pattern", height=140, max_chars=MOST_CHARACTERS - 400)


def rule_label(estate: Estate, arn: str) -> str:
    """A rule by name and bus, with its state where it is off."""
    if arn not in estate.rules:
        return clean(arn)
    sub = estate.rules[arn][0]
    off = "" if sub.active else ", switched off"
    return f"{clean(sub.name)} (bus {clean(estate.name_of(sub.bus), 40)}{off})"


def _add(name: Param, needs: str) -> None:
    """Add what the widgets say, where it can be read; otherwise say why not."""
    said = st.session_state
    try:
        text = _text(needs, said.get("change-field"), said.get("change-rule"), said)
        estate = state.estate()
        every = [*in_url(), (name, text)]
        found = [of_text(estate, *one) for one in every]
        changes.agree([c for c in found if isinstance(c, FieldChange)])
    except UsageError as error:
        said[_PROBLEM] = str(error)
        return
    add(name, text)
    said.update({"change-field": None, "change-rule": None, "change-value": "", "change-pattern": ""})
    said["change-pattern-of"] = None


def _text(needs: str, field: str | None, rule: str | None, said: object) -> str:
    get = said.get  # type: ignore[attr-defined]  # the session's state
    if needs in ("field", "value"):
        if not field:
            raise UsageError("Say which field.")
        value = (get("change-value") or "").strip()
        if needs == "value" and not value:
            raise UsageError("Say which value, as JSON: text in quotes.")
        return f"{field}={value}" if needs == "value" else field
    if not rule:
        raise UsageError("Say which rule.")
    return f"{rule}={(get('change-pattern') or '').strip()}" if needs == "pattern" else rule


def add(name: Param, text: str) -> None:
    """One more change in the URL."""
    st.query_params[name] = list(dict.fromkeys([*st.query_params.get_all(name), text]))


def take_away(name: Param, text: str) -> None:
    """One change less in the URL."""
    rest = [one for one in st.query_params.get_all(name) if one[:MOST_CHARACTERS] != text]
    if rest:
        st.query_params[name] = rest
    else:
        st.query_params.pop(name, None)


def suggest(fields: Sequence[str]) -> None:
    """Fields that somebody's pattern or filter asks for: removing one is what breaks something."""
    if not fields:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="suggested"):
        st.text("Try:")
        for at, path in enumerate(fields[:5]):
            st.button(
                f"Remove {markdown(path, 60)}", key=f"suggest-{at}", on_click=add, args=("remove", path)
            )
