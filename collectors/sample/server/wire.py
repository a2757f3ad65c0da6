"""One call of an AWS client: read from and written to HTTP by botocore's service models.

Five protocols are spoken: json, query, rest-json, rest-xml and smithy-rpc-v2-cbor. moto's model-driven parsers and
serializers serve the first four; for CBOR botocore's own client-side parser and serializer are used in reverse.
"""

from __future__ import annotations

import io
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from xml.sax.saxutils import escape

from botocore.parsers import RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer
from botocore.utils import parse_timestamp
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model

from collectors.sample.server.shapes import prune, to_json, with_nulls, without

CBOR = "smithy-rpc-v2-cbor"

Params = dict[str, Any]


class AwsError(Exception):
    """An error as AWS would answer it: a code of the service's model (or a common one) and a sentence."""

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass
class Response:
    """What goes back over HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Quirks:
    """How the answer to one call is bent by the misbehaviour rules that apply to it."""

    one_item_pages: bool = False
    odd_tokens: bool = False
    empty_pages: bool = False
    nulls: list[str] = field(default_factory=list)
    drop: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    of: str | None = None
    query: dict[str, Any] | None = None

    @property
    def bends_pages(self) -> bool:
        """Whether pages differ from AWS's usual ones."""
        return self.one_item_pages or self.odd_tokens or self.empty_pages

    @property
    def bends_members(self) -> bool:
        """Whether members of the answer are left out, nulled or emptied."""
        return bool(self.nulls or self.drop or self.empty)


class Backend(Protocol):
    """moto, as a stand-in sees it."""

    def __call__(self, call: Call, service: str, operation: str, params: Params) -> Params:
        """The parsed output of one operation in the account and region of `call`. Raises AwsError."""


@dataclass
class Call:
    """One API call. service and operation are spelled as in botocore; account comes from the access key."""

    service: str
    operation: str
    protocol: str
    account: str
    region: str
    environ: dict[str, Any]
    body: bytes
    access_key: str = ""
    uri_params: Params = field(default_factory=dict)
    params: Params = field(default_factory=dict)
    quirks: Quirks = field(default_factory=Quirks)
    backend: Backend | None = None

    @property
    def partition(self) -> str:
        """aws, aws-cn or aws-us-gov, by the region."""
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    @property
    def scope(self) -> tuple[str, str]:
        """The key of every store: (account, region)."""
        return self.account, self.region

    def arn(self, service: str, resource: str) -> str:
        """An ARN in the account and region of this call."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def moto(
        self, params: Params | None = None, operation: str | None = None, service: str | None = None
    ) -> Params:
        """The answer of moto in this account and region; by default to this very operation with its own parameters."""
        if self.backend is None:
            raise AwsError("InternalFailure", "no backend is attached to this call")
        chosen = self.params if params is None else params
        return self.backend(self, service or self.service, operation or self.operation, chosen)


def operation_model(service: str, operation: str) -> Any:
    """The model of one operation; AwsError where the service has no such operation."""
    model = get_service_model(service)
    if operation not in model.operation_names:
        raise unknown_operation(operation)
    return model.operation_model(operation)


def unknown_operation(operation: str) -> AwsError:
    """What AWS answers to an operation it does not have. Status 400, so that no client retries it."""
    return AwsError("UnknownOperationException", f"The operation {operation} is not available here", 400)


def _utc(value: Any) -> datetime:
    parsed: datetime = parse_timestamp(value)
    return parsed.astimezone(UTC)


def decode(call: Call, request: Any) -> Params:
    """The parameters of the request by the input shape of its operation. Timestamps are aware and in UTC."""
    model = operation_model(call.service, call.operation)
    if model.input_shape is None:
        return {}
    if call.protocol == CBOR:
        return _decode_cbor(call.body, model.input_shape)
    parser = PROTOCOL_PARSERS[call.protocol](model, timestamp_parser=_utc)
    parsed: Params = parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": call.body,
            "url_path": request.path,
            "url_params": call.uri_params,
        },
    )
    return {key: value for key, value in parsed.items() if value is not None}


def _decode_cbor(body: bytes, shape: Any) -> Params:
    parser = RpcV2CBORParser()
    node = parser.parse_data_item(io.BufferedReader(io.BytesIO(body))) if body else {}
    parsed: Params = parser._parse_shape(shape, node)  # noqa: SLF001 - no public way to read one shape
    return parsed


def encode(call: Call, result: Params) -> Response:
    """The HTTP answer that botocore's parser reads back as `result`."""
    model = operation_model(call.service, call.operation)
    result = {key: value for key, value in result.items() if key != "ResponseMetadata"}
    if call.quirks.bends_members:
        result = without(result, set(call.quirks.drop) | set(call.quirks.nulls), call.quirks.of)
        result |= {name: [] for name in call.quirks.empty}
    if call.protocol == CBOR:
        body = bytearray()
        if model.output_shape is not None:
            serializer = RpcV2CBORSerializer()
            pruned = prune(result, model.output_shape)
            serializer._serialize_data_item(body, pruned, model.output_shape)  # noqa: SLF001 - as above, in reverse
        return Response(200, _headers(call, "application/cbor"), bytes(body) or b"\xa0")
    if call.protocol == "json":
        value = to_json(result, model.output_shape) if model.output_shape is not None else {}
        if call.quirks.nulls:
            value = with_nulls(value, model.output_shape, call.quirks.nulls)
        version = model.service_model.metadata.get("jsonVersion", "1.0")
        return Response(200, _headers(call, f"application/x-amz-json-{version}"), json.dumps(value).encode())
    request_id = str(uuid.uuid4())
    serializer_class = get_serializer_class(call.service, call.protocol)
    serialized = serializer_class(model, context=SerializationContext(request_id)).serialize(result)
    content = serialized["body"]
    raw = content if isinstance(content, bytes) else content.encode()
    headers = _headers(call, "text/xml", request_id) | {k: str(v) for k, v in serialized["headers"].items()}
    if call.quirks.nulls and "json" in call.protocol:
        raw = json.dumps(with_nulls(json.loads(raw or b"{}"), model.output_shape, call.quirks.nulls)).encode()
    return Response(int(serialized["status_code"]), headers, raw)


def _headers(call: Call, content_type: str, request_id: str | None = None) -> dict[str, str]:
    headers = {"Content-Type": content_type, "x-amzn-RequestId": request_id or str(uuid.uuid4())}
    if call.protocol == CBOR:
        headers["smithy-protocol"] = "rpc-v2-cbor"
    return headers


def error_status(service: str, error: AwsError) -> int:
    """The HTTP status of an error: its own, else the model's, else 400."""
    if error.status is not None:
        return error.status
    for shape in get_service_model(service).error_shapes:
        if error.code in {shape.name, shape.error_code}:
            return int(shape.metadata.get("error", {}).get("httpStatusCode", 400))
    return 400


def encode_error(call: Call, error: AwsError) -> Response:
    """The HTTP answer that makes botocore raise a ClientError with this code and message."""
    status = error_status(call.service, error)
    if call.protocol == CBOR:
        return Response(status, _headers(call, "application/cbor"), _cbor_error(error))
    if call.protocol in {"query", "ec2", "rest-xml"}:
        return Response(status, _headers(call, "text/xml"), _xml_error(call, error, status))
    headers = _headers(call, "application/x-amz-json-1.1") | {"x-amzn-ErrorType": error.code}
    if call.service == "sqs":
        headers["x-amzn-query-error"] = f"{error.code};Sender"
    members = {"__type": error.code, "message": error.message, "Message": error.message, "Code": error.code}
    return Response(status, headers, json.dumps(members).encode())


def _xml_error(call: Call, error: AwsError, status: int) -> bytes:
    request_id = uuid.uuid4()
    code, message = escape(error.code), escape(error.message)
    if call.protocol == "rest-xml":
        return f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request_id}</RequestId></Error>".encode()
    fault = "Sender" if status < 500 else "Receiver"
    inner = f"<Type>{fault}</Type><Code>{code}</Code><Message>{message}</Message>"
    return (
        f"<ErrorResponse><Error>{inner}</Error><RequestId>{request_id}</RequestId></ErrorResponse>".encode()
    )


def _cbor_text(text: str) -> bytes:
    raw = text.encode()
    return b"\x7a" + len(raw).to_bytes(4, "big") + raw


def _cbor_error(error: AwsError) -> bytes:
    """A CBOR map of two text members; written by hand because an error has no operation model."""
    return b"\xa2" + b"".join(
        map(_cbor_text, ["__type", f"headwater.local#{error.code}", "message", error.message])
    )
