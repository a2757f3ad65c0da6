"""What flows on behind a template never contradicts what the target really gets."""

import json
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from collectors import redaction
from dashboard.flow.model import trees
from dashboard.flow.patterns import parse
from dashboard.flow.walk import inputs
from tests.laws import LAW

SOURCE, TYPE = "shop", "Sold"
PATHS = {
    "src": "$.source",
    "kind": "$.detail-type",
    "all": "$.detail",
    "id": "$.detail.id",
    "deep": "$.detail.line.sku",
    "none": "$.detail.nowhere",
}
LITERALS = st.sampled_from(["a", "shop", "", 1, 2.5, True, None])
HOLES = st.sampled_from([f"<{name}>" for name in PATHS])
KEYS = st.sampled_from(["source", "id", "a", "b"])


def templates(depth: int = 2) -> st.SearchStrategy[Any]:
    """(is a hole, value): holes stand without quotes, strings may hold one."""
    leaf = st.one_of(
        HOLES.map(lambda hole: ("hole", hole)),
        LITERALS.map(lambda value: ("literal", value)),
        HOLES.map(lambda hole: ("literal", hole)),
        HOLES.map(lambda hole: ("literal", f"No {hole}")),
    )
    if depth == 0:
        return leaf
    inner = templates(depth - 1)
    return st.one_of(
        leaf,
        st.dictionaries(KEYS, inner, max_size=3).map(lambda one: ("object", one)),
        st.lists(inner, max_size=2).map(lambda many: ("array", many)),
    )


def written(node: Any) -> str:
    """The template's text, as PutTargets takes it."""
    kind, value = node
    if kind == "object":
        return "{" + ", ".join(f"{json.dumps(key)}: {written(item)}" for key, item in value.items()) + "}"
    if kind == "array":
        return "[" + ", ".join(map(written, value)) + "]"
    return str(value) if kind == "hole" else json.dumps(value)


def filled(node: Any, event: Any) -> Any:
    """What EventBridge makes of it: an object's placeholder gives the value, one inside a string its text."""
    kind, value = node
    if kind == "object":
        return {key: filled(item, event) for key, item in value.items()}
    if kind == "array":
        return [filled(item, event) for item in value]
    if kind == "hole":
        return found(value[1:-1], event)
    if not isinstance(value, str):
        return value
    for name in PATHS:
        told = found(name, event)
        value = value.replace(f"<{name}>", told if isinstance(told, str) else json.dumps(told))
    return value


def found(name: str, event: Any) -> Any:
    for step in PATHS[name].removeprefix("$.").split("."):
        event = event.get(step) if isinstance(event, dict) else None
    return event


DETAILS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.one_of(LITERALS, st.lists(LITERALS, max_size=2)),
        "line": st.fixed_dictionaries({"sku": LITERALS}),
    },
)
FIELDS = st.sampled_from(["source", "id", "a", "b", "a.id", "a.line.sku", "b.a", "a.b"])
CONDITIONS = st.sampled_from(
    [
        *("shop", "Sold", "a", "", 1, 2.5, True, None, "No shop"),
        *({"exists": True}, {"exists": False}, {"prefix": "N"}, {"anything-but": "a"}, {"numeric": [">", 1]}),
    ]
)
LEAVES = st.dictionaries(FIELDS, st.lists(CONDITIONS, min_size=1, max_size=2), min_size=1, max_size=2)


@LAW
@given(templates(), DETAILS, LEAVES, st.booleans())
def test_a_template_never_contradicts_what_the_target_gets(
    template: Any,
    detail: Any,
    leaves: Any,
    of_event: bool,  # noqa: FBT001 - drawn
) -> None:
    event = {"source": SOURCE, "detail-type": TYPE, "detail": detail}
    told = redaction.of_target(
        {"InputTransformer": {"InputPathsMap": PATHS, "InputTemplate": written(template)}}
    )
    carrier = {"input_paths": (), "input_template": None, **told}
    tree = trees.of_event(event, "1", "r") if of_event else trees.of_type(SOURCE, TYPE)
    record = trees.queue_record("q", inputs.after(carrier, tree))
    pattern = parse({"body": leaves}, dialect="lambda")
    decision = pattern.decide(record)
    body = filled(template, event)
    assume(isinstance(body, dict))  # of other templates nothing is claimed
    matched = pattern.matches({"body": json.dumps(body), "eventSource": "aws:sqs", "eventSourceARN": "q"})
    assert not (decision.delivery == "never" and matched)
    assert not (decision.delivery == "always" and not matched)
