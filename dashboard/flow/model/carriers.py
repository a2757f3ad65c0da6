"""What carries an event from one thing to the next, as policies see it."""

from typing import NamedTuple


class Carrier(NamedTuple):
    """What carries an event over one hop. `sender` is the ARN a policy would ask for: the rule, or the topic.

    `why` tells why it carries nothing; null where it is on. `target` is the end as configured, a qualifier included.
    `extra`: the dead-letter queue and what is run there.
    """

    via: str
    by: str | None
    sender: str | None
    account: str | None
    role: str | None = None
    why: str | None = None
    target: str | None = None
    extra: tuple[str | None, str | None] = (None, None)

    @property
    def facts(self) -> dict[str, str]:
        """What conditions may ask about when the service itself delivers, or takes on a role."""
        known = {"aws:sourcearn": self.sender, "aws:sourceaccount": self.account}
        sure = {"aws:securetransport": "true", "aws:principalisawsservice": "true"}
        return {key: value for key, value in known.items() if value} | sure

    @property
    def facts_of_role(self) -> dict[str, str]:
        """What conditions may ask about when a role delivers."""
        known = {"aws:principalaccount": self.account, "aws:principalarn": self.role}
        sure = {"aws:securetransport": "true", "aws:principalisawsservice": "false"}
        return {key: value for key, value in known.items() if value} | sure
