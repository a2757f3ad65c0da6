"""Makes the things of an estate in the local AWS: real boto3 over HTTP, one role an account, places side by side."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any, cast

import boto3
import botocore.session
from botocore.config import Config

from collectors.sample.estate import make_events, make_schemas, make_services
from collectors.sample.estate.calls import Client, Made, tags_of
from collectors.sample.estate.place import Place
from collectors.sample.estate.places import REGIONS, ROLE
from collectors.sample.estate.roles import make_roles, roles_of
from collectors.sample.estate.shapes import (
    ApiDestination,
    Archive,
    Bucket,
    Bus,
    DeliveryStream,
    Domain,
    EventSource,
    EventSourceMapping,
    EventType,
    Function,
    LogGroup,
    NewBus,
    PartnerSource,
    Pipe,
    Queue,
    Rule,
    Schedule,
    ScheduleGroup,
    StateMachine,
    Stream,
    Subscriber,
    TaskFamily,
    Topic,
    TopicSubscription,
)

Make = Callable[[Client, Made, Any, Any], None]
Work = tuple[Any, ...]  # a call and its arguments
WORKERS = 6

# What stands in a later row may name what was made by an earlier one. Rows of one lane are made in order;
# lanes run side by side.
LANES: tuple[tuple[tuple[type[Any], Make], ...], ...] = (
    (
        (Queue, make_services.make_queue),
        (Stream, make_services.make_stream),
        (Function, make_services.make_function),
        (EventSourceMapping, make_services.make_mapping),
    ),
    (
        (PartnerSource, make_events.make_partner_source),
        (Bus, make_events.make_bus),
        (Archive, make_events.make_archive),
        (ApiDestination, make_events.make_api_destination),
        (Rule, make_events.make_rule),
    ),
    (
        (Topic, make_services.make_topic),
        (StateMachine, make_services.make_state_machine),
        (Bucket, make_services.make_bucket),
        (TaskFamily, make_services.make_task_family),
        (LogGroup, make_services.make_log_group),
        (ScheduleGroup, make_events.make_schedule_group),
        (Schedule, make_events.make_schedule),
        (NewBus, make_events.make_new_bus),
    ),
)
# These cross places: they wait until all the rest is there.
LAST: tuple[tuple[type[Any], Make], ...] = (
    (DeliveryStream, make_services.make_delivery_stream),
    (TopicSubscription, make_services.make_topic_subscription),
    (Rule, make_events.grant_rule),
    (Pipe, make_events.make_pipe),
    (Subscriber, make_events.make_subscriber),
    (EventSource, make_events.make_event_source),
)


# A local AWS takes any credentials.
_LOCAL = "testing"


class Clients:
    """Clients of the local AWS, one a place and service, signed with the role of the place's account."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint = endpoint_url
        self._config = Config(retries={"max_attempts": 2}, max_pool_connections=4)
        self._models = botocore.session.get_session().get_component("data_loader")
        self._home = self._new_session(
            aws_access_key_id=_LOCAL, aws_secret_access_key=_LOCAL, region_name=REGIONS[0]
        )
        self._sessions: dict[str, boto3.Session] = {}
        self._made: dict[tuple[Place, str], Any] = {}
        self._lock = Lock()

    def of(self, place: Place) -> Client:
        """Service name → client, for one place."""
        return lambda service: self._client(place, service)

    def _client(self, place: Place, service: str) -> Any:
        with self._lock:  # making a client is not thread safe
            if (place, service) not in self._made:
                session = self._session(place.account)
                self._made[place, service] = session.client(
                    service, region_name=place.region, endpoint_url=self._endpoint, config=self._config
                )
            return self._made[place, service]

    def _session(self, account: str) -> boto3.Session:
        if account not in self._sessions:
            sts = self._home.client("sts", endpoint_url=self._endpoint)
            role = f"arn:aws:iam::{account}:role/{ROLE}"
            given = sts.assume_role(RoleArn=role, RoleSessionName="sample-estate")["Credentials"]
            self._sessions[account] = self._new_session(
                aws_access_key_id=given["AccessKeyId"],
                aws_secret_access_key=given["SecretAccessKey"],
                aws_session_token=given["SessionToken"],
            )
        return self._sessions[account]

    def _new_session(self, **keys: str) -> boto3.Session:
        core = botocore.session.get_session()
        core.register_component(
            "data_loader", self._models
        )  # the models of the services are read once for all
        return boto3.Session(botocore_session=core, **keys)


@dataclass(frozen=True)
class Loader:
    """Everything a step needs: the clients, what AWS named itself, and the domains to make."""

    clients: Clients
    made: Made
    domains: tuple[Domain, ...]

    def make(self, place: Place, rows: tuple[tuple[type[Any], Make], ...]) -> None:
        """Things of these kinds that lie in one place, in order."""
        client = self.clients.of(place)
        for kind, make in rows:
            for domain, thing in self._of(kind, place):
                make(client, self.made, thing, tags_of(domain, thing))

    def _of(self, kind: type[Any], place: Place) -> list[tuple[Domain, Any]]:
        found = [(d, thing) for d in self.domains for thing in d.of(kind) if place_of(thing) == place]
        if kind is Queue:  # SQS refuses a redrive to a queue that is not there yet
            found.sort(key=lambda row: row[1].dead_letter is not None)
        return found


def place_of(thing: Any) -> Place:
    """Where a thing is made; a topic's subscription is made where the topic is."""
    if isinstance(thing, TopicSubscription):
        _, _, _, region, account, _ = thing.topic.split(":", 5)
        return Place(account, region)
    return cast("Place", thing.at)


def make_things(
    loader: Loader, places: tuple[Place, ...], events: tuple[EventType, ...], beside: tuple[Work, ...] = ()
) -> None:
    """Everything the loader's domains hold in these places, and the schemas of these events.

    `beside` is work that needs none of it and runs at the same time.
    """
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        # roles first: Lambda refuses a function whose role it does not know
        accounts = sorted({place.account for place in places})
        _all(pool, [(_roles, loader, account) for account in accounts])
        schemas = [(make_schemas.make_schemas, loader.clients.of(place), place, events) for place in places]
        lanes = [(loader.make, place, lane) for lane in LANES for place in places]
        _all(pool, [*lanes, *schemas, *beside])
        _all(pool, [(loader.make, place, LAST) for place in places])


def _roles(loader: Loader, account: str) -> None:
    client = loader.clients.of(Place(account, REGIONS[0]))
    make_roles(client, roles_of(account, loader.domains))


def _all(pool: ThreadPoolExecutor, work: list[Work]) -> None:
    for done in [pool.submit(call, *arguments) for call, *arguments in work]:
        done.result()
