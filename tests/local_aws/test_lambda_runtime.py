"""Lambda functions run and fail as on AWS. Needs the mends lambda-*."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.stepfunctions_lab import Lab, task


@pytest.fixture(scope="module")
def lab(aws: LocalAws) -> Lab:
    return Lab(aws)


def invoke_new(lab: Lab, code: str, **options: Any) -> tuple[Any, str | None]:
    return lab.invoke(lab.function(textwrap.dedent(code), **options))


RAISES = """
class Sorry(Exception):
    pass

def handler(event, context):
    raise Sorry("no such picture")
"""


@pytest.mark.mend("lambda-answers")
@pytest.mark.mend("lambda-errors")
def test_names_a_failure_after_the_class_of_the_exception(lab: Lab) -> None:
    failure, how = invoke_new(lab, RAISES)

    assert how == "Unhandled"
    assert failure["errorType"] == "Sorry"
    assert failure["errorMessage"] == "no such picture"
    assert failure["stackTrace"] == [
        '  File "/var/task/index.py", line 6, in handler\n    raise Sorry("no such picture")\n'
    ]


def test_lets_a_workflow_retry_and_catch_the_function_s_own_error(lab: Lab) -> None:
    catch = [
        {
            "ErrorEquals": ["Sorry"],
            "Output": "{% $parse($states.errorOutput.Cause).errorMessage %}",
            "Next": "Told",
        }
    ]
    states = {
        "Call": task("lambda:invoke", {"FunctionName": lab.function(RAISES)}, Catch=catch),
        "Told": {"Type": "Succeed"},
    }

    assert lab.output(states) == "no such picture"


@pytest.mark.mend("lambda-runtime")
def test_keeps_the_process_after_a_failure(lab: Lab) -> None:
    code = """
        calls = []
        def handler(event, context):
            calls.append(event)
            1 / (event - 1)
            return len(calls)
    """
    function = lab.function(textwrap.dedent(code))

    assert lab.invoke(function, 1)[0]["errorType"] == "ZeroDivisionError"
    assert lab.invoke(function, 2) == (2, None)


@pytest.mark.mend("lambda-isolation")
def test_fails_on_a_dependency_that_is_not_in_the_asset(lab: Lab) -> None:
    failure, _ = invoke_new(lab, "import boto3\ndef handler(event, context):\n    return 1\n")

    assert failure["errorType"] == "Runtime.ImportModuleError"
    assert failure["errorMessage"] == "Unable to import module 'index': No module named 'boto3'"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("handle = 1\n", "Runtime.HandlerNotFound"),
        ("{}['x']\n", "KeyError"),
        ("def handler(event, context):\n    return object()\n", "Runtime.MarshalError"),
        ("def handler(event, context):\n    return 'x' * 7_000_000\n", "Function.ResponseSizeTooLarge"),
        ("import os\ndef handler(event, context):\n    os._exit(1)\n", "Runtime.ExitError"),
    ],
)
def test_names_what_the_runtime_cannot_do(lab: Lab, code: str, error: str) -> None:
    assert invoke_new(lab, code)[0]["errorType"] == error


def test_ends_a_function_at_its_time_out(lab: Lab) -> None:
    code = "import threading\ndef handler(event, context):\n    threading.Event().wait(30)\n"
    failure, _ = invoke_new(lab, code, Timeout=1)

    assert failure["errorType"] == "Sandbox.Timedout"
    assert failure["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")


def test_gives_a_function_its_own_variables_and_nothing_of_the_server_s(lab: Lab) -> None:
    variables, _ = invoke_new(
        lab,
        "import os\ndef handler(event, context):\n    return dict(os.environ)\n",
        Environment={"Variables": {"BUCKET": "pictures"}},
    )

    assert variables["BUCKET"] == "pictures"
    assert variables["_HANDLER"] == "index.handler"
    assert variables["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.14"
    assert variables["AWS_LAMBDA_LOG_GROUP_NAME"] == f"/aws/lambda/{variables['AWS_LAMBDA_FUNCTION_NAME']}"
    assert variables["AWS_ENDPOINT_URL"] == lab.aws.endpoint_url
    assert variables["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert not [
        name for name in variables if name.startswith(("LOCAL_AWS", "SFN_", "GATEWAY", "PYTHON", "AUTH"))
    ]
    assert variables["HOME"] == variables["TMPDIR"] != ""


SIGNED_CALL = """
import hashlib, hmac, os, urllib.request, urllib.error, datetime

def handler(event, context):
    host = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    scope = f"{now[:8]}/us-east-1/sts/aws4_request"
    names = "content-type;host;x-amz-date;x-amz-security-token"
    values = {
        "content-type": "application/x-www-form-urlencoded", "host": host, "x-amz-date": now,
        "x-amz-security-token": os.environ["AWS_SESSION_TOKEN"],
    }
    canonical = "\\n".join([
        "POST", "/", "", *(f"{name}:{values[name]}" for name in names.split(";")), "", names,
        hashlib.sha256(body).hexdigest(),
    ])
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in [now[:8], "us-east-1", "sts", "aws4_request"]:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    text = "\\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    values["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], body, values)
    return urllib.request.urlopen(request).read().decode()
"""


def test_signs_a_function_s_calls_as_a_session_of_its_own_role(lab: Lab) -> None:
    function = lab.function(SIGNED_CALL, allowed=["sts:GetCallerIdentity"])
    role = lab.aws.client("lambda").get_function(FunctionName=function)["Configuration"]["Role"]

    answer, how = lab.invoke(function)

    assert how is None, answer
    assert f"assumed-role/{role.rsplit('/', 1)[-1]}/" in answer


def test_keeps_a_function_warm(lab: Lab) -> None:
    function = lab.function("import os\ndef handler(event, context):\n    return os.getpid()\n")

    assert json.dumps(lab.invoke(function)) == json.dumps(lab.invoke(function))


@pytest.mark.mend("lambda-logs")
def test_logs_all_that_an_invocation_printed_with_it(lab: Lab) -> None:
    code = (
        "import sys, time\n"
        "def handler(event, context):\n"
        "    print('printed', event)\n"
        "    print('to stderr', event, file=sys.stderr)\n"
        "    sys.stdout.write(f'unfinished {event}')\n"
    )
    function = lab.function(code)
    lab.invoke(function, 1)
    lab.invoke(function, 2)

    group = f"/aws/lambda/{function.rpartition(':')[2]}"
    events = lab.aws.client("logs").filter_log_events(logGroupName=group)["events"]
    lines = [
        event["message"] for event in events if not event["message"].startswith(("START", "END", "REPORT"))
    ]

    assert lines == [f"{what} {n}" for n in (1, 2) for what in ("printed", "to stderr", "unfinished")]


SLEEPS = """
import os, time

def handler(event, context):
    before = time.monotonic()
    time.sleep(1_000)
    return [time.monotonic() - before < 500, [name for name in os.environ if "SCALE" in name]]
"""


@pytest.mark.mend("lambda-isolation")
def test_shortens_a_function_s_own_sleeps_as_all_other_waits(lab: Lab) -> None:
    assert invoke_new(lab, SLEEPS) == ([True, []], None)


@pytest.mark.mend("lambda-code")
def test_environments_share_the_code_and_what_was_compiled_of_it(lab: Lab) -> None:
    code = """
        import os
        def handler(event, context):
            return os.path.realpath(__file__)
    """
    first, _ = invoke_new(lab, code)
    second, _ = invoke_new(lab, code)

    assert first == second


@pytest.mark.mend("lambda-answers")
def test_stays_active_while_its_configuration_is_updated(lab: Lab) -> None:
    function = lab.function("def handler(event, context):\n    return 1\n")

    updated = lab.aws.client("lambda").update_function_configuration(FunctionName=function, Timeout=9)

    assert (updated["State"], updated["LastUpdateStatus"]) == ("Active", "InProgress")
    assert "StateReasonCode" not in updated
