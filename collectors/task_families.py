"""ECS task families: the role that their tasks run as, by which a PutEvents call is traced back to them."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from collectors.missing import as_far_as_read, call_or_nothing
from collectors.records import Record, Resource, Tag
from collectors.scope import Scope
from collectors.unread import Unread, rows_of

LIST, DESCRIBE = "ecs:ListTaskDefinitionFamilies", "ecs:DescribeTaskDefinition"


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `resources` and `tags`, for each active family its latest revision.

    ecs:ListTaskDefinitionFamilies + DescribeTaskDefinition of at most `task_families_at_most`. Only family, status, task role
    and tags are kept: containers, their environment and secrets are not looked at.
    """
    most = scope.settings.task_families_at_most
    lost = (rows_of("resources", kind="task-family"), rows_of("tags"))
    pages = scope.pages("ecs", "list_task_definition_families", "families", status="ACTIVE")
    found = list(islice(as_far_as_read(scope, pages, None, *lost), most + 1))
    if len(found) > most:
        told = f"There are more than {most} task families here; the others were not read: raise task_families_at_most in headwater.toml for all."
        scope.gap("partial", DESCRIBE, "TooMany", told, "task families")
        scope.lose(*lost)

    def fetch(family: str) -> dict[str, Any]:
        return dict(
            call_or_nothing(scope, "ecs", "describe_task_definition", taskDefinition=family, include=["TAGS"])
        )

    for family, told_of in scope.each(
        found[:most], fetch, lambda family: arn_of(scope, family), _lost(scope)
    ):
        described = (told_of or {}).get("taskDefinition")
        if not described:  # refused, then its row of the last run stays; or gone since it was listed
            continue
        yield from scope.rows(_family, [described | {"Arn": arn_of(scope, family), "Name": family}], DESCRIBE)
        tags = [tag | {"Arn": arn_of(scope, family)} for tag in (told_of or {}).get("tags") or ()]
        yield from scope.rows(_tag, tags, DESCRIBE)


def arn_of(scope: Scope, family: str) -> str:
    """A task definition's ARN without its revision."""
    return scope.arn("ecs", f"task-definition/{family}")


def _lost(scope: Scope) -> Any:
    def lost(family: str) -> Iterator[Unread]:
        yield rows_of("resources", arn=arn_of(scope, family))
        yield rows_of("tags", arn=arn_of(scope, family))

    return lost


def _family(definition: dict[str, Any]) -> Resource:
    return Resource(
        arn=definition["Arn"],
        kind="task-family",
        name=definition["Name"],
        state=definition.get("status"),
        role_arn=definition.get("taskRoleArn"),
        created_at=definition.get("registeredAt"),
    )


def _tag(tag: dict[str, Any]) -> Tag:
    return Tag.model_validate({"arn": tag["Arn"], "key": tag.get("key"), "value": tag.get("value") or ""})
