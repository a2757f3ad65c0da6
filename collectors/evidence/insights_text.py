"""The two queries of Logs Insights over a trail's log group, written after AWS's "Logs Insights language query syntax"."""

import json
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
    r"filter eventTime like /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/",
    _WHO,
    "fields jsonParse(@message) as told",
    "fields jsonStringify(told.responseElements.entries) as answered, substr(eventTime, 0, 13) as hour",
)
_FAILED = "responseElements.failedEntryCount"
CODED = '"errorCode"'
"""What answers hold where one of them may have been rejected, though no number says so."""
_ISSUER = "userIdentity.sessionContext.sessionIssuer.arn"
_IDENTITY = f"userIdentity.type, {_ISSUER}, who, userIdentity.accountId, userIdentity.invokedBy"

TOTALS = (
    *_CALLS,
    (
        f"filter {_FAILED} = 0 or ispresent(errorCode) "
        f"or (not ispresent({_FAILED}) and "
        f"(not ispresent(answered) or strcontains(answered, {json.dumps(CODED)}) = 0))"
    ),
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
    "fields jsonStringify(told.requestParameters.entries) as asked",
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
    + " by eventID, hour",
    (
        "filter copies > 1 or rejected > 0 or rejected < 0 or "
        f"(not ispresent(rejected) and not ispresent(error) and strcontains(answers, {json.dumps(CODED)}) = 1)"
    ),
)
"""One by one, each once: calls that were rejected in part, and records that came more than once."""


def text_of(query: tuple[str, ...], since: datetime, until: datetime) -> str:
    """The query over calls from `since` until before `until` (UTC), by the time of the call."""
    hours = {"{since}": f"{since:%Y-%m-%dT%H:%M:%SZ}", "{until}": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
    text = "\n| ".join(query)
    for place, time in hours.items():
        text = text.replace(place, time)
    return text
