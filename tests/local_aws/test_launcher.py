"""Starting and stopping a local AWS."""

from __future__ import annotations

import os
import socket

import pytest

from local_aws.launcher import LocalAws, LocalAwsError


def test_a_port_that_is_taken_is_named(aws: LocalAws) -> None:
    port = int(aws.endpoint_url.rpartition(":")[2])

    with pytest.raises(LocalAwsError, match=f"Port {port} of 127.0.0.1 cannot be used") as problem:
        LocalAws(port=port).start()
    assert "LOCAL_AWS_PORT" in str(problem.value)


def test_a_server_that_does_not_start_shows_its_own_words() -> None:
    with pytest.raises(LocalAwsError, match="LOCAL_AWS_WITHOUT_MEND names no-such-mend"):
        LocalAws(without_mends=["no-such-mend"]).start()


def test_it_listens_on_the_loopback_address_only(aws: LocalAws) -> None:
    port = int(aws.endpoint_url.rpartition(":")[2])
    elsewhere = socket.gethostbyname_ex(socket.gethostname())[2]

    for address in (address for address in elsewhere if not address.startswith("127.")):
        with pytest.raises(OSError):
            socket.create_connection((address, port), timeout=2)


def test_the_developers_own_aws_settings_do_not_leak_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with LocalAws() as aws:
        (pid,) = [process.pid for process in [aws._process] if process is not None]
        names = {entry.partition("=")[0] for entry in environment_of(pid)}
        assert aws.client("sts").get_caller_identity()["Account"] == "000000000000"

    assert names.isdisjoint({"AWS_PROFILE", "AWS_ENDPOINT_URL"})


def environment_of(pid: int) -> list[str]:
    path = f"/proc/{pid}/environ"
    if not os.path.exists(path):  # noqa: PTH110 - /proc is Linux's
        pytest.skip("the environment of another process is visible on Linux only")
    with open(path) as variables:  # noqa: PTH123
        return variables.read().split("\0")


def test_stopping_ends_the_server_and_can_be_repeated() -> None:
    aws = LocalAws()
    aws.start()
    port = int(aws.endpoint_url.rpartition(":")[2])

    aws.stop()
    aws.stop()

    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=2)
