"""The WSGI application: every request of a client comes here and is answered by a stand-in or by moto."""

from __future__ import annotations

import io
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from collectors.sample.server import control, lists, moto_backend
from collectors.sample.server.identify import identify
from collectors.sample.server.misbehave import Conduct
from collectors.sample.server.stand_ins import STAND_INS, WHOLE_SERVICES
from collectors.sample.server.validate import check
from collectors.sample.server.wire import (
    AwsError,
    Call,
    Response,
    decode,
    encode,
    encode_error,
    unknown_operation,
)

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Front:
    """One local AWS. `conduct` holds the misbehaviour rules and the counts of calls."""

    def __init__(self) -> None:
        self.conduct = Conduct()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """WSGI entry: control endpoint, else AWS."""
        body = _read_body(environ)
        environ["wsgi.input"] = io.BytesIO(body)  # whoever parses the request reads it again
        if environ.get("PATH_INFO", "").startswith(control.PREFIX):
            response = control.answer(environ, body, self.conduct)
        else:
            response = self._answer(environ, body)
        headers = {
            k: v for k, v in response.headers.items() if k.lower() not in {"content-length", "status", "date"}
        }
        # to HEAD, S3 tells the object's length with no body behind it
        head = environ["REQUEST_METHOD"] == "HEAD"
        headers["Content-Length"] = _content_length(response) if head else str(len(response.body))
        start_response(f"{response.status} _", list(headers.items()))
        return [response.body]

    def _answer(self, environ: dict[str, Any], body: bytes) -> Response:
        found = identify(environ, body)
        if found is None:
            return Response(403, {"Content-Type": "text/plain"}, b"MissingAuthenticationToken")
        call, request = found
        call.backend = moto_backend.ask
        try:
            self.conduct.apply(call)
            return _serve(call, request)
        except AwsError as error:
            return encode_error(call, error)
        except Exception as error:  # noqa: BLE001 - a bug of ours must not become a traceback on the reader's terminal
            trace = traceback.format_exc().splitlines()[-6:]
            moto_backend.CRASHES[:] = [
                *moto_backend.CRASHES[-49:],
                f"{call.service} {call.operation}: {trace}",
            ]
            return encode_error(call, AwsError("InternalFailure", f"{type(error).__name__}: {error}", 400))


def _serve(call: Call, request: Any) -> Response:
    handler = STAND_INS.get((call.service, call.operation))
    if handler is not None:
        if lists.is_plain(call):
            plain = moto_backend.passthrough(call)
            if lists.is_whole(plain.body):
                return plain
        call.params = decode(call, request)
        check(call)
        return encode(call, handler(call))
    if call.service in WHOLE_SERVICES or call.operation == "Unknown":
        raise unknown_operation(call.operation)
    if "cbor" in call.protocol or call.quirks.bends_members:
        # moto speaks no CBOR, so its answer is translated
        call.params = decode(call, request)
        return encode(call, call.moto())
    return moto_backend.passthrough(call)


def _content_length(response: Response) -> str:
    lengths = [value for key, value in response.headers.items() if key.lower() == "content-length"]
    return lengths[0] if lengths else str(len(response.body))


def _read_body(environ: dict[str, Any]) -> bytes:
    if environ.pop("HTTP_TRANSFER_ENCODING", ""):
        body = bytes(environ["wsgi.input"].read())
        environ["CONTENT_LENGTH"] = str(len(body))
        return body
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return bytes(environ["wsgi.input"].read(length)) if length else b""
