"""Small corrections of moto's answers, each with what AWS does instead."""

from __future__ import annotations

from collections.abc import Callable

from moto.iam.models import iam_backends

from collectors.sample.server.wire import AwsError, Call, Params


def assume_role(call: Call) -> Params:
    """A role that does not exist cannot be assumed; moto lets anyone in.

    An account without any role trusts every name: it is still empty, and someone must be able to begin.
    """
    arn = call.params["RoleArn"]
    account = arn.split(":")[4]
    roles = iam_backends[account][call.partition].roles if account in iam_backends else {}
    if roles and not any(role.arn == arn for role in list(roles.values())):
        who = f"arn:{call.partition}:iam::{call.account}:user/headwater"
        message = f"User: {who} is not authorized to perform: sts:AssumeRole on resource: {arn}"
        raise AwsError("AccessDenied", message, 403)
    return call.moto()


HANDLERS: dict[tuple[str, str], Callable[[Call], Params]] = {("sts", "AssumeRole"): assume_role}
