"""GetMetricData's answer read as numbers: a day of fifty thousand series is fifteen million points.

botocore makes a time of each, at some ten microseconds; that alone would take longer than AWS's quota of points allows.
Its `before-parse` event lets the answer be read here. What is not as expected is left to botocore.
"""

import contextlib
import json
from typing import Any

EVENT = "before-parse.cloudwatch.GetMetricData"
_JSON = "application/x-amz-json-"


def attach(client: Any) -> None:
    """Let this CloudWatch client give the times of GetMetricData as AWS sends them: seconds since 1970."""
    client.meta.events.register(EVENT, _read)


def _read(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    """What stands in the second takes the place of what botocore would have made of the body."""
    kind = response_dict["headers"].get("Content-Type") or ""
    if response_dict["status_code"] != 200 or not kind.startswith(_JSON):
        return
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(response_dict["body"])
        if isinstance(found, dict):
            customized_response_dict.update(found)
            response_dict["body"] = b"{}"
