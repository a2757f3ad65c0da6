"""moto behind the front: passed through as it is, or asked from inside by a stand-in."""

from __future__ import annotations

import io
from typing import Any

from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.core.utils import get_service_model
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from collectors.sample.server import moto_patches
from collectors.sample.server.wire import AwsError, Call, Params, Response, operation_model, unknown_operation

moto_patches.apply()

_SIGNING = {"cloudwatch": "monitoring", "resourcegroupstaggingapi": "tagging", "stepfunctions": "states"}


def _create_app(service: Any) -> Any:
    moto_patches.apply_to(str(service))
    return create_backend_app(service)


_APPLICATION = DomainDispatcherApplication(_create_app)
# The last crashes inside moto, newest last: GET /_headwater/crashes shows them. Nothing goes to stderr.
CRASHES: list[str] = []


def passthrough(call: Call) -> Response:
    """The answer of moto to the request as it came; its crashes become errors in the service's protocol."""
    environ = dict(call.environ)
    environ["wsgi.input"] = io.BytesIO(call.body)
    environ["HTTP_X_MOTO_ACCOUNT_ID"] = call.account
    return _run(call, environ)


def ask(call: Call, service: str, operation: str, params: Params) -> Params:
    """The output of one of moto's operations in the account and region of `call`. Raises AwsError."""
    model = operation_model(service, operation)
    protocol = _protocol(service)
    request = create_serializer(protocol, include_validation=False).serialize_to_request(params, model)
    response = _run(call, _environ(call, service, request))
    parsed: Params = create_parser(protocol).parse(
        {
            "status_code": response.status,
            "headers": {key.lower(): value for key, value in response.headers.items()},
            "body": response.body,
        },
        model.output_shape,
    )
    if response.status >= 300:
        error = parsed.get("Error", {})
        raise AwsError(error.get("Code", "InternalFailure"), error.get("Message", ""), response.status)
    parsed.pop("ResponseMetadata", None)
    return parsed


def _protocol(service: str) -> str:
    metadata = get_service_model(service).metadata
    spoken = [name for name in metadata.get("protocols", [metadata["protocol"]]) if "cbor" not in name]
    return str(spoken[0])


def _environ(call: Call, service: str, request: dict[str, Any]) -> dict[str, Any]:
    """A WSGI environment for a call from inside. Keeps the address that the client used: SQS makes queue URLs of it."""
    body = request["body"] or b""
    raw = _form(body) if isinstance(body, dict) else body.encode() if isinstance(body, str) else bytes(body)
    query = request.get("query_string") or ""
    asked = _form(query).decode() if isinstance(query, (dict, list)) else str(query)
    path, _, inline = request["url_path"].partition("?")
    kept = {key: call.environ[key] for key in _KEPT if key in call.environ}
    scope = f"Credential={call.access_key or 'internal'}/20260101/{call.region}/{_SIGNING.get(service, service)}/aws4_request"
    environ = kept | {
        "REQUEST_METHOD": request["method"],
        "PATH_INFO": _unquoted(path),
        "RAW_URI": path,
        "REQUEST_URI": path,
        # An operation's own address may hold a part of the query: S3's list-type=2.
        "QUERY_STRING": "&".join(part for part in (inline, asked) if part),
        "CONTENT_LENGTH": str(len(raw)),
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        "HTTP_X_MOTO_ACCOUNT_ID": call.account,
        "wsgi.input": io.BytesIO(raw),
    }
    for name, value in request["headers"].items():
        key = name.upper().replace("-", "_")
        environ["CONTENT_TYPE" if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ


_KEPT = (
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "REMOTE_ADDR",
    "HTTP_HOST",
    "SCRIPT_NAME",
    "wsgi.version",
    "wsgi.url_scheme",
    "wsgi.errors",
    "wsgi.multithread",
    "wsgi.multiprocess",
    "wsgi.run_once",
)


def _form(pairs: Any) -> bytes:
    from urllib.parse import urlencode  # noqa: PLC0415 - only query and rest services need it

    return urlencode(pairs, doseq=True).encode()


def _unquoted(path: str) -> str:
    from urllib.parse import unquote  # noqa: PLC0415 - as above

    return unquote(path)


def _run(call: Call, environ: dict[str, Any]) -> Response:
    captured: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], _exc: Any = None) -> None:
        captured["status"] = int(status.split(" ", 1)[0])
        captured["headers"] = dict(headers)

    try:
        chunks = _APPLICATION(environ, start_response)
        body = b"".join(chunks)
    except NotImplementedError as error:
        raise unknown_operation(call.operation) from error
    except AwsError:
        raise
    except Exception as error:
        CRASHES[:] = [*CRASHES[-49:], f"{call.service} {call.operation}: {type(error).__name__}: {error}"]
        raise AwsError(
            "InternalFailure", f"The local AWS cannot serve {call.operation}: {error}", 400
        ) from error
    return _without_html(call, Response(captured["status"], captured["headers"], body))


def _without_html(call: Call, response: Response) -> Response:
    """An unknown path is an HTML page in moto; AWS answers with an error of the service."""
    kind = response.headers.get("Content-Type", "")
    if (
        response.status in {404, 405, 500, 501}
        and "html" in kind
        and response.body.lstrip()[:9].lower() == b"<!doctype"
    ):
        raise unknown_operation(call.operation)
    return response


def forget_everything() -> None:
    """Empties every backend of moto."""
    BackendDict.reset()
    reset_model_data()
