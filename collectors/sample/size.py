"""How large a generated estate is."""

import math
from dataclasses import dataclass

RULES_A_BUS = 300  # AWS's quota


@dataclass(frozen=True)
class Size:
    """How much of everything. Raises ValueError when the rules do not fit on the buses."""

    rules: int = 1_000
    queues: int = 200
    schemas: int = 200
    functions: int = 100
    buses: int = 4
    accounts: int = 3
    event_types: int = 200

    def __post_init__(self) -> None:
        if self.rules > self.buses * RULES_A_BUS:
            raise ValueError(f"{self.rules} rules do not fit on {self.buses} buses of {RULES_A_BUS} rules")
        if min(self.queues, self.functions, self.buses, self.accounts, self.event_types) < 1:
            raise ValueError("an estate has at least one of everything but rules and schemas")

    @classmethod
    def of_rules(cls, rules: int) -> "Size":
        """The size that goes with a number of rules, in the shares of a large estate."""
        fifth = max(4, rules // 5)
        buses = max(4, math.ceil(rules / (RULES_A_BUS - 5)))
        return cls(rules, fifth, fifth, max(4, rules // 10), buses, 3, fifth)
