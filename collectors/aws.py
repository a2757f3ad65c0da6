"""Sessions, accounts, regions and clients: the only module that makes a boto3 client."""

import os
import threading
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError
from botocore.utils import parse_timestamp

from collectors import metric_points
from collectors.errors import RefusedError, UsageError
from collectors.pace import THROTTLED, Pacer
from collectors.records import Status
from collectors.settings import Settings

DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "UnauthorizedOperation",
    "NotAuthorized",
    "Forbidden",
    "ForbiddenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "AuthFailure",
    "OptInRequired",
    "ExpiredToken",
    "ExpiredTokenException",
    "SignatureDoesNotMatch",
    "AllAccessDisabled",
    "KmsAccessDeniedException",
}
UNSUPPORTED = {
    "UnknownOperationException",
    "UnknownOperation",
    "InvalidAction",
    "NotImplemented",
    "NotImplementedException",
    "UnsupportedOperation",
    "UnsupportedOperationException",
    "UnknownService",
    "UnknownServiceException",
}
AWS_ERRORS = (ClientError, BotoCoreError, ResponseParserError)
"""What a call raises when AWS refuses it, does not answer, or answers what cannot be read."""

_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 1},
    connect_timeout=5,
    read_timeout=30,
    max_pool_connections=16,
    user_agent_extra="headwater",
    parameter_validation=True,
)
_HASTY = _CONFIG.merge(Config(connect_timeout=1, read_timeout=1))


class Aws:
    """The accounts and regions of one run, with paced clients. Clients are shared and safe for threads."""

    def __init__(self, settings: Settings, stop: threading.Event) -> None:
        self._role = settings.role
        self._pacer = Pacer(stop, settings.pace)
        self._home = self._ambient_session()
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._sessions: dict[str, boto3.Session] = {}
        self.home_account, self.partition = self._identity()
        self.accounts = settings.accounts or (self.home_account,)
        self.regions = settings.regions or (self._ambient_region(),)

    @property
    def estate(self) -> str:
        """What the snapshots of this run belong to: real AWS, or the endpoint of a local one."""
        endpoint = os.environ.get("AWS_ENDPOINT_URL")
        if not endpoint:
            return f"aws ({self.partition})"
        host = urlsplit(endpoint).hostname or endpoint
        local = host in {"127.0.0.1", "localhost", "::1"}
        return "local AWS" if local else f"endpoint {host}"

    def client(self, service: str, account: str, region: str) -> Any:
        """A paced client. Raises RefusedError when the account's role cannot be named."""
        key = (service, account, region)
        made = self._clients.get(key)
        if made is not None:  # without the lock: whoever has a client does not wait for another's to be made
            return made
        with self._lock:
            if key not in self._clients:
                made = self._session(account).client(service, region_name=region, config=_CONFIG)
                self._pacer.attach(made, service, account, region)
                if service == "cloudwatch":
                    metric_points.attach(made)
                self._clients[key] = made
            return self._clients[key]

    def hasty_client(self, service: str, account: str, region: str) -> Any:
        """A client that does not wait for its turn, nor for long: to call off what runs in AWS once the run is stopped."""
        with self._lock:
            session = self._session(account)
        return session.client(service, region_name=region, config=_HASTY)

    def _session(self, account: str) -> boto3.Session:
        if account == self.home_account:
            return self._home
        if account not in self._sessions:
            if not self._role:
                raise RefusedError(
                    "denied",
                    "sts:AssumeRole",
                    "NoRole",
                    f"Account {account} is not the one of the credentials ({self.home_account}): name the role to assume there with --role.",
                )
            self._sessions[account] = self._assumed(f"arn:{self.partition}:iam::{account}:role/{self._role}")
        return self._sessions[account]

    def _assumed(self, role_arn: str) -> boto3.Session:
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=self._home.client,
            source_credentials=self._home.get_credentials(),
            role_arn=role_arn,
            extra_args={"RoleSessionName": "headwater"},
        )

        def fetch() -> Any:
            # when a call is signed: what is refused then is the role, not that call
            try:
                return fetcher.fetch_credentials()
            except AWS_ERRORS as error:
                raise refused(error, "sts", "AssumeRole") from error

        core = self._core()
        core._credentials = DeferredRefreshableCredentials(  # noqa: SLF001 - botocore has no public way to hand a session refreshable credentials
            refresh_using=fetch, method="assume-role"
        )
        return boto3.Session(botocore_session=core)

    def _core(self) -> Any:
        """A botocore session. Each account has one, and all read the services' models once.

        Timestamps are read as UTC: through the local time zone a sweep of metrics takes twice as long.
        """
        core = botocore.session.get_session()
        core.register_component("data_loader", self._models)
        core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_timestamp)
        return core

    def _ambient_session(self) -> boto3.Session:
        """The session of the person's own configuration. A profile that is not there, or a broken file, shows here first."""
        try:
            self._models = botocore.session.get_session().get_component("data_loader")
            session = boto3.Session(botocore_session=self._core())
            session.get_credentials()
        except BotoCoreError as error:
            raise UsageError(
                f"The AWS configuration of this machine cannot be used: {_sentence(error)}. "
                "Correct AWS_PROFILE, or the files that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name (default ~/.aws)."
            ) from error
        return session

    def _identity(self) -> tuple[str, str]:
        try:
            who = self._home.client(
                "sts", region_name=self._home.region_name or "us-east-1", config=_CONFIG
            ).get_caller_identity()
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise UsageError(
                "There are no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or look at the sample estate with: make run."
            ) from error
        except AWS_ERRORS as error:
            raise UsageError(
                f"AWS did not say whose credentials these are (sts:GetCallerIdentity): {_sentence(error)}"
            ) from error
        return who["Account"], who["Arn"].split(":")[1]

    def _ambient_region(self) -> str:
        region: str | None = self._home.region_name
        if not region:
            raise UsageError(
                "No region is named: give --regions, or set AWS_DEFAULT_REGION or regions in headwater.toml."
            )
        return region


def _timestamp(value: Any) -> datetime:
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    parsed: datetime = parse_timestamp(value)
    return parsed


IAM_PREFIX = {"eventbridgev2": "events", "stepfunctions": "states", "resourcegroupstaggingapi": "tag"}
"""Where the prefix of a service's IAM actions is not boto3's name of it."""
IAM_ACTIONS = {
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
}
"""Where the action that allows a call has not the call's name: a gap names what a policy must allow."""


def iam_action(service: str, operation: str) -> str:
    """The IAM action that allows a call, such as events:ListRules."""
    name = f"{IAM_PREFIX.get(service, service)}:{operation}"
    return IAM_ACTIONS.get(name, name)


def refused(error: Exception, service: str, operation: str) -> RefusedError:
    """What AWS answered, as the status a gap has. Anything that is not an answer of AWS is raised as it is."""
    action = iam_action(service, operation)
    if isinstance(error, ClientError):
        return _refused_by_answer(error, action, service)
    if (
        isinstance(error, EndpointConnectionError)
        and service in {"eventbridgev2", "schemas", "pipes", "scheduler"}
        and "resolve" in repr(error.__cause__ or error.__context__)
    ):
        return RefusedError("unsupported", action, "NoEndpoint", f"This region has no endpoint of {service}.")
    if isinstance(error, BotoCoreError | ResponseParserError):
        return RefusedError("failed", action, type(error).__name__, _sentence(error))
    raise error


def _refused_by_answer(error: ClientError, action: str, service: str) -> RefusedError:
    code = error.response.get("Error", {}).get("Code") or "Unknown"
    http = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in THROTTLED or http == 429:
        status: Status = "throttled"
    elif code in DENIED or http == 403:
        status = "denied"
    elif code in UNSUPPORTED or (service == "eventbridgev2" and http == 404 and "NotFound" not in code):
        status = "unsupported"
    else:
        status = "failed"
    return RefusedError(status, action, code, _sentence(error))


def _sentence(error: Exception) -> str:
    if isinstance(error, ClientError):
        told = error.response.get("Error", {})
        text = f"{told.get('Code', 'Error')}: {told.get('Message') or 'no message'}"
    else:
        text = str(error)
    return " ".join(text.split())[:500]
