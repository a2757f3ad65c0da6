"""RedrivePolicy, the JSON text that queues and SNS subscriptions name their dead-letter queue with."""

import json
from typing import Any


def redrive(text: str | None) -> dict[str, Any]:
    """{"deadLetterTargetArn", "maxReceiveCount"} of a RedrivePolicy; empty when there is none or it is no JSON object."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
