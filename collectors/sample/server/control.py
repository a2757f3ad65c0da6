"""The control endpoint: what a test may tell the local AWS beside AWS's own API. JSON in, JSON out, loopback only.

GET    /_headwater/health            {"ready": true}
GET    /_headwater/calls             {"calls": [{account, region, service, operation, action, calls, throttled}],
                                      "total": n, "throttled": n}
DELETE /_headwater/calls             counts from nothing again
GET    /_headwater/misbehave         the rules in force
POST   /_headwater/misbehave         a rule, or a list of them, added to those in force (see `misbehave`)
DELETE /_headwater/misbehave         behaves well again
POST   /_headwater/metrics           {"account", "region", "series": [...]} (see `series`)
POST   /_headwater/cloudtrail        {"account", "region", "records": [CloudTrail records]}
POST   /_headwater/partner-sources   {"account", "region", "names": ["aws.partner/example.com/1/orders"]}
POST   /_headwater/logs              {"account", "region", "group", "records": [...], "days": [...]} (see `logs_queries`)
POST   /_headwater/queues            {"account", "region", "names": [...]}: many at once
GET    /_headwater/crashes           the last crashes behind an InternalFailure
POST   /_headwater/reset             forgets everything: resources, series, rules, counts
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.sqs.models import sqs_backends

from collectors.sample.server import cloudtrail, cloudwatch, lists, logs_queries, moto_backend, sources, store
from collectors.sample.server.misbehave import Conduct, rule
from collectors.sample.server.quotas import QUOTAS
from collectors.sample.server.wire import Response

PREFIX = "/_headwater/"
_LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


def _json(status: int, value: Any) -> Response:
    return Response(status, {"Content-Type": "application/json"}, json.dumps(value).encode())


def answer(environ: dict[str, Any], body: bytes, conduct: Conduct) -> Response:
    """The answer to one request below PREFIX. A Host that is not loopback is refused: no web page may steer this."""
    host = environ.get("HTTP_HOST", "").rsplit(":", 1)[0] if "HTTP_HOST" in environ else ""
    if host not in _LOOPBACK or "HTTP_ORIGIN" in environ:
        return _json(403, {"error": "the control endpoint answers loopback addresses only"})
    path = environ["PATH_INFO"].removeprefix(PREFIX)
    act = _ACTS.get((environ["REQUEST_METHOD"], path))
    if act is None:
        return _json(404, {"error": f"no such control call: {environ['REQUEST_METHOD']} {path}"})
    try:
        return _json(200, act(json.loads(body or b"null"), conduct))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return _json(400, {"error": f"{type(error).__name__}: {error}"})


def _clear_calls(_: Any, conduct: Conduct) -> Any:
    with conduct.lock:
        conduct.calls.clear()
        conduct.throttled.clear()
    return {}


def _rules(_: Any, conduct: Conduct) -> Any:
    return {"rules": [each.spec | {"used": each.used} for each in conduct.rules]}


def _add_rules(posted: Any, conduct: Conduct) -> Any:
    made = [rule(spec) for spec in (posted if isinstance(posted, list) else [posted])]
    with conduct.lock:
        conduct.rules += made
    return {"added": len(made)}


def _clear_rules(_: Any, conduct: Conduct) -> Any:
    with conduct.lock:
        conduct.rules.clear()
    return {}


def _metrics(posted: Any, _: Conduct) -> Any:
    return {"added": cloudwatch.register(posted["account"], posted["region"], posted["series"])}


def _cloudtrail(posted: Any, _: Conduct) -> Any:
    return {"added": cloudtrail.inject(posted["account"], posted["region"], posted["records"])}


def _logs(posted: Any, _: Conduct) -> Any:
    place = (posted["account"], posted["region"], posted["group"])
    logs_queries.inject(*place, posted.get("records", []))
    return {"added": logs_queries.describe(*place, posted.get("days", []))}


def _partner_sources(posted: Any, _: Conduct) -> Any:
    return {"arns": [sources.offer(posted["account"], posted["region"], name) for name in posted["names"]]}


def _queues(posted: Any, _: Conduct) -> Any:
    for name in posted["names"]:
        sqs_backends[posted["account"]][posted["region"]].create_queue(name)
    return {"added": len(posted["names"])}


def _reset(_: Any, conduct: Conduct) -> Any:
    moto_backend.forget_everything()
    moto_backend.CRASHES.clear()
    lists.forget_begun()
    store.forget_everything()
    _clear_rules(None, conduct)
    return _clear_calls(None, conduct)


_ACTS: dict[tuple[str, str], Callable[[Any, Conduct], Any]] = {
    ("GET", "health"): lambda _, __: {"ready": True},
    ("GET", "calls"): lambda _, conduct: conduct.report(),
    ("DELETE", "calls"): _clear_calls,
    ("GET", "misbehave"): _rules,
    ("POST", "misbehave"): _add_rules,
    ("DELETE", "misbehave"): _clear_rules,
    ("POST", "quotas"): lambda _, conduct: _add_rules(list(QUOTAS), conduct),
    ("POST", "metrics"): _metrics,
    ("POST", "cloudtrail"): _cloudtrail,
    ("POST", "logs"): _logs,
    ("POST", "partner-sources"): _partner_sources,
    ("POST", "queues"): _queues,
    ("GET", "crashes"): lambda _, __: {"crashes": moto_backend.CRASHES},
    ("POST", "reset"): _reset,
}
