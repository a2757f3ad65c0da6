"""What the calls that make the estate share: clients, tags, resource policies, and the ids AWS gives."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from collectors.sample.estate.shapes import Domain

Client = Callable[[str], Any]


class Made:
    """What AWS named itself: declared ARN → the real one, for things that get an id when they are made."""

    def __init__(self, gone: tuple[str, ...] = ()) -> None:
        self._real: dict[str, str] = {}
        self.gone = gone  # ARNs that are named somewhere but were deleted since

    def note(self, declared: str, real: str) -> None:
        """Remember the real ARN."""
        self._real[declared] = real

    def real(self, declared: str) -> str:
        """The ARN AWS knows; the declared one when AWS gave no other."""
        return self._real.get(declared, declared)


def tags_of(domain: Domain, thing: Any) -> dict[str, str]:
    """Tags of a thing: none for those that their owners forgot to tag."""
    if not getattr(thing, "tagged", True):
        return {}
    return {"domain": domain.name, "owner": domain.owner, "team": domain.team}


def pairs(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags in the list form of most services."""
    return [{key: k, value: v} for k, v in tags.items()]


def policy(resource: str, action: str, principal: Mapping[str, Any], sid: str = "Acme") -> str:
    """A resource policy of one statement."""
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": action,
        "Resource": resource,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
