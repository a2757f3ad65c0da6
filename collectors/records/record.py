"""What every row is made of: a pydantic model, and the types its fields share."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict


def _null_if_empty(value: object) -> object:
    return None if value == "" else value


def _is_arn(value: str) -> str:
    if not value.startswith("arn:") or value.count(":") < 5:
        raise ValueError(f"not an ARN: {value[:120]!r}")
    return value


Text = Annotated[str | None, BeforeValidator(_null_if_empty)]


Arn = Annotated[str, AfterValidator(_is_arn)]


Status = Literal["ok", "partial", "denied", "throttled", "unsupported", "failed"]


InputKind = Literal["event", "path", "constant", "template", "jsonata", "with-metadata"]


Dialect = Literal["sns-attributes", "sns-body", "lambda", "pipes"]


LinkKind = Literal[
    "sns-subscription",
    "event-source-mapping",
    "pipe-source",
    "pipe-enrichment",
    "pipe-target",
    "async-destination",
    "redrive",
    "archive",
    "replay",
    "schedule",
    "discoverer",
    "event-source",
    "endpoint",
    "delivery-stream",
    "notification",
    "put-events",
]


class Record(BaseModel):
    """A row. Collectors yield these; a value that does not fit is a gap that names the field."""

    model_config = ConfigDict(frozen=True, extra="forbid")
