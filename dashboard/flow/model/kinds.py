"""What an ARN names, in Headwater's words: one table for every kind of target, source and resource.

A row is (service, how the resource begins, kind); the first that fits is taken, so the narrower stands first. The
services are those that EventBridge's rules, subscribers, pipes, schedules and SNS subscriptions can lead to.
"""

KINDS: tuple[tuple[str, str, str], ...] = (
    ("lambda", "event-source-mapping:", "event-source-mapping"),
    ("lambda", "", "function"),
    ("sqs", "", "queue"),
    ("sns", "app/", "push"),
    ("sns", "endpoint/", "push"),
    ("sns", "", "topic"),
    ("states", "", "state-machine"),
    ("kinesis", "", "stream"),
    ("firehose", "", "delivery-stream"),
    ("dynamodb", "", "table"),
    ("timestream", "", "time-series"),
    ("kafka", "", "kafka-cluster"),
    ("mq", "", "broker"),
    ("ecs", "cluster/", "task"),
    ("ecs", "", "task-family"),
    ("batch", "", "job-queue"),
    ("events", "event-bus/", "bus"),
    ("events", "event-busv2/", "bus"),
    ("events", "api-destination/", "api-destination"),
    ("events", "aws-sdk:", "api-call"),
    ("events", "target/", "instance-action"),
    ("events", "rule/", "rule"),
    ("events", "subscriber/", "subscriber"),
    ("events", "archive/", "archive"),
    ("events", "replay/", "replay"),
    ("events", "connection/", "connection"),
    ("events", "event-source/", "event-source"),
    ("events", "event-sourcev2/", "event-source"),
    ("events", "endpoint/", "endpoint"),
    # the managed rule of an archive points at arn:aws:events:REGION:::, which names nothing else
    ("events", ":", "archive"),
    ("scheduler", "aws-sdk:", "api-call"),
    ("scheduler", "", "schedule"),
    ("pipes", "", "pipe"),
    ("execute-api", "", "api"),
    ("apigateway", "", "api"),
    ("appsync", "", "api"),
    ("logs", "", "log-group"),
    ("codepipeline", "", "pipeline"),
    ("codebuild", "", "build-project"),
    ("ssm", "document/", "command"),
    ("ssm", "opsitem", "ops-item"),
    ("ssm", "", "automation"),
    ("ssm-incidents", "", "response-plan"),
    ("redshift", "", "warehouse"),
    ("redshift-serverless", "", "warehouse"),
    ("redshift-data", "", "warehouse"),
    ("sagemaker", "", "pipeline"),
    ("glue", "", "workflow"),
    ("inspector", "", "assessment"),
    ("imagebuilder", "", "image-pipeline"),
    ("ec2", "", "instance-action"),
    ("s3", "", "bucket"),
    ("schemas", "", "registry"),
    ("iam", "role/", "role"),
    ("iam", "root", "account"),
    ("iam", "", "user"),
)
_EVENTS = {"eventsv2": "events"}


def kind_of(service: str, resource: str) -> str:
    """The kind of a resource; the service's own name where the table does not have it."""
    service = _EVENTS.get(service, service)
    if service == "events" and not resource:
        return "archive"
    for of_service, start, kind in KINDS:
        if of_service == service and resource.startswith(start):
            return kind
    return resource.split("/", maxsplit=1)[0] if service == "events" else service
