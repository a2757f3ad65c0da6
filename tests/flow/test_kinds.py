"""What every target, source and resource is called, by its ARN."""

import pytest

from dashboard.flow.model import arns
from dashboard.flow.model.kinds import KINDS

AT = "eu-west-1:111111111111"
TARGETS = [
    (f"arn:aws:lambda:{AT}:function:bill", "function", "bill"),
    (f"arn:aws:lambda:{AT}:function:bill:live", "function", "bill"),
    (f"arn:aws:lambda:{AT}:function:bill:7", "function", "bill"),
    (f"arn:aws:lambda:{AT}:event-source-mapping:1-2", "event-source-mapping", "1-2"),
    (f"arn:aws:sqs:{AT}:inbox.fifo", "queue", "inbox.fifo"),
    (f"arn:aws:sns:{AT}:news", "topic", "news"),
    (f"arn:aws:sns:{AT}:app/GCM/shop", "push", "GCM/shop"),
    (f"arn:aws:sns:{AT}:endpoint/GCM/shop/1-2", "push", "GCM/shop/1-2"),
    (f"arn:aws:states:{AT}:stateMachine:flow", "state-machine", "flow"),
    (f"arn:aws:states:{AT}:stateMachine:flow:live", "state-machine", "flow"),
    (f"arn:aws:kinesis:{AT}:stream/flow", "stream", "flow"),
    (f"arn:aws:firehose:{AT}:deliverystream/lake", "delivery-stream", "lake"),
    (f"arn:aws:dynamodb:{AT}:table/t/stream/2026", "table", "t/stream/2026"),
    (f"arn:aws:timestream:{AT}:database/d/table/t", "time-series", "d/table/t"),
    (f"arn:aws:kafka:{AT}:cluster/c/1-2", "kafka-cluster", "c/1-2"),
    (f"arn:aws:mq:{AT}:broker:b:b-1", "broker", "b-1"),
    (f"arn:aws:ecs:{AT}:cluster/prod", "task", "prod"),
    (f"arn:aws:ecs:{AT}:task-definition/nightly:3", "task-family", "nightly:3"),
    (f"arn:aws:batch:{AT}:job-queue/high", "job-queue", "high"),
    (f"arn:aws:events:{AT}:event-bus/orders", "bus", "orders"),
    ("arn:aws:events:us-east-1:222222222222:event-bus/default", "bus", "default"),
    (f"arn:aws:events:{AT}:event-busv2/orders/ab12", "bus", "orders"),
    (f"arn:aws:eventsv2:{AT}:event-busv2/orders/ab12", "bus", "orders"),
    (f"arn:aws:events:{AT}:api-destination/erp/1-2", "api-destination", "erp"),
    (f"arn:aws:events:{AT}:connection/erp/1-2", "connection", "erp"),
    ("arn:aws:events:::aws-sdk:dynamodb:putItem", "api-call", "dynamodb:putItem"),
    ("arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "api-call", "sqs:sendMessage"),
    (f"arn:aws:events:{AT}:target/stop-instance", "instance-action", "stop-instance"),
    (f"arn:aws:events:{AT}:rule/orders/r", "rule", "r"),
    (f"arn:aws:events:{AT}:subscriber/s/1", "subscriber", "s/1"),
    (f"arn:aws:events:{AT}:archive/a", "archive", "a"),
    (f"arn:aws:events:{AT}:replay/a", "replay", "a"),
    (f"arn:aws:events:{AT}:endpoint/e", "endpoint", "e"),
    (
        "arn:aws:events:eu-west-1::event-source/aws.partner/acme.com/1",
        "event-source",
        "aws.partner/acme.com/1",
    ),
    (f"arn:aws:events:{AT}:event-sourcev2/hook/1", "event-source", "hook/1"),
    ("arn:aws:events:eu-west-1:::", "archive", ""),
    (f"arn:aws:scheduler:{AT}:schedule/g/s", "schedule", "s"),
    (f"arn:aws:pipes:{AT}:pipe/tube", "pipe", "tube"),
    (f"arn:aws:execute-api:{AT}:ab12/prod/POST/orders", "api", "ab12/prod/POST/orders"),
    ("arn:aws:apigateway:eu-west-1::/restapis/ab12", "api", "restapis/ab12"),
    (f"arn:aws:appsync:{AT}:endpoints/graphql-api/ab12", "api", "graphql-api/ab12"),
    (f"arn:aws:logs:{AT}:log-group:/aws/events/orders:*", "log-group", "/aws/events/orders"),
    (f"arn:aws:codepipeline:{AT}:ship", "pipeline", "ship"),
    (f"arn:aws:codebuild:{AT}:project/build", "build-project", "build"),
    ("arn:aws:ssm:eu-west-1::document/AWS-RunShellScript", "command", "AWS-RunShellScript"),
    (f"arn:aws:ssm:{AT}:opsitem", "ops-item", "opsitem"),
    (f"arn:aws:ssm:{AT}:automation-definition/Restart:$DEFAULT", "automation", "Restart:$DEFAULT"),
    ("arn:aws:ssm-incidents::111111111111:response-plan/p", "response-plan", "p"),
    (f"arn:aws:redshift:{AT}:cluster:dwh", "warehouse", "dwh"),
    (f"arn:aws:redshift-serverless:{AT}:workgroup/1-2", "warehouse", "1-2"),
    (f"arn:aws:redshift-data:{AT}:cluster:dwh", "warehouse", "dwh"),
    (f"arn:aws:sagemaker:{AT}:pipeline/train", "pipeline", "train"),
    (f"arn:aws:glue:{AT}:workflow/load", "workflow", "load"),
    (f"arn:aws:inspector:{AT}:target/0-a/template/0-b", "assessment", "0-a/template/0-b"),
    (f"arn:aws:imagebuilder:{AT}:image-pipeline/p", "image-pipeline", "p"),
    (f"arn:aws:ec2:{AT}:instance/i-1", "instance-action", "i-1"),
    ("arn:aws:s3:::lake", "bucket", "lake"),
    (f"arn:aws:schemas:{AT}:registry/r", "registry", "r"),
    ("arn:aws:iam::111111111111:role/path/r", "role", "r"),
    ("arn:aws:iam::111111111111:root", "account", "root"),
    ("arn:aws:iam::111111111111:user/jo", "user", "jo"),
    (f"arn:aws-cn:newservice:{AT}:thing/x", "newservice", "x"),
    ("https://example.com/hook", "http", "https://example.com/hook"),
    ("email:…@example.com", "email", "email:…@example.com"),
    ("sms:…", "sms", "sms:…"),
]


@pytest.mark.parametrize(("arn", "kind", "name"), TARGETS)
def test_an_arn_names_a_kind_and_a_name(arn: str, kind: str, name: str) -> None:
    assert (arns.kind(arn), arns.name(arn)) == (kind, name)


def test_every_row_of_the_table_is_tried() -> None:
    tried = {kind for _, kind, _ in TARGETS}
    assert {kind for _, _, kind in KINDS} <= tried
