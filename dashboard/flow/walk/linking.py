"""A link judged by itself: whether its filters let what comes pass, and where what it cannot carry goes."""

from typing import Any

from dashboard.flow.model import matching
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.model.matching import Obj, Verdict
from dashboard.flow.patterns.jsontext import is_object
from dashboard.flow.patterns.partial import OneOf

_HIDDEN = "the filter criteria could not be read"
_NO_OBJECT = (
    "the message may be no JSON object: what an SNS filter policy on the body makes of it is not confirmed"
)


def called(estate: Estate, arn: str) -> tuple[Row, ...]:
    """The links of this ARN: an event source mapping or SNS subscription is one, a pipe or schedule may be several."""
    if "links by arn" not in estate.memory:
        found: dict[str, list[Row]] = {}
        for link in estate.links:
            if link["arn"]:
                found.setdefault(link["arn"], []).append(link)
        estate.memory["links by arn"] = found
    return tuple(estate.memory["links by arn"].get(arn, ()))


def verdict(estate: Estate, link: Row, tree: Any) -> Verdict:
    """Whether one of its filters lets this pass; without any, everything passes."""
    if link["filters_hidden"]:
        return Verdict("sometimes", (_HIDDEN,))
    scope = link["dialect"] or "data"
    # AWS tells of JSON objects only: over a text, a number or an array a policy may do anything
    strange = scope == "sns-body" and tree is not matching.UNKNOWN and not _is_object(tree)
    over = matching.UNKNOWN if strange else tree
    found = matching.any_of([estate.filter_of(text, scope).decide(over) for text in link["filters"]])
    return Verdict("sometimes", (_NO_OBJECT,)) if strange and found.delivery == "sometimes" else found


def _is_object(tree: Any) -> bool:
    if isinstance(tree, OneOf):
        return all(map(_is_object, tree.options))
    return isinstance(tree, Obj) or is_object(tree)


def failures(estate: Estate, link: Row, sender: str) -> str | None:
    """Where what the link cannot carry goes: its own dead-letter queue, or that of the queue it reads."""
    if link["dead_letter_arn"] or link["kind"] not in ("event-source-mapping", "pipe-source"):
        found: str | None = link["dead_letter_arn"]
        return found
    return (estate.row_of(sender) or {}).get("dead_letter_arn")
