"""A local AWS for all tests of collectors, emptied before each, and one collector run against it over HTTP."""

import importlib
import threading
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from collectors.aws import Aws
from collectors.run import Outcome, collect_one
from collectors.sample.server import Server
from collectors.scope import Run, Scope
from collectors.settings import Settings
from collectors.snapshot import Snapshot
from tests.collectors.logged import NOW, Call

ACCOUNT, OTHER = "111111111111", "222222222222"
REGION = "eu-west-1"

Collect = Callable[..., list[Outcome]]


@pytest.fixture
def aws(shared_aws: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server, empty and well behaved, and the environment that points boto3 at it."""
    shared_aws.reset()
    for name in (
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "HEADWATER_ACCOUNTS",
        "HEADWATER_REGIONS",
        "HEADWATER_ROLE",
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in shared_aws.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    return shared_aws


@pytest.fixture
def client(aws: Server, shared_clients: Callable[..., Any]) -> Callable[..., Any]:  # noqa: ARG001 - empties the server
    """What a test makes things with; takes a service and, if not the usual ones, account and region."""
    return shared_clients


@pytest.fixture(scope="session")
def _known() -> dict[Any, Aws]:
    """Accounts and regions as Headwater sees them, kept for the session for the sake of their clients."""
    return {}


@pytest.fixture
def collect(aws: Server, _known: dict[Any, Aws]) -> Collect:  # noqa: ARG001 - sets the environment
    """One run of a collector on an account that is empty but for what the test makes; see collecting."""
    for key in [key for key in _known if set(key[0]) != {ACCOUNT}]:
        del _known[key]  # the role was assumed of a server that has forgotten it since
    return collecting(_known)


def collecting(known: dict[Any, Aws]) -> Collect:
    """One run of a collector; takes its name, accounts, regions and settings, and gives one outcome a scope.

    fresh: with clients and pacing of its own. before: the snapshot that the run goes on from.
    """

    def run(
        name: str,
        accounts: Sequence[str] = (ACCOUNT,),
        regions: Sequence[str] = (REGION,),
        *,
        fresh: bool = False,
        before: Snapshot | None = None,
        **settings: Any,
    ) -> list[Outcome]:
        given = Settings(
            accounts=tuple(accounts),
            regions=tuple(regions),
            role="HeadwaterRead",
            **{"pace": 100, "roles": False} | settings,
        )
        stop, key = threading.Event(), (given.accounts, given.regions)
        if fresh or key not in known:
            known[key] = Aws(given, stop)
        shared = Run(known[key], given, stop, before)
        module = importlib.import_module(f"collectors.{name.replace('-', '_')}")
        one: Any = SimpleNamespace(name=name, collect=module.collect)
        return [
            collect_one(one, Scope(shared, account, region, name), lambda *_: None)
            for account in shared.aws.accounts
            for region in shared.aws.regions
        ]

    return run


@pytest.fixture
def trail(client: Call) -> Call:
    """A trail that logs PutEvents; the function puts a log file of this name and content where it belongs."""
    s3, cloudtrail = client("s3"), client("cloudtrail")
    s3.create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    cloudtrail.create_trail(Name="trail", S3BucketName="logs", S3KeyPrefix="all")
    selected = [{"Field": "resources.type", "Equals": ["AWS::Events::EventBus"]}]
    data = [{"Field": "eventCategory", "Equals": ["Data"]}, *selected]
    cloudtrail.put_event_selectors(TrailName="trail", AdvancedEventSelectors=[{"FieldSelectors": data}])

    def add(name: str, body: bytes, account: str = ACCOUNT) -> str:
        key = f"all/AWSLogs/{account}/CloudTrail/{REGION}/{NOW:%Y/%m/%d}/{name}.json.gz"
        s3.put_object(Bucket="logs", Key=key, Body=body)
        return f"s3://logs/{key}"

    return add
