"""A small estate by hand: two domains, one event with a certain and a conditional consumer, one orphan, one denial."""

import json
from datetime import UTC, datetime

from collectors.records import (
    Bus,
    Gap,
    Metric,
    Record,
    Resource,
    Schema,
    ScopeRun,
    Subscription,
    Tag,
    Trace,
)

ACCOUNT, REGION = "111111111111", "eu-west-1"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


SHOP = arn("events", "event-bus/shop")
BILL, AUDIT = arn("lambda", "function:bill"), arn("lambda", "function:audit")


def rule(name: str, target: str, pattern: dict[str, object], **more: object) -> Subscription:
    values = {"target_id": "1", "kind": "rule", "state": "ENABLED", "target_arn": target} | more
    return Subscription.model_validate(
        {
            "arn": arn("events", f"rule/shop/{name}"),
            "name": name,
            "bus_arn": SHOP,
            "pattern": json.dumps(pattern),
            **values,
        }
    )


def records() -> list[Record]:
    """Sold is consumed by bill always and by audit above 100; Lost by nobody."""
    sold: dict[str, object] = {"source": ["com.shop"], "detail-type": ["Sold"]}
    return [
        Bus(arn=SHOP, name="shop", kind="classic"),
        rule("to-bill", BILL, sold),
        rule("to-audit", AUDIT, {**sold, "detail": {"total": [{"numeric": [">", 100]}]}}),
        Resource(arn=BILL, kind="function", name="bill", state="Active"),
        Resource(arn=AUDIT, kind="function", name="audit", state="Active"),
        Tag(arn=SHOP, key="domain", value="selling"),
        Tag(arn=BILL, key="domain", value="selling"),
        Tag(arn=BILL, key="owner", value="team-money"),
        Tag(arn=AUDIT, key="domain", value="control"),
        _schema("Sold"),
        _schema("Lost"),
        Trace(
            principal=arn("iam", "role/till").replace(f":{REGION}:", "::"),
            principal_kind="role",
            principal_account=ACCOUNT,
            bus_arn=SHOP,
            source="com.shop",
            detail_type="Sold",
            events=7,
            failed=0,
            first_seen=NOW,
            last_seen=NOW,
            evidence="a folder",
        ),
        Metric(
            arn=arn("events", "rule/shop/to-bill"),
            namespace="AWS/Events",
            metric="MatchedEvents",
            statistic="Sum",
            period_seconds=300,
            start=NOW.replace(day=24),
            end=NOW,
            times=(NOW.replace(hour=10), NOW.replace(hour=11)),
            values=(30.0, 60.0),
        ),
        Gap(action="sqs:ListQueues", status="denied", error="AccessDenied", message="AWS said no.", at=NOW),
        ScopeRun(
            status="partial", rows=9, calls=4, throttles=0, seconds=1.5, error=None, tried_at=NOW, read_at=NOW
        ),
    ]


def _schema(name: str) -> Schema:
    total = {"type": "number", "description": "What was paid"}
    item = {"type": "object", "required": ["sku"], "properties": {"sku": {"type": "string"}}}
    detail = {
        "type": "object",
        "required": ["total"],
        "properties": {
            "total": total,
            "lines": {"type": "array", "items": {"$ref": "#/definitions/Line"}},
            "channel": {"type": "string", "enum": ["web", "shop"]},
        },
    }
    return Schema(
        arn=arn("schemas", f"schema/shop/{name}"),
        registry="shop",
        name=name,
        type="JSONSchemaDraft4",
        source="com.shop",
        detail_type=name,
        version="1",
        version_count=1,
        content=json.dumps({"properties": {"detail": detail}, "definitions": {"Line": item}}),
    )
