"""Who a call is made as: sessions of roles, and clients that come back to this server's own door.

For the server's own process, since it reaches into MiniStack. Everything a workflow, an event target
or a service does on somebody's behalf goes out as a signed HTTP request to our own port, so that IAM,
the call log, faults and validation apply to it.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config
from ministack.core.iam_evaluator import (
    CredentialResolutionError,
    _service_principal_matches,
    resolve_credential,
)
from ministack.services import iam, sts

from local_aws.config import REGION, current_settings

SESSION_SECONDS = 3600
"""How long a role's session lives, as AssumeRole's default; it is renewed when half of it is over."""
LAMBDA_LIMIT_SECONDS = 900
"""The longest Lambda may run, hence the longest that a loop-back call may take to answer."""

SERVICE_PRINCIPAL = "Service"
"""Marks the session of a service; MiniStack knows users, roles and the account's owner only."""


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What signs a request."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None


class RoleUnusableError(Exception):
    """The role does not exist, or its trust policy does not let that service take it on."""


_sessions: dict[tuple[str, str, str | None], tuple[float, Credentials]] = {}
_lock = threading.Lock()
_botocore_session = botocore.session.Session()


def role_session(*, role_arn: str, session_name: str, service_principal: str | None = None) -> Credentials:
    """Credentials of a session of the role, as the service holds when it acts for us.

    With `service_principal` ("states.amazonaws.com") the role's trust policy must let that service
    in. Raises RoleUnusableError. Sessions are kept, so asking again is cheap.
    """
    _check_trust(role_arn=role_arn, service_principal=service_principal)
    key = (role_arn, session_name, service_principal)
    with _lock:
        made_at, credentials = _sessions.get(key, (0.0, None))
        if credentials is None or time.time() - made_at > SESSION_SECONDS / 2 or not _is_known(credentials):
            credentials = _mint(role_arn=role_arn, session_name=session_name)
            _sessions[key] = (time.time(), credentials)
        return credentials


def service_session(*, principal: str, source_arn: str) -> Credentials:
    """Credentials with which a service calls on its own behalf, as `events.amazonaws.com` does.

    It may do what the policy of the resource it calls allows that principal, and nothing else;
    `source_arn` is what conditions on `aws:SourceArn` see: the rule or alarm it acts for.
    """
    key = (principal, source_arn, None)
    with _lock:
        _made_at, credentials = _sessions.get(key, (0.0, None))
        if credentials is None or not _is_known(credentials):
            account_id = source_arn.split(":")[4]
            credentials = _register(
                {
                    "Arn": principal,
                    "UserId": principal,
                    "AccountId": account_id,
                    "PrincipalType": SERVICE_PRINCIPAL,
                    "SourceArn": source_arn,
                }
            )
            _sessions[key] = (time.time(), credentials)
        return credentials


def service_source(access_key_id: str) -> tuple[str, str] | None:
    """The service that holds this access key and the ARN it acts for; None when a service does not."""
    session = sts._sessions.get(access_key_id)
    if session is None or session.get("PrincipalType") != SERVICE_PRINCIPAL:
        return None
    return session["Arn"], session["SourceArn"]


def credentials_for(access_key_id: str) -> Credentials:
    """Credentials to act as the caller who signed with this key, with no more and no fewer rights.

    Raises LookupError when nobody holds that key.
    """
    found = resolve_credential(access_key_id)
    if isinstance(found, CredentialResolutionError):
        raise LookupError(f"Nobody holds the access key {access_key_id!r}: {found.message}")
    return Credentials(
        access_key_id=found.access_key_id,
        secret_access_key=found.secret_access_key,
        session_token=found.session_token,
    )


def loopback_client(service: str, credentials: Credentials, *, region: str = REGION) -> BaseClient:
    """A botocore client of this very server. It never retries, so one call is one line in the call log.

    Calling it on the event loop would make the server wait for itself; it raises RuntimeError there.
    """
    with _lock:
        return _client(service, credentials, region, current_settings().endpoint_url)


@lru_cache(maxsize=128)
def _client(service: str, credentials: Credentials, region: str, endpoint_url: str) -> BaseClient:
    client = _botocore_session.create_client(
        service,
        region_name=region,
        endpoint_url=endpoint_url,
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        aws_session_token=credentials.session_token,
        config=Config(
            retries={"total_max_attempts": 1, "mode": "standard"},
            inject_host_prefix=False,
            max_pool_connections=50,
            read_timeout=LAMBDA_LIMIT_SECONDS + 10,
            s3={"addressing_style": "path"},
        ),
    )
    client.meta.events.register_first("before-send", _refuse_on_event_loop)
    return client


def _refuse_on_event_loop(**_: Any) -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError("A loop-back call on the event loop would wait for itself for ever: use a thread.")


def _check_trust(*, role_arn: str, service_principal: str | None) -> None:
    role = iam._roles.get_scoped(role_arn.split(":")[4], None, role_arn.rsplit("/", 1)[-1])
    if role is None:
        raise RoleUnusableError(f"The role {role_arn} does not exist.")
    if service_principal and not _lets_in(role["AssumeRolePolicyDocument"], service_principal):
        raise RoleUnusableError(f"The trust policy of {role_arn} does not let {service_principal} assume it.")


def _lets_in(trust_policy: str | dict[str, Any], service_principal: str) -> bool:
    """Whether a statement names the service; conditions on the source are taken as met."""
    document = json.loads(trust_policy) if isinstance(trust_policy, str) else trust_policy
    statements = document["Statement"]
    for statement in [statements] if isinstance(statements, dict) else statements:
        if statement["Effect"] == "Allow" and _service_principal_matches(
            statement.get("Principal"), service_principal
        ):
            return True
    return False


def _is_known(credentials: Credentials) -> bool:
    """False once /_ministack/reset has wiped the sessions."""
    return credentials.access_key_id in sts._sessions


def _mint(*, role_arn: str, session_name: str) -> Credentials:
    account_id, role_name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    return _register(
        {
            "Arn": f"arn:aws:sts::{account_id}:assumed-role/{role_name}/{session_name}",
            "UserId": f"{sts._role_id(role_arn)}:{session_name}",
            "Expiration": time.time() + SESSION_SECONDS,
            "AccountId": account_id,
            "PrincipalType": "AssumedRole",
        }
    )


def _register(session: dict[str, Any]) -> Credentials:
    credentials = Credentials(
        access_key_id="ASIA" + secrets.token_hex(8).upper(),
        secret_access_key=secrets.token_hex(20),
        session_token=secrets.token_hex(32),
    )
    secret = {"SecretAccessKey": credentials.secret_access_key, "SessionToken": credentials.session_token}
    sts.register_session(credentials.access_key_id, session | secret)
    return credentials
