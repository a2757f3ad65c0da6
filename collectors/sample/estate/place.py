"""A place: an account in a region, and how the ARNs of what lies in it are spelt.

An API destination, a connection and a new bus get an id from AWS when they are made. Here their ARN is written
without it; the loader puts the real one in its place.
"""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Place:
    """An account in a region, and the ARNs of what lies in it."""

    account: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """ARN of a resource of this place."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def bus(self, name: str) -> str:
        """ARN of a classic bus."""
        return self.arn("events", f"event-bus/{name}")

    def new_bus(self, name: str) -> str:
        """ARN of a new bus, still without its id."""
        return self.arn("events", f"event-busv2/{name}")

    def queue(self, name: str) -> str:
        """ARN of a queue."""
        return self.arn("sqs", name)

    def topic(self, name: str) -> str:
        """ARN of a topic."""
        return self.arn("sns", name)

    def function(self, name: str) -> str:
        """ARN of a function; `name:alias` and `name:3` are the ARNs of an alias and of a version."""
        return self.arn("lambda", f"function:{name}")

    def state_machine(self, name: str) -> str:
        """ARN of a state machine."""
        return self.arn("states", f"stateMachine:{name}")

    def stream(self, name: str) -> str:
        """ARN of a Kinesis stream."""
        return self.arn("kinesis", f"stream/{name}")

    def delivery_stream(self, name: str) -> str:
        """ARN of a Firehose delivery stream."""
        return self.arn("firehose", f"deliverystream/{name}")

    def log_group(self, name: str) -> str:
        """ARN of a log group, as a rule's target names it."""
        return self.arn("logs", f"log-group:{name}")

    def api_destination(self, name: str) -> str:
        """ARN of an API destination, still without its id."""
        return self.arn("events", f"api-destination/{name}")

    def cluster(self, name: str) -> str:
        """ARN of an ECS cluster: the target of a rule that runs a task."""
        return self.arn("ecs", f"cluster/{name}")

    def role(self, name: str) -> str:
        """ARN of a role; roles belong to the account, not to the region."""
        return f"arn:aws:iam::{self.account}:role/{name}"
