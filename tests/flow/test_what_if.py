"""What if: who gains, loses and changes, exactly – and never a yes that is no."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.errors import UsageError
from collectors.records import Schema
from dashboard.flow import patterns
from dashboard.flow.answers import Question
from dashboard.flow.model.estate import Estate
from dashboard.flow.patterns.scalars import CONSTANTS
from dashboard.flow.suppose import changes, overlay
from dashboard.flow.suppose.changes import Change, RuleChange, field
from dashboard.flow.suppose.effects import Effect, WhatIf
from dashboard.flow.suppose.supposing import Supposed, named_values
from dashboard.flow.suppose.what_if import what_if
from dashboard.flow.who.consumers import consumers
from tests.flow.building import (
    SOURCE,
    TYPE,
    Build,
    bus,
    estate_of,
    function,
    link,
    new_bus,
    queue,
    rule,
    subscriber,
    topic,
)
from tests.flow.patterns.pattern_strategies import CONDITIONS, NAMES, ROOTS, SCALARS, complete, values
from tests.flow.patterns.pattern_strategies import patterns as generated
from tests.laws import LAW

ORDERS, BILLING = bus(), bus("billing")
ASKED = Question(SOURCE, TYPE)


def over(**detail: Any) -> str:
    return json.dumps({"source": [SOURCE], "detail-type": [TYPE], "detail": detail})


def arn(name: str, on: Any = ORDERS) -> str:
    return rule(on, name, None).arn


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    """A bus with a rule for each kind of condition, two ways to one function, forwarding, a queue and a topic behind."""
    big, small = [{"numeric": [">", 100]}], [{"numeric": ["<=", 100]}]
    records = [
        *(ORDERS, BILLING, queue(), topic()),
        *(function(name) for name in ("all", "big", "none", "eur", "deep", "twice", "far", "text", "off")),
        rule(ORDERS, "all", function("all").arn),
        rule(ORDERS, "big", function("big").arn, over(total=big)),
        rule(ORDERS, "none", function("none").arn, over(total=[{"exists": False}])),
        rule(ORDERS, "eur", function("eur").arn, over(currency=["EUR", "CHF"])),
        rule(ORDERS, "queue", queue().arn),
        link(
            *("event-source-mapping", queue(), function("deep")),
            dialect="lambda",
            filters=(json.dumps({"body": {"detail": {"total": big}}}),),
        ),
        rule(ORDERS, "one-way", function("twice").arn, over(total=small)),
        rule(ORDERS, "another", function("twice").arn),
        rule(ORDERS, "forward", BILLING.arn),
        rule(BILLING, "far", function("far").arn, over(lines={"sku": ["A"]})),
        rule(ORDERS, "text", function("text").arn, input_kind="path", input_paths=("$.detail.total",)),
        rule(ORDERS, "off", function("off").arn, state="DISABLED"),
    ]
    return estate_of(tmp_path_factory.mktemp("what-if"), records)


def told(answer: WhatIf) -> dict[str, str]:
    """What becomes of the paths of each consumer, but of those that stay."""
    return {effect.name: effect.effect for effect in answer.effects if effect.effect != "stays"}


def the(answer: WhatIf, name: str) -> Effect:
    (found,) = [effect for effect in answer.effects if effect.name == name]
    return found


CASES: list[tuple[str, list[Change], dict[str, str]]] = [
    ("nothing", [], {}),
    (
        "remove",
        [field("remove", "detail.total")],
        {"big": "loses", "deep": "loses", "twice": "loses", "none": "changes"},
    ),
    ("remove what nobody reads", [field("remove", "detail.weight")], {}),
    ("remove what holds the field", [field("remove", "detail.lines")], {"far": "loses"}),
    ("remove inside an array", [field("remove", "detail.lines.sku")], {"far": "loses"}),
    ("set", [field("set", "detail.currency", '"EUR"')], {"eur": "changes"}),
    ("set to another", [field("set", "detail.currency", '"USD"')], {"eur": "loses"}),
    ("set a whole object", [field("set", "detail.lines", '[{"sku": "A"}]')], {"far": "changes"}),
    (
        "set a number's spelling",
        [field("set", "detail.total", "1e3")],
        {"big": "changes", "deep": "changes", "none": "loses", "twice": "loses"},
    ),
    ("a value nobody names", [field("other", "detail.currency")], {"eur": "loses"}),
    (
        "optional",
        [field("optional", "detail.total")],
        {"none": "gains", "big": "changes", "deep": "changes", "twice": "changes"},
    ),
    ("disable", [RuleChange("disable", arn("all"))], {"all": "loses"}),
    ("disable a forwarding rule", [RuleChange("disable", arn("forward"))], {"far": "loses"}),
    ("drop by name", [RuleChange("drop", "far")], {"far": "loses"}),
    ("enable", [RuleChange("enable", arn("off"))], {"off": "gains"}),
    ("pattern", [RuleChange("pattern", arn("all"), over(x=[1]))], {"all": "changes"}),
    (
        "pattern that takes others",
        [RuleChange("pattern", arn("all"), '{"source": ["other"]}')],
        {"all": "loses"},
    ),
    (
        "two at once",
        [RuleChange("enable", arn("off")), field("set", "detail.currency", '"X"')],
        {"off": "gains", "eur": "loses"},
    ),
    (
        "one undoes the other",
        [RuleChange("drop", arn("all")), RuleChange("disable", arn("all"))],
        {"all": "loses"},
    ),
    (
        "another detail type",
        [field("set", "detail-type", '"Other"')],
        dict.fromkeys(("all", "big", "none", "eur", "deep", "twice", "far", "text"), "loses"),
    ),
]


@pytest.mark.parametrize(
    ("wanted", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_who_loses_gains_and_changes(estate: Estate, wanted: list[Change], expected: dict[str, str]) -> None:
    assert told(what_if(estate, ASKED, wanted)) == expected


def test_without_a_change_the_answer_is_that_of_consumers(estate: Estate) -> None:
    answer, plain = what_if(estate, ASKED, []), consumers(estate, ASKED)
    assert (answer.was, answer.consumers["stays"]) == (plain.count, plain.count)
    assert {(e.arn, e.path) for e in answer.effects} == {(row.arn, row.path) for row in plain.consumers}


@pytest.mark.parametrize("kind", ["disable", "drop"])
def test_a_rule_that_is_off_loses_exactly_its_own_paths(estate: Estate, kind: Any) -> None:
    before = consumers(estate, ASKED)
    for each in {hop.by for row in before.consumers for hop in row.path if hop.via == "rule"}:
        lost = {
            (e.arn, e.path)
            for e in what_if(estate, ASKED, [RuleChange(kind, each)]).effects
            if e.effect == "loses"
        }
        its = {(r.arn, r.path) for r in before.consumers if r.active and each in {hop.by for hop in r.path}}
        assert lost == its


def test_the_estate_itself_is_not_changed(estate: Estate) -> None:
    before = consumers(estate, ASKED)
    what_if(
        estate,
        ASKED,
        [RuleChange("drop", arn("all")), RuleChange("pattern", arn("big"), '{"source": ["x"]}')],
    )
    assert consumers(estate, ASKED) == before


def test_a_consumer_with_another_way_still_gets_it(estate: Estate) -> None:
    answer = what_if(estate, ASKED, [field("remove", "detail.total")])
    lost = [e for e in answer.effects if e.name == "twice" and e.effect == "loses"]
    assert (answer.consumers, len(lost)) == ({"loses": 2, "gains": 0, "changes": 2, "stays": 4}, 1)
    assert lost[0].elsewhere
    assert "still gets the event by another path" in str(lost[0].note)


REASONS = [
    ("big", "“detail.total > 100” cannot hold: there is no such field (rule big)."),
    ("deep", "“body.detail.total > 100” cannot hold: there is no such field (event source mapping to deep)."),
    ("none", "No longer depends on: detail.total is absent."),
]


@pytest.mark.parametrize(("name", "why"), REASONS)
def test_the_reason_names_the_condition_and_who_asks(estate: Estate, name: str, why: str) -> None:
    assert the(what_if(estate, ASKED, [field("remove", "detail.total")]), name).why == why


def test_a_gain_says_what_stood_in_the_way_until_now(estate: Estate) -> None:
    enabled = the(what_if(estate, ASKED, [RuleChange("enable", "off")]), "off")
    optional = the(what_if(estate, ASKED, [field("optional", "detail.total")]), "none")
    assert (enabled.why, optional.why) == (
        "Until now: Rule off is disabled.",
        "“detail.total is absent” could not hold (rule none).",
    )


READS = [
    ("big", ("detail.total in the rule pattern of big",)),
    ("deep", ("detail.total in the mapping filter of inbox → deep",)),
    ("text", ("detail.total in the input path of text",)),
    ("all", ()),
]


@pytest.mark.parametrize(("name", "reads"), READS)
def test_who_reads_the_field_is_told(estate: Estate, name: str, reads: tuple[str, ...]) -> None:
    assert the(what_if(estate, ASKED, [field("remove", "detail.total")]), name).reads == reads


UNKNOWN = [
    (
        "detail.totl",
        "No schema of the type has detail.totl, and no pattern, input or filter on the way of this event names it. The nearest: detail.total",
    ),
    ("detail.total", None),
    ("detail.lines", None),
    ("detail.lines.sku", None),
]


@pytest.mark.parametrize(("path", "note"), UNKNOWN)
def test_a_field_that_nothing_names_is_told_with_the_nearest(
    estate: Estate, path: str, note: str | None
) -> None:
    notes = what_if(estate, ASKED, [field("remove", path)]).notes
    assert [told[: len(note or told)] for told in notes] == ([note] if note else [])


def test_the_sentence_comes_first_and_says_all(estate: Estate) -> None:
    assert what_if(estate, ASKED, [field("remove", "detail.total")]).sentence == (
        "If detail.total is removed: of the 8 consumers of OrderPlaced (com.acme.orders), 2 no longer get it: big and deep; "
        "2 get it differently: none and twice. 4 stay as they are. 2 of those that get it read detail.total: none and text."
    )
    nothing = what_if(estate, ASKED, [field("remove", "detail.weight")]).sentence
    assert (
        nothing
        == "If detail.weight is removed, nothing changes for the 8 consumers of OrderPlaced (com.acme.orders)."
    )


def test_that_nobody_loses_it_is_not_all_where_an_input_reads_the_field(build: Build) -> None:
    built = build(
        *(
            ORDERS,
            function(),
            rule(ORDERS, "r", function().arn, input_kind="template", input_paths=("$.detail.total",)),
        ),
    )
    assert what_if(built, ASKED, [field("remove", "detail.total")]).sentence == (
        "If detail.total is removed, the one consumer of OrderPlaced (com.acme.orders) still gets it as today. "
        "1 of those that get it reads detail.total: bill."
    )


def test_a_type_that_nobody_gets_says_so(build: Build) -> None:
    assert what_if(build(ORDERS), ASKED, [field("remove", "detail.total")]).sentence == (
        "If detail.total is removed, nothing changes: nobody gets OrderPlaced (com.acme.orders), today or then."
    )


NOTES = [
    (RuleChange("enable", arn("all")), "Rule all is enabled already."),
    (RuleChange("disable", arn("off")), "Rule off is switched off already."),
    (RuleChange("pattern", "far", '{"source": ["x"]}'), None),
]


@pytest.mark.parametrize(("change", "note"), NOTES)
def test_a_change_that_makes_no_difference_says_so(
    estate: Estate, change: RuleChange, note: str | None
) -> None:
    assert list(what_if(estate, ASKED, [change]).notes) == ([note] if note else [])


BAD: list[tuple[list[Change], str]] = [
    ([RuleChange("drop", "al")], "There is no rule al. The nearest: all"),
    ([RuleChange("pattern", "all", "{")], "The new pattern of rule all cannot be read"),
    ([RuleChange("pattern", "all", '{"source": []}')], "At $.source: expected"),
    ([field("remove", "detail.a"), field("set", "detail.a", "1")], "detail.a is changed twice"),
    ([field("remove", "detail.a"), field("set", "detail.a.b", "1")], "detail.a.b is a part of detail.a"),
]


@pytest.mark.parametrize(("wanted", "says"), BAD)
def test_what_cannot_be_supposed_is_a_sentence(estate: Estate, wanted: list[Change], says: str) -> None:
    with pytest.raises(UsageError, match=says.replace("$", r"\$").replace("{", r"\{")):
        what_if(estate, ASKED, wanted)


PATHS = [
    ("remove", "detail", None, "name a field in it"),
    ("remove", "source", None, "it can be set to a value"),
    ("set", "id", '"x"', "written by EventBridge"),
    ("set", "source", "5", "always text"),
    ("set", "resources", '"x"', "array of texts"),
    ("set", "detail.a", "EUR", "Text needs quotes"),
    ("set", "detail.a", "", "is not JSON"),
    ("remove", "detail..a", None, "no path of a field"),
    ("remove", "", None, "no path of a field"),
]


@pytest.mark.parametrize(("kind", "path", "text", "says"), PATHS)
def test_a_path_or_value_that_is_none_is_refused_with_what_to_write(
    kind: Any, path: str, text: str | None, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        field(kind, path, text)


@pytest.mark.parametrize(
    "path", ["$.detail.lines[0].sku", "detail.lines[*].sku", " detail.lines.sku ", "lines.sku"]
)
def test_paths_of_json_are_read_too(path: str) -> None:
    assert field("remove", path).path == "detail.lines.sku"


def test_a_value_keeps_its_spelling_in_words() -> None:
    assert field("set", "detail.a", '{"a": 1, "a": 12345678901234567890}').words() == (
        'detail.a is always {"a": 1, "a": 12345678901234567890}'
    )


def test_a_subscriber_of_a_new_bus_can_be_stopped_and_given_another_filter(build: Build) -> None:
    fresh = new_bus()
    built = build(fresh, function("a"), subscriber(fresh, "a", function("a").arn))
    name = subscriber(fresh, "a", "arn:aws:x:::").arn
    assert told(what_if(built, ASKED, [RuleChange("disable", name)])) == {"a": "loses"}
    assert told(what_if(built, ASKED, [RuleChange("pattern", name, over(x=[1]))])) == {"a": "changes"}


def test_a_type_without_consumers_says_so(build: Build) -> None:
    assert (
        what_if(build(ORDERS), ASKED, []).sentence
        == "OrderPlaced (com.acme.orders) has 0 consumers today. Nothing is changed yet."
    )


def test_dropping_the_rule_that_made_the_type_known_still_asks_on_its_bus(build: Build) -> None:
    built = build(
        ORDERS,
        BILLING,
        function(),
        rule(ORDERS, "r", function().arn),
        rule(BILLING, "catch", function().arn, '{"source": [{"prefix": ""}]}'),
    )
    assert [e.effect for e in what_if(built, ASKED, [RuleChange("drop", "r")]).effects] == ["loses"]


DETAIL_SCHEMA = {
    "type": "object",
    "required": ["total", "lines", "channel"],
    "additionalProperties": False,
    "properties": {
        "total": {"type": "number"},
        "channel": {"type": "string", "enum": ["web", "shop"]},
        "coupon": {"type": "string"},
        "lines": {
            "type": "array",
            "items": {"type": "object", "required": ["sku"], "properties": {"sku": {"type": "string"}}},
        },
    },
}


def schema(versions: int = 1) -> Schema:
    return Schema(
        arn="arn:aws:schemas:eu-west-1:111111111111:schema/acme/o",
        registry="acme",
        name="o",
        type="JSONSchemaDraft4",
        source=SOURCE,
        detail_type=TYPE,
        version_count=versions,
        content=json.dumps({"properties": {"detail": DETAIL_SCHEMA, "source": {}}}),
    )


BY_SCHEMA: list[tuple[str, dict[str, Any], Change, str]] = [
    ("a required field is removed", {"total": [{"exists": False}]}, field("remove", "detail.total"), "gains"),
    ("one it must have is removed", {"total": [{"exists": True}]}, field("remove", "detail.total"), "loses"),
    ("a value outside the enum", {"channel": ["web"]}, field("set", "detail.channel", '"phone"'), "loses"),
    (
        "a value that the enum lacks",
        {"channel": ["phone"]},
        field("set", "detail.channel", '"phone"'),
        "gains",
    ),
    ("a field that the schema lacks", {"x": [1]}, field("set", "detail.x", "1"), "gains"),
    (
        "a required field becomes optional",
        {"total": [{"exists": True}]},
        field("optional", "detail.total"),
        "changes",
    ),
    ("an optional field stays so", {"coupon": [{"exists": True}]}, field("remove", "detail.coupon"), "loses"),
    (
        "in each element of an array",
        {"lines": {"sku": ["A"]}},
        field("set", "detail.lines.sku", '"B"'),
        "loses",
    ),
    (
        "another kind of value",
        {"total": [{"anything-but": "x"}]},
        field("set", "detail.total", '"x"'),
        "loses",
    ),
]


@pytest.mark.parametrize(
    ("asks", "change", "effect"), [row[1:] for row in BY_SCHEMA], ids=[row[0] for row in BY_SCHEMA]
)
def test_what_the_schema_settles_is_today(
    build: Build, asks: dict[str, Any], change: Change, effect: str
) -> None:
    built = build(ORDERS, schema(), function(), rule(ORDERS, "r", function().arn, over(**asks)))
    answer = what_if(built, ASKED, [change])
    assert [e.effect for e in answer.effects] == [effect]
    assert "All but the changes is as the type's schema o has it." in answer.notes
    assert {e.arn for e in answer.effects if e.before} == {
        row.arn for row in consumers(built, ASKED).consumers
    }


OPTIONAL = [
    ("detail.total", ()),
    (
        "detail.coupon",
        (
            "By the type's schema detail.coupon may be left out already; here it is taken to be in every event today.",
        ),
    ),
    ("detail.x", ("detail.x is taken to be in every event today.",)),
]


@pytest.mark.parametrize(("path", "told"), OPTIONAL)
def test_what_becoming_optional_takes_for_granted_is_said(
    build: Build, path: str, told: tuple[str, ...]
) -> None:
    built = build(ORDERS, schema(), function(), rule(ORDERS, "r", function().arn, over(x=[1])))
    notes = what_if(built, ASKED, [field("optional", path)]).notes
    assert tuple(note for note in notes if "every event today" in note) == told


def test_a_schema_with_earlier_versions_settles_nothing_and_is_told(build: Build) -> None:
    asks = over(total=[{"exists": False}])
    built = build(ORDERS, schema(versions=2), function(), rule(ORDERS, "r", function().arn, asks))
    (effect,) = what_if(built, ASKED, [field("remove", "detail.total")]).effects
    assert effect.effect == "changes"
    assert "the rule's condition can never hold" in str(effect.note)


# laws, over generated patterns and events

RULE = arn("any")


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    return estate_of(
        tmp_path_factory.mktemp("laws"), [ORDERS, function(), rule(ORDERS, "any", function().arn)]
    )


def _with(estate: Estate, detail: Any) -> tuple[Estate, Any]:
    text = json.dumps({"source": [SOURCE], "detail-type": [TYPE], "detail": detail})
    return overlay.changed(estate, [RuleChange("pattern", RULE, text)]), patterns.parse(text)


def _event(detail: Any) -> dict[str, Any]:
    envelope = {"version": "0", "id": "1", "time": "t", "account": "1", "region": "r", "resources": []}
    return {**envelope, "source": SOURCE, "detail-type": TYPE, "detail": detail}


def _strip(node: Any, steps: list[str]) -> Any:
    """The value without the field at this path, in every element of arrays."""
    if isinstance(node, list):
        return [_strip(item, steps) for item in node]
    if not isinstance(node, dict):
        return node
    if len(steps) == 1:
        return {name: value for name, value in node.items() if name != steps[0]}
    return {name: _strip(value, steps[1:]) if name == steps[0] else value for name, value in node.items()}


def _put(node: Any, steps: list[str], value: Any) -> Any:
    """The value with the field at this path, in every element of arrays."""
    if not steps:
        return value
    if isinstance(node, list):
        return [_put(item, steps, value) for item in node]
    found = dict(node) if isinstance(node, dict) else {}
    return {**found, steps[0]: _put(found.get(steps[0]), steps[1:], value)}


def _has(node: Any, steps: list[str]) -> bool:
    """Whether the field is there, with a value and under objects alone."""
    if not steps:
        return not isinstance(node, dict | list)
    return isinstance(node, dict) and steps[0] in node and _has(node[steps[0]], steps[1:])


def _agrees(receipt: Any, matched: bool) -> bool:  # noqa: FBT001 - the two outcomes
    """No receipt: nothing matches. Always: everything does. Sometimes says neither."""
    return not matched if receipt is None else matched or receipt.delivery == "sometimes"


def _sides(answer: WhatIf) -> tuple[Any, Any]:
    found = answer.effects[0] if answer.effects else None
    return (found.before, found.after) if found else (None, None)


PATH = st.lists(NAMES, min_size=1, max_size=2)
DETAIL = st.dictionaries(NAMES, values(2), max_size=3)


@LAW
@given(generated(), PATH, st.lists(DETAIL, min_size=1, max_size=4))
def test_lost_for_a_removed_field_matches_no_event_without_it(
    blank: Estate, detail: Any, path: list[str], events: list[Any]
) -> None:
    built, pattern = _with(blank, detail)
    before, after = _sides(what_if(built, ASKED, [field("remove", ".".join(["detail", *path]))]))
    for event in events:
        assert _agrees(before, pattern.matches(_event(event)))
        assert _agrees(after, pattern.matches(_event(_strip(event, path))))


@LAW
@given(generated(), PATH, values(1), DETAIL)
def test_a_set_field_is_decided_as_every_event_with_it(
    blank: Estate, detail: Any, path: list[str], value: Any, event: Any
) -> None:
    built, pattern = _with(blank, detail)
    _, after = _sides(what_if(built, ASKED, [field("set", ".".join(["detail", *path]), json.dumps(value))]))
    assert _agrees(after, pattern.matches(_event(_put(event, path, value))))


@LAW
@given(st.lists(CONDITIONS, min_size=1, max_size=2), SCALARS, DETAIL)
def test_another_value_is_any_that_no_pattern_names(
    blank: Estate, conditions: Any, value: Any, event: Any
) -> None:
    built, pattern = _with(blank, {"a": conditions})
    own = CONSTANTS[value] if value is None or isinstance(value, bool) else value
    _, after = _sides(what_if(built, ASKED, [field("other", "detail.a")]))
    if own not in named_values(built, "detail.a"):
        assert _agrees(after, pattern.matches(_event(_put(event, ["a"], value))))


@LAW
@given(generated(), NAMES, SCALARS, DETAIL)
def test_an_optional_field_is_there_today_and_may_be_missing(
    blank: Estate, detail: Any, name: str, value: Any, event: Any
) -> None:
    built, pattern = _with(blank, detail)
    before, after = _sides(what_if(built, ASKED, [field("optional", f"detail.{name}")]))
    there, gone = _event(_put(event, [name], value)), _event(_strip(event, [name]))
    assert _agrees(before, pattern.matches(there))
    assert _agrees(after, pattern.matches(there))
    assert _agrees(after, pattern.matches(gone))


@LAW
@given(ROOTS, generated(), PATH, st.sampled_from([1, "a", None, [], {"a": 1}]), st.data())
def test_facts_laid_over_what_is_known_contradict_no_event(
    tree: Any, detail: Any, path: list[str], value: Any, data: Any
) -> None:
    event, name = complete(tree, data.draw), ".".join(["detail", *path])
    pattern, today = patterns.parse({"detail": detail}), patterns.event_tree(SOURCE, TYPE, detail=tree)

    def holds(tree: Any, detail: Any) -> bool:
        decided, matched = pattern.decide(tree).delivery, pattern.matches(_event(detail))
        return decided in ("sometimes", "always" if matched else "never")

    def supposed(kind: Any) -> Supposed:
        return Supposed(SOURCE, TYPE, (field(kind, name, json.dumps(value)),), today)

    assert holds(supposed("remove").after(), _strip(event, path))
    assert holds(supposed("set").after(), _put(event, path, value))
    if _has(event, path):  # to become optional, it is there today
        assert holds(supposed("optional").without(), _strip(event, path))
        assert holds(supposed("optional").before(), event)
        assert holds(supposed("optional").after(), event)


def test_changes_know_what_they_are_not() -> None:
    assert changes.agree([field("remove", "detail.a"), field("remove", "detail.a")]) == (
        field("remove", "detail.a"),
    )


def test_of_many_names_the_first_are_told(tmp_path: Path) -> None:
    many = [rule(ORDERS, f"r{n:03}", function(f"f{n:03}").arn) for n in range(30)]
    built = estate_of(tmp_path, [ORDERS, *many, *(function(f"f{n:03}") for n in range(30))])
    told_ = what_if(built, ASKED, [field("set", "source", '"x"')]).sentence
    assert "30 no longer get it: f000, f001, f002, f003, f004 and 25 more." in told_
