"""`python -m local_aws`: the embedded AWS in the foreground, until Ctrl-C."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from local_aws.config import LOOPBACK, REGION, ROOT_ACCESS_KEY, ROOT_SECRET_KEY, Settings, SettingsError

READY_LINE = "Local AWS at "
"""Printed on standard output, followed by the endpoint, as soon as the port is bound."""

KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "LOG_LEVEL")
"""What the server and its Lambdas see of the shell they are started from, besides LOCAL_AWS_*."""


def server_environment(environment: Mapping[str, str], settings: Settings, workdir: Path) -> dict[str, str]:
    """Nothing of the developer's AWS set-up, and MiniStack's own switches set to loopback and IAM on."""
    kept = {name: value for name, value in environment.items() if name in KEPT_VARIABLES}
    ours = {name: value for name, value in environment.items() if name.startswith("LOCAL_AWS_")}
    scripts = str(Path(sys.executable).parent)
    return {
        "LOG_LEVEL": "WARNING",
        **kept,
        **ours,
        "PATH": f"{scripts}{os.pathsep}{environment.get('PATH', os.defpath)}",
        "TMPDIR": str(workdir),
        "LOCAL_AWS_PORT": str(settings.port),
        "GATEWAY_PORT": str(settings.port),
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        "SFN_WAIT_SCALE": str(settings.time_scale),
        "AWS_ACCESS_KEY_ID": ROOT_ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_SECRET_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def listen(port: int) -> socket.socket:
    """Bind the loopback address; raises SettingsError when the port is taken."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, port))
    except OSError as problem:
        listening.close()
        raise SettingsError(
            f"Port {port} of {LOOPBACK} cannot be used ({problem.strerror}): "
            "set LOCAL_AWS_PORT to another one, or to 0 for a free one."
        ) from problem
    return listening


def main() -> int:
    """Serve until SIGINT or SIGTERM, then end the process; returns 2 when the settings cannot be used."""
    try:
        settings = Settings.from_environment(os.environ)
        listening = listen(settings.port)
    except SettingsError as problem:
        print(problem, file=sys.stderr)
        return 2
    settings = Settings(
        port=listening.getsockname()[1],
        time_scale=settings.time_scale,
        schedule_scale=settings.schedule_scale,
        alarm_scale=settings.alarm_scale,
        without_mends=settings.without_mends,
    )
    workdir = Path(tempfile.mkdtemp(prefix="local-aws-"))
    try:
        environment = server_environment(os.environ, settings, workdir)
        os.environ.clear()
        os.environ.update(environment)
        tempfile.tempdir = None
        from local_aws import server  # noqa: PLC0415 - MiniStack reads the environment when it is imported

        door = server.build(settings)
        print(f"{READY_LINE}{settings.endpoint_url}", flush=True)
        server.serve(door, listening)
    finally:
        shutil.rmtree(workdir, ignore_errors=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads of running executions and trainings would hold the process


if __name__ == "__main__":
    sys.exit(main())
