"""What a schema adds to "sometimes": conditions that can never hold, or always do, for events that keep to it.

The row stays: producers may send against the schema, and a schema may be behind. It is said, not decided.
"""

from typing import Any

from dashboard.flow.answers import Question
from dashboard.flow.estate import Estate
from dashboard.flow.fields import schema_of
from dashboard.flow.patterns.partial import Shared, event_tree
from dashboard.flow.patterns.schema import tree_from_schema

_SAYS = {
    "never": "By its schema {} the rule's condition can never hold.",
    "always": "By its schema {} the rule's condition always holds.",
}


class Narrowing:
    """What the latest schema of a type says about subscriptions whose answer is "sometimes"."""

    def __init__(self, estate: Estate, asked: Question) -> None:
        self._estate, self._asked = estate, asked
        self._schema = schema_of(estate, asked.source, asked.detail_type)
        self._said: dict[str, str | None] = {}

    def of(self, subscription: str) -> str | None:
        """A sentence about the rule or subscriber with this ARN; null when the schema settles nothing."""
        if self._schema is None or subscription not in self._estate.rules:
            return None
        if subscription not in self._said:
            verdict = self._estate.rules[subscription][0].decide(self._tree())
            says = _SAYS.get(verdict.delivery)
            self._said[subscription] = says.format(self._schema["name"]) if says else None
        return self._said[subscription]

    def _tree(self) -> Any:
        trees: dict[str, Any] = self._estate.memory.setdefault("schema-trees", {})
        row = self._schema or {}
        if row["arn"] not in trees:
            detail = tree_from_schema(row["content"], row["type"] or "")
            tree = event_tree(self._asked.source, self._asked.detail_type, detail=detail)
            trees[row["arn"]] = Shared(tree.known, open=False)
        return trees[row["arn"]]
