"""Running the CDK CLI, against a local AWS above all without the developer's own AWS."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools import cdk_cli
from tools.cdk_cli import REPOSITORY, CdkCli, CdkCliError, local_environment

DEVELOPER = {
    "PATH": "/usr/bin",
    "HOME": "/home/me",
    "AWS_PROFILE": "production",
    "AWS_SESSION_TOKEN": "real",
    "CDK_DEFAULT_ACCOUNT": "123456789012",
    "NO_PROXY": "example.com",
}
LOCAL = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ACCESS_KEY_ID": "test"}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return local_environment(developer=DEVELOPER, aws=LOCAL, work_dir=tmp_path)


def test_nothing_of_the_developers_aws_reaches_the_local_one(environment: dict[str, str]) -> None:
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "CDK_DEFAULT_ACCOUNT"} & environment.keys()
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert environment["HOME"] == "/home/me"


def test_the_local_endpoint_is_reached_without_a_proxy(environment: dict[str, str]) -> None:
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert environment["NO_PROXY"] == "example.com,127.0.0.1"


def test_node_and_python_come_from_the_virtual_environment(environment: dict[str, str]) -> None:
    assert environment["PATH"].split(os.pathsep)[0].endswith("/.venv/bin")


def test_the_clis_memory_of_accounts_stays_out_of_the_home(
    environment: dict[str, str], tmp_path: Path
) -> None:
    assert environment["CDK_HOME"].startswith(str(tmp_path))


def fake_cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> CdkCli:
    program = tmp_path / "cdk"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(cdk_cli, "CLI", program)
    lines = list[str]()
    return CdkCli(
        environment=dict(os.environ), assembly_dir=tmp_path / "out", on_line=lines.append, root=tmp_path
    )


def test_each_command_says_what_it_should(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli = fake_cli(tmp_path, monkeypatch, f'echo "$@" >> {tmp_path}/said')
    cli.synth("S")
    cli.bootstrap(account="1", region="r")
    cli.deploy("S", outputs_file=tmp_path / "o.json", ask=False)
    cli.deploy("S", ask=True)
    cli.deploy("S", ask=True, revert_drift=True)
    cli.destroy("S")
    captured = " --progress events --no-color --ci --no-notices"
    out = f"{tmp_path}/out"
    assert (tmp_path / "said").read_text().replace(captured, "").splitlines() == [
        f"synth S --quiet --output {out}",
        "bootstrap aws://1/r",
        f"deploy S --app {out} --require-approval never --outputs-file {tmp_path}/o.json",
        f"deploy S --app {out} --require-approval broadening",
        f"deploy S --app {out} --require-approval broadening --revert-drift",
        f"destroy S --app {out} --force",
    ]


def test_a_failure_shows_what_the_cli_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli = fake_cli(tmp_path, monkeypatch, "echo 'Bucket is not empty' >&2; exit 4")
    with pytest.raises(CdkCliError, match=r"(?s)`cdk destroy S` ended with exit code 4.*not empty"):
        cli.destroy("S")


def test_an_interruption_ends_the_cli_and_what_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(line: str) -> None:
        (tmp_path / "pid").write_text(line)
        raise KeyboardInterrupt

    cli = fake_cli(tmp_path, monkeypatch, "sleep 60 & echo $!; wait")
    object.__setattr__(cli, "on_line", interrupt)
    with pytest.raises(KeyboardInterrupt):
        cli.synth()
    assert has_ended(int((tmp_path / "pid").read_text()))


def test_a_cancelled_job_ends_the_cli_that_has_the_terminal(tmp_path: Path) -> None:
    # As with Node, the program that works is the child of a wrapper.
    wrapper = tmp_path / "cdk"
    wrapper.write_text(
        f"#!/bin/sh\nsh -c 'echo $$ > {tmp_path}/pid.new; mv {tmp_path}/pid.new {tmp_path}/pid; "
        "exec sleep 60'\necho ended\n"
    )
    wrapper.chmod(0o755)
    script = (
        "import os, pathlib\n"
        "from tools import cdk_cli\n"
        "from tools.signals import end_like_ctrl_c\n"
        "end_like_ctrl_c()\n"
        f"cdk_cli.CLI = pathlib.Path({str(wrapper)!r})\n"
        f"cli = cdk_cli.CdkCli(environment=dict(os.environ), assembly_dir=pathlib.Path({str(tmp_path)!r}))\n"
        "try:\n"
        "    cli.deploy('S', ask=False)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    job = subprocess.Popen([sys.executable, "-c", script], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)  # noqa: S603
    pid = int(awaited(tmp_path / "pid"))
    job.send_signal(signal.SIGTERM)
    assert job.communicate(timeout=30)[0] == "interrupted\n"
    assert has_ended(pid)


def awaited(path: Path) -> str:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return path.read_text()


def has_ended(pid: int) -> bool:
    """It may stay a zombie where nobody reaps it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_missing_cli_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cdk_cli, "CLI", tmp_path / "nowhere")
    with pytest.raises(CdkCliError, match="make setup"):
        CdkCli(environment={}, assembly_dir=tmp_path).synth()
