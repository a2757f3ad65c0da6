"""AWS's published quotas as misbehaviour rules: calls a second, for each account and region.

Where AWS does not say whether a quota is shared by the calls of a service, the stricter reading is taken: shared.
"""

from __future__ import annotations

from typing import Any

QUOTAS: tuple[dict[str, Any], ...] = (
    {"service": "events", "throttle": 50},
    {"service": "sns", "operation": ["ListTopics", "ListSubscriptions"], "throttle": 30},
    {"service": "lambda", "operation": ["ListFunctions", "ListEventSourceMappings"], "throttle": 15},
    {
        "service": "lambda",
        "operation": ["ListFunctionEventInvokeConfigs", "GetEventSourceMapping"],
        "throttle": 15,
    },
    {"service": "lambda", "operation": ["GetFunction", "GetFunctionConfiguration"], "throttle": 100},
    {"service": "kinesis", "operation": "ListStreams", "throttle": 5},
    {"service": "firehose", "operation": "ListDeliveryStreams", "throttle": 5},
    {"service": "cloudtrail", "operation": "LookupEvents", "throttle": 2},
    {"service": "cloudwatch", "operation": "ListMetrics", "throttle": 25},
    {"service": "cloudwatch", "operation": "GetMetricData", "throttle": 50},
)
