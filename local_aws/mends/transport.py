"""The loopback connection counts as TLS, as the real endpoint's would be."""

from __future__ import annotations

import ipaddress
from typing import Any

from local_aws.mends.registry import mend


@mend("secure-transport", target="ministack.app.pin_request_origin")
def loopback_is_secure(original: Any) -> Any:
    """Policies that deny `aws:SecureTransport: false` (buckets, topics) would deny every call here."""

    def pin_request_origin(source_ip: str, secure_transport: bool) -> None:
        original(source_ip, secure_transport or ipaddress.ip_address(source_ip).is_loopback)

    return pin_request_origin


@mend("no-docker", target="ministack.app._docker_socket_present")
def leave_docker_alone(_original: Any) -> Any:
    """With a Docker socket MiniStack removes containers at start that an earlier one may have left."""

    def _docker_socket_present() -> bool:
        return False

    return _docker_socket_present
