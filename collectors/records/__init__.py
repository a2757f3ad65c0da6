"""The dataframe model: one pydantic model per frame, the meaning of a column on its field.

Every frame also has the columns `account`, `region` and `collector` (the scope that read the row).
Missing is null, never "". Times are UTC. Sizes are bytes, ages seconds. docs/data.md is generated from here.
"""

from collectors.records.contracts import Schema, SchemaVersion
from collectors.records.evidence import Change, Grant, PrincipalRole, Seen, Trace, Trail
from collectors.records.measured import Delivery, Metric
from collectors.records.record import Arn, Dialect, InputKind, LinkKind, Record, Status, Text
from collectors.records.runs import Gap, ScopeRun
from collectors.records.wiring import Bus, Link, Policy, Resource, Subscription, Tag

FRAMES: dict[str, type[Record]] = {
    "buses": Bus,
    "subscriptions": Subscription,
    "resources": Resource,
    "links": Link,
    "policies": Policy,
    "schemas": Schema,
    "schema_versions": SchemaVersion,
    "tags": Tag,
    "traces": Trace,
    "deliveries": Delivery,
    "seen": Seen,
    "principals": PrincipalRole,
    "grants": Grant,
    "trails": Trail,
    "changes": Change,
    "metrics": Metric,
    "gaps": Gap,
    "scopes": ScopeRun,
}
"""The one list of frames: name → the model of its rows."""

SCOPE_COLUMNS = ("account", "region", "collector")

__all__ = [
    "FRAMES",
    "SCOPE_COLUMNS",
    "Arn",
    "Bus",
    "Change",
    "Delivery",
    "Dialect",
    "Gap",
    "Grant",
    "InputKind",
    "Link",
    "LinkKind",
    "Metric",
    "Policy",
    "PrincipalRole",
    "Record",
    "Resource",
    "Schema",
    "SchemaVersion",
    "ScopeRun",
    "Seen",
    "Status",
    "Subscription",
    "Tag",
    "Text",
    "Trace",
    "Trail",
]
