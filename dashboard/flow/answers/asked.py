"""What is asked, and what could not be read that touches an answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Delivery = Literal["always", "sometimes"]


Deliverable = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Question:
    """Which event is asked about. `bus` is a name or an ARN; None asks for every bus where the type enters."""

    source: str
    detail_type: str
    bus: str | None = None


@dataclass(frozen=True, slots=True)
class GapNote:
    """Something that could not be read and touches the answer."""

    account: str
    region: str
    collector: str
    action: str
    status: str
    message: str
    at: datetime | None
