"""Read-only management events: API calls of which CloudTrail tells that change nothing, such as DescribeInstances.

A rule in the state ENABLED gets none of them, one in ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS all (EventBridge user guide,
"Receiving read-only management events from AWS services").
"""

from functools import cache
from typing import Any

from dashboard.flow import patterns
from dashboard.flow.model import matching
from dashboard.flow.model.matching import Obj, Verdict

WITHOUT = "ENABLED"
WITH = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
CALL = "AWS API Call via CloudTrail"
CONDITION = "the API call is not read-only"

_IS = {"readOnly": [True], "$or": [{"eventCategory": ["Management"]}, {"managementEvent": [True]}]}
_IS_NOT = [
    {"readOnly": [False]},
    {"eventCategory": [{"anything-but": "Management"}]},
    {"managementEvent": [False]},
]
"""Records before CloudTrail's version 1.07 have managementEvent alone."""


def is_call(tree: Any) -> bool:
    """Whether such an event is one of CloudTrail's on an API call; only of a known type that is said."""
    known = tree.known if isinstance(tree, Obj) else tree if isinstance(tree, dict) else {}
    source = known.get("source")
    return known.get("detail-type") == CALL and isinstance(source, str) and source.startswith("aws.")


def lets_through(tree: Any) -> Verdict:
    """Whether a rule in the state ENABLED gets such a call: never when it is read-only, sometimes where that is open."""
    is_it, is_not = _patterns()
    if is_it.decide(tree).delivery == "always":
        return matching.NEVER
    return matching.ALWAYS if is_not.decide(tree).delivery == "always" else Verdict("sometimes", (CONDITION,))


@cache
def _patterns() -> tuple[Any, Any]:
    return patterns.parse({"detail": _IS}), patterns.parse({"detail": {"$or": _IS_NOT}})


def read_only(tree: Any) -> Any:
    """Those of such calls that are read-only management events; where nothing is known of the detail, all of them."""
    detail = tree.known.get("detail") if isinstance(tree, Obj) else None
    if not isinstance(detail, Obj):
        return tree
    inside = Obj({**detail.known, "readOnly": True, "eventCategory": "Management"}, open=detail.open)
    return Obj({**tree.known, "detail": inside}, open=tree.open)


def says(name: str, verdict: Verdict) -> str:
    """Why the rule does not, or may not, get the call; "" where it does."""
    gets = f"Rule {name} is in the state {WITHOUT}, and only {WITH} gets read-only management events"
    if verdict.delivery == "sometimes":
        return f"{gets}: the event does not say whether it is one."
    return f"{gets}: the event is one, by detail.readOnly." if verdict.delivery == "never" else ""
