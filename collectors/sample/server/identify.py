"""Which call is this request? Service, operation, protocol, account and region, from its headers and path."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

from moto.core.request import Request
from moto.core.routing import NotFound, get_service_router
from moto.core.utils import get_service_model
from moto.iam.models import iam_backends

from collectors.sample.server.wire import CBOR, Call

# The account of a client whose access key nobody issued.
HOME_ACCOUNT = "111111111111"
# The name in the credential scope, where botocore's name of the service is another.
SIGNING_NAMES = {"monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi", "states": "stepfunctions"}
_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d+/([^/,\s]+)/([^/,\s]+)/aws4_request")
_CBOR_PATH = re.compile(r"/service/([^/]+)/operation/([^/]+)$")


def account_of(access_key: str) -> str:
    """The account that an access key belongs to.

    Twelve digits are the account itself, a local convenience; a key that IAM or STS issued is looked up; any other
    key is the home account's.
    """
    if re.fullmatch(r"\d{12}", access_key):
        return access_key
    for account, partitions in list(iam_backends.items()):
        if any(access_key in backend.access_keys for backend in list(partitions.values())):
            return str(account)
    return HOME_ACCOUNT


def identify(environ: dict[str, Any], body: bytes) -> tuple[Call, Request] | None:
    """The call in a request, or None for a request that is not signed with SigV4."""
    credentials = (
        environ.get("HTTP_AUTHORIZATION", "")
        or parse_qs(environ.get("QUERY_STRING", "")).get(
            "X-Amz-Credential",
            [""],
        )[0]
    )
    found = _SCOPE.search(credentials) or _SCOPE.search(f"Credential={credentials}")
    if not found:
        return None
    access_key, region, signing = found.groups()
    service = SIGNING_NAMES.get(signing, signing)
    request = Request(environ)
    uri: dict[str, Any] = {}
    cbor = _CBOR_PATH.search(environ.get("PATH_INFO", ""))
    if cbor and environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor":
        service = "eventbridgev2" if cbor[1] == "AWSEventsV2" else service
        operation, protocol = cbor[2], CBOR
    else:
        operation, protocol, uri = _operation(service, environ, body, request)
    return (
        Call(service, operation, protocol, account_of(access_key), region, environ, body, access_key, uri),
        request,
    )


def _operation(
    service: str,
    environ: dict[str, Any],
    body: bytes,
    request: Request,
) -> tuple[str, str, dict[str, Any]]:
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return target.rsplit(".", 1)[-1], "json", {}
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return parse_qs(body.decode(errors="replace")).get("Action", ["Unknown"])[0], "query", {}
    try:
        protocol = str(get_service_model(service).protocol)
        operation, uri = get_service_router(service).match(request)
    except (NotFound, NotImplementedError):
        return "Unknown", "rest-json" if service != "s3" else "rest-xml", {}
    except Exception as error:  # botocore's several errors for a service that does not exist
        if type(error).__name__ not in {"UnknownServiceError", "DataNotFoundError"}:
            raise
        return "Unknown", "rest-json", {}
    return str(operation.name), protocol, uri
