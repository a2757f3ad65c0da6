"""ECS task families over HTTP: name, role and tags; nothing of their containers."""

from collections.abc import Callable
from typing import Any

import pytest

from collectors.records import Resource, Tag
from collectors.sample.server import Server

Call = Callable[..., Any]
ROLE = "arn:aws:iam::111111111111:role/picker-task"
ARN = "arn:aws:ecs:eu-west-1:111111111111:task-definition/"


@pytest.fixture
def families(client: Call) -> None:
    """Two families, one of two revisions of which the later has the role."""
    secret = [{"name": "TOKEN", "value": "s3cr3t"}]
    for family, role in (("picker", {}), ("picker", {"taskRoleArn": ROLE}), ("plain", {})):
        client("ecs").register_task_definition(
            family=family,
            containerDefinitions=[{"name": "app", "image": "x", "memory": 128, "environment": secret}],
            tags=[{"key": "domain", "value": "fulfilment"}],
            **role,
        )


def found(outcome: Any) -> list[tuple[str, str, str, str | None]]:
    return [(r.arn, r.kind, r.name, r.role_arn) for r in outcome.rows if isinstance(r, Resource)]


@pytest.mark.usefixtures("families")
def test_a_family_has_the_role_of_its_latest_revision_and_its_tags(collect: Call) -> None:
    (outcome,) = collect("task-families")
    assert found(outcome) == [
        (f"{ARN}picker", "task-family", "picker", ROLE),
        (f"{ARN}plain", "task-family", "plain", None),
    ]
    assert {(r.arn, r.key, r.value) for r in outcome.rows if isinstance(r, Tag)} == {
        (f"{ARN}{name}", "domain", "fulfilment") for name in ("picker", "plain")
    }
    assert "s3cr3t" not in repr(outcome.rows)


@pytest.mark.usefixtures("families")
def test_all_pages_are_read(aws: Server, collect: Call) -> None:
    aws.misbehave({"service": "ecs", "one_item_pages": True, "odd_tokens": True})
    (outcome,) = collect("task-families")
    assert [row[2] for row in found(outcome)] == ["picker", "plain"]


@pytest.mark.usefixtures("families")
def test_a_denied_description_is_a_gap_about_the_family(aws: Server, collect: Call) -> None:
    aws.misbehave({"operation": "DescribeTaskDefinition", "contains": "picker", "deny": True})
    (outcome,) = collect("task-families")
    assert [row[2] for row in found(outcome)] == ["plain"]
    assert [(gap.action, gap.subject) for gap in outcome.scope.gaps] == [
        ("ecs:DescribeTaskDefinition", f"{ARN}picker")
    ]


@pytest.mark.usefixtures("families")
def test_beyond_the_bound_a_gap_says_that_the_rest_was_not_read(collect: Call) -> None:
    (outcome,) = collect("task-families", task_families_at_most=1)
    assert [row[2] for row in found(outcome)] == ["picker"]
    assert [gap.error for gap in outcome.scope.gaps] == ["TooMany"]
