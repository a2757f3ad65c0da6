"""Events that are handed on to where nobody looked: what of it may come back, and to which resources.

From a bus that was not collected rules may deliver to any bus of its account, and elsewhere only where a policy lets them.
"""

import re

from dashboard.flow.backwards import upstream
from dashboard.flow.model import arns, completeness
from dashboard.flow.model.estate import Estate
from dashboard.flow.walk import policies
from dashboard.flow.walk.granting import ACTIONS, SERVICES
from dashboard.flow.walk.policies import Caller

_HANDING_ON = ("bus", "event-source", "endpoint")
"""Kinds that hand events on to other accounts and regions."""
_BY_POLICY = ("bus", "queue", "topic", "function")
"""Kinds to which rules of other accounts deliver, and whose policies are collected."""
_UNTOLD = ("stream",)
"""Kinds to which they deliver as well, by policies that are not."""
_ACCOUNT = re.compile(r"\d{12}")


def unseen(estate: Estate, resources: frozenset[str]) -> tuple[str, ...]:
    """Buses and the like that were not collected, get events of what was, and may deliver to one of these resources."""
    return tuple(far for far in _far(estate) if any(_may_deliver(estate, far, one) for one in resources))


def _far(estate: Estate) -> tuple[str, ...]:
    if "far" not in estate.memory:
        links = (link for link in estate.links if link["kind"] in upstream.FOLLOWED)
        ends = {arns.plain(link["to_arn"]) for link in links}
        ends |= {sub.target for sub in estate.subscriptions if sub.target and not sub.matches_nothing}
        estate.memory["far"] = tuple(arn for arn in sorted(ends) if _is_far(estate, arn))
    found: tuple[str, ...] = estate.memory["far"]
    return found


def _is_far(estate: Estate, arn: str) -> bool:
    kind = estate.kind_of(arn)
    return kind in _HANDING_ON and not completeness.presence(estate, arn, kind).collected


def _may_deliver(estate: Estate, far: str, target: str) -> bool:
    """Whether a rule there may deliver to the target: never a no where that cannot be decided."""
    account, kind = estate.account_of(far), estate.kind_of(target)
    if estate.account_of(target) == account:
        return kind == "bus"  # of all targets only a bus may be in another region
    judged: dict[tuple[str, str], bool] = estate.memory.setdefault("delivered-from-afar", {})
    if (far, target) not in judged:
        judged[far, target] = kind in _UNTOLD or (kind in _BY_POLICY and _lets_in(estate, far, target, kind))
    return judged[far, target]


def _lets_in(estate: Estate, far: str, target: str, kind: str) -> bool:
    policy, account = (estate.row_of(target) or {}).get("policy"), estate.account_of(far) or ""
    if not policy:
        return False  # where it could not be read, that is a gap of its own
    named = set(_ACCOUNT.findall(policy))
    if account in named or named - estate.accounts:
        return True
    service = None if kind == "bus" else SERVICES["rule"]
    head = far.partition(":event-")[0]
    facts = {
        "aws:sourceaccount": account,
        "aws:principalaccount": account,
        "aws:sourcearn": f"{head}:rule/any",
    }
    caller = Caller(service, account, None, facts)
    return policies.allows(policy, caller, ACTIONS[kind][0], target) is not False
