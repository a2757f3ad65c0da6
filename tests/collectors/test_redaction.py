"""What stays of an input: keys, placeholders and paths. No literal of a payload does."""

import json
from pathlib import Path

import pytest

from collectors import redaction
from collectors.errors import HeadwaterError
from collectors.run import save
from collectors.sample.server import Server
from tests.collectors.logged import ACCOUNT, Call

SECRET = "s3cr3t"


@pytest.mark.parametrize(
    ("template", "kept"),
    [
        ('{"id": <id>, "kind": "s3cr3t"}', '{"id": <$.detail.id>, "kind": "…"}'),
        ('{"note": "s3cr3t <id>, s3cr3t"}', '{"note": "…<$.detail.id>…"}'),
        ('"s3cr3t <id>"', '"…<$.detail.id>"'),
        ("s3cr3t <id> s3cr3t", "… <$.detail.id> …"),
        ('{"n": 42, "on": true, "list": ["s3cr3t", 7]}', '{"n": …, "on": …, "list": ["…", …]}'),
        ('["s3cr3t": <id>]', '["…": <$.detail.id>]'),
        ('{"text": "{\\"s3cr3t\\": 1}"}', '{"text": "…"}'),
        ('{"who": <s3cr3t>}', '{"who": …}'),
        ('{"rule": <aws.events.rule-arn>}', '{"rule": <aws.events.rule-arn>}'),
        ('{"open": "s3cr3t', '{"open": …'),
        ('{"empty": ""}', '{"empty": ""}'),
    ],
)
def test_a_template_keeps_keys_and_placeholders_only(template: str, kept: str) -> None:
    told = redaction.of_target(
        {"InputTransformer": {"InputPathsMap": {"id": "$.detail.id"}, "InputTemplate": template}}
    )
    assert (told["input_kind"], told["input_paths"], told["input_template"]) == (
        "template",
        ("$.detail.id",),
        kept,
    )


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({}, {"input_kind": "event"}),
        ({"Input": "", "InputPath": None}, {"input_kind": "event"}),
        ({"InputPath": "$.detail"}, {"input_kind": "path", "input_paths": ("$.detail",)}),
        ({"Input": '{"a":"x"}'}, {"input_kind": "constant", "input_template": '{"a":"…"}'}),
        (
            {"InputTransformer": {"InputPathsMap": None, "InputTemplate": None}},
            {"input_kind": "template", "input_paths": (), "input_template": ""},
        ),
    ],
)
def test_the_input_of_a_target_is_told_by_kind(target: dict[str, object], expected: object) -> None:
    assert redaction.of_target(target) == expected


def test_a_pipes_placeholders_are_its_paths() -> None:
    told = redaction.of_pipe('{"id": <$.body.id>, "key": "s3cr3t-<$.body.key>", "x": <s3cr3t>}')
    assert told["input_paths"] == ("$.body.id", "$.body.key")
    assert told["input_template"] == '{"id": <$.body.id>, "key": "…<$.body.key>", "x": …}'


@pytest.mark.parametrize(
    ("expression", "paths"),
    [
        ('{% {"id": detail.order.id, "k": "s3cr3t"} %}', ("$.detail.order.id",)),
        ("$.detail.total > 4242 ? \"s3cr3t\" : 's3cr3t'", ("$.detail.total",)),
        ("/* s3cr3t */ $contains(detail.note, /s3cr3t/i)", ("$.detail.note",)),
        ("", ()),
    ],
)
def test_jsonata_keeps_paths_and_no_literals(expression: str, paths: tuple[str, ...]) -> None:
    told = redaction.of_jsonata(expression)
    assert (told["input_kind"], told["input_paths"]) == ("jsonata", paths)
    assert SECRET not in (told["input_template"] or "")
    assert "4242" not in (told["input_template"] or "")


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://api.example.com/v1/orders?key=s3cr3t#s3cr3t", "https://api.example.com/v1/orders"),
        ("https://me:s3cr3t@api.example.com:8443/*/x", "https://api.example.com:8443/*/x"),
        ("https://hooks.example.com/services/a1b2c3d4e5f6g7h8i9", "https://hooks.example.com/services/…"),
        ("https://[broken", "…"),
        (None, None),
    ],
)
def test_an_address_keeps_host_and_path(url: str | None, kept: str | None) -> None:
    assert redaction.url(url) == kept


def test_a_schema_loses_examples_and_defaults_but_no_property_of_that_name() -> None:
    schema = {
        "example": SECRET,
        "properties": {
            "example": {"type": "string", "default": SECRET, "enum": ["a"]},
            "default": {"type": "object", "properties": {"examples": {"examples": [SECRET]}}},
            "properties": {"properties": {"default": {"default": SECRET}}},
        },
    }
    assert json.loads(redaction.schema_content(schema)) == {
        "properties": {
            "example": {"type": "string", "enum": ["a"]},
            "default": {"type": "object", "properties": {"examples": {}}},
            "properties": {"properties": {"default": {}}},
        }
    }


@pytest.mark.parametrize(
    ("caller", "kept"),
    [
        (
            f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/ann.lee+1@example.com",
            f"{ACCOUNT}:assumed-role/Admin is not",
        ),
        (f"arn:aws-cn:sts::{ACCOUNT}:federated-user/ann", f"{ACCOUNT}:federated-user is not"),
        ("AROAABCDEFGHIJKLMNOPQ:ann@example.com", "AROAABCDEFGHIJKLMNOPQ is not"),
        (f"arn:aws:iam::{ACCOUNT}:role/ann", f"{ACCOUNT}:role/ann is not"),
    ],
)
def test_no_message_names_the_session_of_who_called(caller: str, kept: str) -> None:
    told = str(HeadwaterError(f"User: {caller} is not authorized to perform: s3:GetObject"))
    assert kept in told
    assert ("ann" in told) == (":role/" in caller)


def test_what_aws_denies_reaches_no_snapshot_with_the_name_of_a_session(
    aws: Server, collect: Call, tmp_path: Path
) -> None:
    who = f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/ann@example.com"
    message = f"User: {who} is not authorized to perform: sqs:ListQueues"
    denied = {"status": 403, "code": "AccessDenied", "message": message}
    aws.misbehave({"service": "sqs", "operation": "ListQueues", "fail": denied})
    outcomes = collect("queues")
    scope = outcomes[0].scope
    frames = save(tmp_path, outcomes, scope.run.aws, scope.settings)
    told = repr([*frames.rows("gaps"), *frames.rows("scopes")])
    assert "assumed-role/Admin is not authorized" in told
    assert "ann@" not in told
