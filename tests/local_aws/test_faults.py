"""Errors on demand, in the form that each protocol's clients read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.launcher import LocalAws, LocalAwsError
from tests.local_aws.resources import error_code, fresh


@pytest.fixture(autouse=True)
def no_faults_left_over(aws: LocalAws) -> Iterator[None]:
    yield
    aws.faults([])


def test_a_fault_lets_calls_pass_and_then_fails_so_many(aws: LocalAws) -> None:
    ssm, name = aws.client("ssm"), fresh("/p")
    ssm.put_parameter(Name=name, Value="1", Type="String")
    fault = {"service": "ssm", "operation": "GetParameter", "error": "ThrottlingException"}
    aws.faults([{**fault, "after": 2, "times": 2}])

    codes = [error_code(lambda: ssm.get_parameter(Name=name)) for _ in range(6)]

    assert codes == [None, None, "ThrottlingException", "ThrottlingException", None, None]


def test_a_call_that_failed_on_demand_changed_nothing(aws: LocalAws) -> None:
    ssm, name = aws.client("ssm"), fresh("/p")
    aws.faults([{"service": "ssm", "operation": "PutParameter", "error": "TooManyUpdates"}])

    assert error_code(lambda: ssm.put_parameter(Name=name, Value="1", Type="String")) == "TooManyUpdates"
    assert error_code(lambda: ssm.get_parameter(Name=name)) == "ParameterNotFound"


PROTOCOLS: list[tuple[str, str, str, str, int, Callable[[Any], Any]]] = [
    ("dynamodb", "ListTables", "ProvisionedThroughputExceededException", "", 400, lambda c: c.list_tables()),
    ("rekognition", "DescribeProjects", "InternalServerError", "", 500, lambda c: c.describe_projects()),
    ("rekognition", "DescribeProjects", "AccessDeniedException", "", 400, lambda c: c.describe_projects()),
    ("s3", "ListBuckets", "SlowDown", "", 503, lambda c: c.list_buckets()),
    ("s3", "ListBuckets", "AccessDenied", "", 403, lambda c: c.list_buckets()),
    ("sns", "ListTopics", "ThrottledException", "Throttled", 429, lambda c: c.list_topics()),
    ("lambda", "ListFunctions", "TooManyRequestsException", "", 429, lambda c: c.list_functions()),
    ("lambda", "ListFunctions", "ServiceException", "", 500, lambda c: c.list_functions()),
]


@pytest.mark.parametrize(("service", "operation", "error", "code", "status", "call"), PROTOCOLS)
def test_clients_read_the_error_as_they_would_aws(
    *,
    aws: LocalAws,
    service: str,
    operation: str,
    error: str,
    code: str,
    status: int,
    call: Callable[[Any], Any],
) -> None:
    client = aws.client(service)
    aws.faults([{"service": service, "operation": operation, "error": error}])

    with pytest.raises(client.exceptions.ClientError) as refusal:
        call(client)

    assert refusal.value.response["Error"]["Code"] == (code or error)
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert aws.calls()[-1]["error"] == error


GOOD = {"service": "ssm", "operation": "GetParameter", "error": "E"}


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ([{**GOOD, "count": 1}], "unknown key count; allowed: service, operation, error, after, times"),
        ([GOOD, {**GOOD, "times": 0}], "Fault 1: times must be a whole number from 1, found 0"),
        ([{**GOOD, "after": "2"}], "after must be a whole number from 0, found '2'"),
        ([{**GOOD, "error": ""}], "error must be a non-empty string"),
        ([{**GOOD, "service": "states"}], "did you mean stepfunctions?"),
        ([{**GOOD, "service": "parameters"}], "use botocore's name"),
        ([{**GOOD, "operation": "getParameter"}], "near to it: GetParameter"),
        ([{**GOOD, "takes_effect": 1}], "takes_effect must be true or false, found 1"),
        (["ssm"], "expected an object, found str"),
    ],
)
def test_a_malformed_fault_is_refused_in_plain_words(aws: LocalAws, faults: list[Any], words: str) -> None:
    with pytest.raises(LocalAwsError) as refusal:
        aws.faults(faults)

    assert words in str(refusal.value)


def test_a_fault_meets_only_the_callers_it_names(aws: LocalAws) -> None:
    aws.faults([{"service": "ssm", "operation": "DescribeParameters", "error": "X", "caller": "nobody"}])
    aws.client("ssm").describe_parameters()
    aws.faults([{"service": "ssm", "operation": "DescribeParameters", "error": "X", "caller": ":root"}])
    with pytest.raises(ClientError, match="X"):
        aws.client("ssm").describe_parameters()


def test_a_fault_may_lose_the_answer_of_a_call_that_took_effect(aws: LocalAws) -> None:
    ssm, name = aws.client("ssm"), fresh("/p")
    fault = {"service": "ssm", "operation": "PutParameter", "error": "InternalServerError"}
    aws.faults([{**fault, "takes_effect": True}])

    code = error_code(lambda: ssm.put_parameter(Name=name, Value="1", Type="String"))

    assert code == "InternalServerError"
    call = aws.calls()[-1]
    assert (call["error"], call["took_effect"]) == ("InternalServerError", True)
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "1"
    assert aws.calls()[-1]["took_effect"] is False


def test_a_call_that_was_refused_anyway_took_no_effect(aws: LocalAws) -> None:
    aws.faults([{**GOOD, "error": "InternalServerError", "takes_effect": True}])

    assert error_code(lambda: aws.client("ssm").get_parameter(Name=fresh("/p"))) == "InternalServerError"
    assert aws.calls()[-1]["took_effect"] is False
