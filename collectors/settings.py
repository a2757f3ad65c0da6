"""Settings: headwater.toml in the working folder, overridden by HEADWATER_* variables.

accounts = ["111111111111"]      # default: the account of the ambient credentials
regions = ["eu-west-1"]          # default: the ambient region
role = "HeadwaterRead"           # assumed in each account that is not the ambient one
trails = ["s3://logs/AWSLogs"]   # default: what the trails of the account tell
trail_reader = "files"           # or athena, insights: how CloudTrail's records of PutEvents are read
trace_days = 400                 # how long hours of traces are kept
late_days = 3                    # how late a log file may come, and how long eventIDs are remembered, by the event's time
athena_database = "headwater"    # trail_reader = "athena": where the table of CloudTrail's log files is (docs/athena.md)
athena_table = "cloudtrail"
athena_workgroup = "primary"     # in which the questions run
athena_output = "s3://…/…/"      # where their answers go; default: what the workgroup says
athena_most_gb = 100             # a question that scans more is stopped
athena_account = "111111111111"  # whose Athena; default: the account of the credentials
athena_region = "eu-west-1"      # default: the first of regions
trail_log_group = "…"            # trail_reader = "insights": name or ARN of the log group; default: what the trails tell
bus_logs = ["s3://logs/AWSLogs"] # more logs of event buses: s3:// prefixes, folders, ARNs of log groups; default: none beside
                                 # those that the delivery API of CloudWatch Logs tells
log_days = 15                    # how long hours of bus logs are kept
domain_tags = ["domain"]         # tags that name a resource's domain, first hit wins
owner_tags = ["owner", "team"]
metric_hours = 24                # of metrics in fine points, read by every run
metric_history = true            # and 15 days by the hour, 90 days in six hours, each read again only when due
pace = 1.0                       # times the usual pace, which stays below AWS's default quotas: 0.5 leaves others more,
                                 # 2 is for an account whose quotas were raised
roles = true                     # read the policies of the roles that deliver; false: such delivery is "unknown"
roles_at_most = 300              # of each account, region and collector
earlier_versions = 100           # of schemas, read in each account and region: a call each, 10 a second
permitted = false                # true: read who may put events by identity policy (iam:GetAccountAuthorizationDetails)
permitted_at_most = 5000         # roles and users of each account that are looked at then
principals_at_most = 300         # roles seen to put events whose tags and trust are read, of each account and region
buckets_at_most = 1000           # of each account and region, asked whether they send their events to EventBridge
task_families_at_most = 500      # ECS task definitions of each account and region, read for their roles

[[domains]]
name = "orders"
sources = ["com.acme.orders"]    # source prefixes
accounts = ["222222222222"]      # whole accounts
owner = "team-orders"
"""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from collectors.errors import UsageError

FILE = Path("headwater.toml")


class Domain(BaseModel):
    """A part of the company, told by the prefix of an event's source or by the account."""

    model_config = ConfigDict(extra="forbid")

    name: str
    sources: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    owner: str | None = None


class Settings(BaseSettings):
    """What a person can set. Every field can be given as HEADWATER_<FIELD>; lists are separated by commas there."""

    model_config = SettingsConfigDict(env_prefix="HEADWATER_", toml_file=FILE, extra="ignore", frozen=True)

    store: Path = Path(".headwater")
    accounts: Annotated[tuple[str, ...], NoDecode] = ()
    regions: Annotated[tuple[str, ...], NoDecode] = ()
    role: str | None = None
    trails: Annotated[tuple[str, ...], NoDecode] = ()
    trail_reader: Literal["files", "athena", "insights"] = "files"
    trace_days: int = Field(400, ge=1, le=3650)
    late_days: int = Field(3, ge=1, le=30)
    athena_database: str = Field("headwater", min_length=1, max_length=128)
    athena_table: str = Field("cloudtrail", min_length=1, max_length=128)
    athena_workgroup: str = Field("primary", pattern=r"^[a-zA-Z0-9._-]{1,128}$")
    athena_output: str | None = Field(None, pattern=r"^s3://[^/]+")
    athena_most_gb: float = Field(100, gt=0)
    athena_account: str | None = Field(None, pattern=r"^\d{12}$")
    athena_region: str | None = None
    trail_log_group: str | None = Field(None, min_length=1)
    bus_logs: Annotated[tuple[str, ...], NoDecode] = ()
    log_days: int = Field(15, ge=1, le=400)
    domain_tags: Annotated[tuple[str, ...], NoDecode] = ("domain",)
    owner_tags: Annotated[tuple[str, ...], NoDecode] = ("owner", "team")
    domains: tuple[Domain, ...] = ()
    metric_hours: int = Field(24, ge=1, le=24 * 90)
    metric_history: bool = True
    keep: int = Field(30, ge=1)
    roles: bool = True
    roles_at_most: int = Field(300, ge=0)
    earlier_versions: int = Field(100, ge=0)
    permitted: bool = False
    permitted_at_most: int = Field(5000, ge=0)
    principals_at_most: int = Field(300, ge=0)
    buckets_at_most: int = Field(1000, ge=0)
    task_families_at_most: int = Field(500, ge=0)
    pace: float = Field(1.0, gt=0, le=1000)

    @field_validator("accounts", "regions", "trails", "bus_logs", "domain_tags", "owner_tags", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("accounts")
    @classmethod
    def _are_accounts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for account in value:
            if not (account.isascii() and account.isdigit() and len(account) == 12):
                raise ValueError(f"{account!r} is not an account id: 12 digits")
        return value

    @field_validator("trails")
    @classmethod
    def _are_locations(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for location in value:
            if not location.strip() or location.strip() in ("s3:/", "s3://"):
                raise ValueError(f"--trail {location!r} names nothing: give a folder, or s3:// and a bucket")
        return value

    @field_validator("trail_reader")
    @classmethod
    def _reads_named_trails(cls, value: str, told: ValidationInfo) -> str:
        if value != "files" and told.data.get("trails"):
            raise ValueError(f"trails (--trail) are read as files only: leave them out, or {value}")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        *sources: PydanticBaseSettingsSource,
        **named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over variables, variables over the file."""
        return (
            *sources,
            named["init_settings"],
            named["env_settings"],
            TomlConfigSettingsSource(settings_cls),
        )


def stands() -> tuple[object, ...]:
    """What `read` reads, as it stands now: equal to what it was before as long as the settings are the same."""
    found = FILE.stat() if FILE.is_file() else None
    named = [(name, value) for name, value in os.environ.items() if name.upper().startswith("HEADWATER_")]
    return (FILE.absolute(), found and (found.st_mtime_ns, found.st_size), *sorted(named))


def read(**given: Any) -> Settings:
    """Settings of the working folder and the environment; arguments that are None leave them be.

    Raises UsageError that names the file or variable and what it expects.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"Setting {where} ({FILE} or HEADWATER_{where.upper()}): {first['msg']}.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{FILE} is not TOML: {error}.") from error
