"""The three accounts and two regions of Acme, and the small words the domain files share."""

from collectors.sample.estate.place import Place
from collectors.sample.estate.shapes import EventSourceMapping, Pattern, Queue, Target

CORE, SHOP, OPS = "111111111111", "222222222222", "333333333333"
COURIER_GROUP = Place("999999999999", "eu-west-1")  # another company's account: never collected
REGIONS = ("eu-west-1", "us-east-1")
ACCOUNTS = (CORE, SHOP, OPS)
ROLE = "HeadwaterRead"

CORE_EU, CORE_US = Place(CORE, "eu-west-1"), Place(CORE, "us-east-1")
SHOP_EU, SHOP_US = Place(SHOP, "eu-west-1"), Place(SHOP, "us-east-1")
OPS_EU, OPS_US = Place(OPS, "eu-west-1"), Place(OPS, "us-east-1")
PLACES = (CORE_EU, CORE_US, SHOP_EU, SHOP_US, OPS_EU, OPS_US)


def event(source: str, *detail_types: str, **detail: object) -> Pattern:
    """The plainest pattern: one source, some detail types, and conditions on fields of the detail."""
    pattern: dict[str, object] = {"source": [source], "detail-type": list(detail_types)}
    return pattern | ({"detail": detail} if detail else {})


def queue_with_dlq(at: Place, name: str, max_receives: int = 5) -> tuple[Queue, Queue]:
    """A queue and the dead-letter queue of its own that takes what could not be handled."""
    return (
        Queue(at, f"{name}-dlq", fed_by=()),
        Queue(at, name, dead_letter=f"{name}-dlq", max_receives=max_receives),
    )


def worked_queue(at: Place, name: str, function: str) -> tuple[Queue, Queue, EventSourceMapping]:
    """A queue with its dead-letter queue, and the function that reads it."""
    return (*queue_with_dlq(at, name), EventSourceMapping(at, at.queue(name), function))


def with_dlq(arn: str, at: Place, dead_letter: str, **extra: object) -> Target:
    """A target whose undeliverable events go to a queue of the rule's place."""
    return Target(arn, dead_letter=at.queue(dead_letter), extra=extra)


def to_bus(bus_arn: str, at: Place, role: str = "forward-events") -> Target:
    """A bus as target: delivered with a role of the sending account, no dead-letter queue."""
    return Target(bus_arn, extra={"RoleArn": at.role(role)})
