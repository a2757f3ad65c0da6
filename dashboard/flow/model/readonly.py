"""Read-only management events: API calls of which CloudTrail tells that change nothing, such as DescribeInstances.

A rule in the state ENABLED gets none of them, one in ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS all (EventBridge user guide,
"Receiving read-only management events from AWS services").
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from dashboard.flow import patterns
from dashboard.flow.model import matching
from dashboard.flow.model.matching import Obj, Verdict
from dashboard.flow.patterns.partial import Maybe, OneOf

WITHOUT = "ENABLED"
WITH = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
CALL = "AWS API Call via CloudTrail"
CONDITION = "the API call is not read-only"
NOT_MANAGEMENT = "the API call is not a management event"

_READ = {"readOnly": [True]}
_MANAGEMENT = {"$or": [{"eventCategory": ["Management"]}, {"managementEvent": [True]}]}
_IS_NOT = [
    {"readOnly": [False]},
    {"eventCategory": [{"anything-but": "Management"}]},
    {"managementEvent": [False]},
]
"""Records before CloudTrail's version 1.07 have managementEvent alone."""
_CATEGORIES = ("Data", "Insight", "NetworkActivity")
_CHANGES = {"readOnly": Maybe(False)}
_OTHER = {"eventCategory": Maybe(OneOf(_CATEGORIES)), "managementEvent": Maybe(False)}
_ONE = {"readOnly": True, "eventCategory": Maybe("Management"), "managementEvent": Maybe(True)}


def is_call(tree: Any) -> bool:
    """Whether such an event is one of CloudTrail's on an API call; only of a known type that is said."""
    known = tree.known if isinstance(tree, Obj) else tree if isinstance(tree, dict) else {}
    source = known.get("source")
    return known.get("detail-type") == CALL and isinstance(source, str) and source.startswith("aws.")


def lets_through(tree: Any, takes: Callable[[Any], bool]) -> Verdict:
    """Whether a rule in the state ENABLED gets such a call: never when it is read-only, sometimes where that is open.

    `takes`: whether the rule's filters may take such an event. A rule that asks for nothing but what is kept out gets none.
    """
    read, management, is_not = _patterns()
    if is_not.decide(tree).delivery == "always":
        return matching.ALWAYS
    is_read, is_management = (one.decide(tree).delivery == "always" for one in (read, management))
    if not is_read and takes(_with(tree, _CHANGES)):
        return Verdict("sometimes", (CONDITION,))
    if not is_management and takes(_with(tree, _OTHER)):
        return Verdict("sometimes", (NOT_MANAGEMENT,))
    return matching.NEVER


@cache
def _patterns() -> tuple[Any, Any, Any]:
    asked: tuple[Any, ...] = (_READ, _MANAGEMENT, {"$or": _IS_NOT})
    read, management, is_not = (patterns.parse({"detail": one}) for one in asked)
    return read, management, is_not


def read_only(tree: Any) -> Any:
    """Those of such calls that are read-only management events; where nothing is known of the detail, all of them."""
    detail = tree.known.get("detail") if isinstance(tree, Obj) else None
    return _with(tree, _ONE) if isinstance(detail, Obj) else tree


def _with(tree: Any, fields: dict[str, Any]) -> Any:
    """The event with these fields in its detail; as it is where the detail is no object."""
    detail = tree.known.get("detail") if isinstance(tree, Obj) else None
    if isinstance(detail, dict):
        detail = Obj(detail, open=False)
    if not isinstance(detail, Obj):
        return tree
    return Obj({**tree.known, "detail": Obj({**detail.known, **fields}, open=detail.open)}, open=tree.open)


def says(name: str, verdict: Verdict, tree: Any) -> str:
    """Why the rule does not, or may not, get the call; "" where it does."""
    gets = f"Rule {name} is in the state {WITHOUT}, and only {WITH} gets read-only management events"
    if verdict.delivery == "sometimes":
        return f"{gets}: the event does not say whether it is one."
    if verdict.delivery == "always":
        return ""
    is_one = all(one.decide(tree).delivery == "always" for one in _patterns()[:2])
    return f"{gets}: {'the event is one, by detail.readOnly' if is_one else 'it asks for nothing else'}."
