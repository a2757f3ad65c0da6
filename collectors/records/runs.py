"""Rows of the run itself: what could not be read, and what became of each scope."""

from datetime import datetime

from pydantic import Field

from collectors.records.record import Record, Status, Text


class Gap(Record):
    """Something that could not be read. Denied is never empty."""

    action: str = Field(description="API action, e.g. events:ListRules, or the file that could not be read")
    status: Status = Field(
        description="partial (an unexpected shape), denied, throttled, unsupported or failed"
    )
    error: Text = Field(None, description="Error code AWS gave, or the exception's name")
    message: str = Field(description="One sentence: what happened and what to do")
    subject: Text = Field(None, description="ARN or name of the one thing concerned; null: the whole scope")
    kept_rows: int = Field(0, description="Rows of an earlier run that stay because this could not be read")
    kept_at: datetime | None = Field(None, description="UTC: when those were read; null: there are none")
    at: datetime = Field(description="UTC")


class ScopeRun(Record):
    """What became of one scope (account, region, collector) when it was last asked for."""

    status: Status = Field(description="ok: all read; partial: with gaps; otherwise nothing was read")
    rows: int = Field(description="Rows the snapshot holds of this scope")
    calls: int = Field(description="Calls made to AWS")
    throttles: int = Field(description="Calls that AWS throttled; each was tried again")
    seconds: float = Field(description="Duration, seconds")
    error: Text = Field(None, description="The first error, one sentence")
    asked: Text = Field(
        None, description="What was asked for where AWS asks for money, one sentence; null: nothing was"
    )
    usd: float | None = Field(None, description="What that costs by AWS's list price, US dollars, estimated")
    tried_at: datetime = Field(description="UTC: when it was last asked for")
    read_at: datetime | None = Field(
        None,
        description="UTC: when its rows were read; older than tried_at when the last try failed; null: never",
    )
