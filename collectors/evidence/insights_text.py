"""The two queries of Logs Insights over a trail's log group, written after AWS's "Logs Insights language query syntax"."""

from datetime import datetime

# The role of a session without the session's name; a user, a role or root as it is; of anything else nothing: it may name a person.
_WHO = (
    r"parse userIdentity.arn /^(?<who>[^:]*:[^:]*:[^:]*:[^:]*:[^:]*:"
    r"(assumed-role\/[^\/]*|(role|user)\/.*|root.*))/"
)
_CALLS = (
    'filter eventSource = "events.amazonaws.com" and eventName in ["PutEvents", "PutPartnerEvents"]',
    r"filter ispresent(eventID) and (not ispresent(eventVersion) or eventVersion like /^1\./)",
    'filter eventTime >= "{since}" and eventTime < "{until}"',
    _WHO,
    "fields jsonParse(@message) as told",
)
_FAILED = "responseElements.failedEntryCount"
_ISSUER = "userIdentity.sessionContext.sessionIssuer.arn"
_IDENTITY = f"userIdentity.type, {_ISSUER}, who, userIdentity.accountId, userIdentity.invokedBy"

TOTALS = (
    *_CALLS,
    f"filter not ispresent({_FAILED}) or {_FAILED} = 0 or ispresent(errorCode)",
    "fields substr(eventTime, 0, 13) as hour",
    "unnest told.requestParameters.entries into entry",
    (
        "stats count(*) as entries, sortsFirst(eventTime) as first, sortsLast(eventTime) as last "
        f"by hour, recipientAccountId, awsRegion, eventName, errorCode, {_IDENTITY}, "
        "entry.eventBusName, entry.source, entry.detailType"
    ),
)
"""Entries of all calls that were accepted or refused whole, by the hour; a record that comes twice counts twice."""

SINGLES = (
    *_CALLS,
    (
        "fields jsonStringify(told.requestParameters.entries) as asked, "
        "jsonStringify(told.responseElements.entries) as answered"
    ),
    f"stats count(*) as copies, max({_FAILED}) as rejected, "
    + ", ".join(
        f"sortsLast({field}) as {name}"
        for name, field in (
            *(("entries", "asked"), ("answers", "answered"), ("time", "eventTime"), ("region", "awsRegion")),
            *(("account", "recipientAccountId"), ("action", "eventName"), ("error", "errorCode")),
            *(("kind", "userIdentity.type"), ("issuer", _ISSUER), ("caller", "who")),
            *(("owner", "userIdentity.accountId"), ("via", "userIdentity.invokedBy")),
        )
    )
    + " by eventID",
    "filter copies > 1 or rejected > 0",
)
"""One by one, each once: calls that were rejected in part, and records that came more than once."""


def text_of(query: tuple[str, ...], since: datetime, until: datetime) -> str:
    """The query over calls from `since` until before `until` (UTC), by the time of the call."""
    hours = {"{since}": f"{since:%Y-%m-%dT%H:%M:%SZ}", "{until}": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
    text = "\n| ".join(query)
    for place, time in hours.items():
        text = text.replace(place, time)
    return text
