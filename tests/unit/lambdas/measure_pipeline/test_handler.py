"""The function as EventBridge has it invoked: moto's DynamoDB, and answers of the other services."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import botocore.client
import pytest
from botocore.exceptions import ClientError

from lambdas.measure_pipeline import handler as handler_module
from lambdas.measure_pipeline import observability
from lambdas.measure_pipeline.errors import SettingsMissing
from lambdas.measure_pipeline.handler import handler
from tests.unit.lambdas.conftest import REGISTRY_TABLE, FakeContext
from tests.unit.lambdas.emf import log_lines, metrics_of, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

PROJECT = "arn:aws:rekognition:us-east-1:000000000000:project/Pipeline/1"
WORKFLOW = "arn:aws:states:us-east-1:000000000000:stateMachine:Training"
HOLDER = "arn:aws:states:us-east-1:000000000000:execution:Deployment:1"
Answer = dict[str, Any] | Exception | Callable[[dict[str, Any]], dict[str, Any]]
Measure = Callable[[], str]


def version(name: str, status: str, units: int | None = 1) -> dict[str, Any]:
    described: dict[str, Any] = {
        "ProjectVersionArn": f"{PROJECT.rpartition('/')[0]}/version/{name}/1700000000000",
        "Status": status,
    }
    return described if units is None else {**described, "MinInferenceUnits": units}


def refusal(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


class Services:
    """Answers for every call that moto does not answer here; a call without an answer fails the test."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {
            "DescribeProjectVersions": {"ProjectVersionDescriptions": []},
            "DescribeRule": {"State": "ENABLED", "ScheduleExpression": "rate(60 minutes)"},
            "ListExecutions": {"executions": [{"stopDate": datetime.now(tz=UTC)}]},
        }
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def runs(self, *versions: dict[str, Any]) -> None:
        self.answers["DescribeProjectVersions"] = {"ProjectVersionDescriptions": list(versions)}

    def answer(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((operation, parameters))
        answer = self.answers[operation]
        if isinstance(answer, Exception):
            raise answer
        return answer(parameters) if callable(answer) else answer


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Services:
    services = Services()
    base: Any = botocore.client.BaseClient
    call = base._make_api_call

    def make_api_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name == "dynamodb":
            return call(client, operation, parameters)
        return services.answer(operation, parameters)

    monkeypatch.setattr(base, "_make_api_call", make_api_call)
    return services


@pytest.fixture
def measure(
    registry: "DynamoDBClient",
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    lambda_context: FakeContext,
    capsys: pytest.CaptureFixture[str],
) -> Measure:
    """Invokes the function; gives what it printed."""
    for name, value in {
        "REGISTRY_TABLE_NAME": REGISTRY_TABLE,
        "PROJECT_ARN": PROJECT,
        "TRAINING_WORKFLOW_ARN": WORKFLOW,
        "TRAINING_RULE_NAME": "TrainingRule",
        "INFERENCE_UNIT_USD_PER_HOUR": "4.0",
        "USUAL_DEPLOYMENT_MINUTES": "180",
    }.items():
        monkeypatch.setenv(name, value)
    # Powertools reads its environment when it is imported, which is before this.
    monkeypatch.setattr(observability.metrics, "namespace", "TrainingPipeline-test")
    monkeypatch.setattr(observability.metrics, "service", "measure_pipeline")
    handler_module._sources.cache_clear()

    def invoke() -> str:
        monkeypatch.setattr(observability.logger.registered_handler, "stream", sys.stdout)
        handler({"id": "1"}, lambda_context)
        return capsys.readouterr().out

    return invoke


def put(registry: "DynamoDBClient", kind: str, name: str, **attributes: str | int) -> None:
    item: dict[str, Any] = {
        attribute: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for attribute, value in {"kind": kind, "name": name, **attributes}.items()
    }
    registry.put_item(TableName=REGISTRY_TABLE, Item=item)


def ago(**duration: float) -> str:
    """As JSONata's $now() writes it."""
    moment = datetime.now(tz=UTC) - timedelta(**duration)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_a_quiet_pipeline_measures_naught(measure: Measure) -> None:
    assert values(measure()) == {
        "RunningInferenceUnits": 0,
        "InferenceCostThisMonth": 0,
        "StrayModels": 0,
        "MissedChecks": 0,
    }


def test_metrics_belong_to_the_pipeline_and_the_function(measure: Measure) -> None:
    found = metrics_of(measure())

    assert {metric.namespace for metric in found} == {"TrainingPipeline-test"}
    assert {metric.dimensions for metric in found} == {(("service", "measure_pipeline"),)}


def test_the_live_model_is_measured_by_its_units_cost_and_age(
    measure: Measure, services: Services, registry: "DynamoDBClient"
) -> None:
    now = datetime.now(tz=UTC)
    put(registry, "pointer", "live", version="set-1", deployed_at=ago(hours=36))
    put(
        registry,
        "usage",
        f"{now:%Y-%m}",
        unit_seconds=9 * 3600,
        measured_at=int(now.timestamp()) - 1800,
    )
    services.runs(version("set-1", "RUNNING", 2), version("set-0", "STOPPED"))

    measured = values(measure())

    assert measured["RunningInferenceUnits"] == 2
    assert measured["InferenceCostThisMonth"] == pytest.approx((9 + 1) * 4, abs=0.1)
    assert measured["LiveModelAge"] == pytest.approx(36, abs=0.1)
    assert measured["StrayModels"] == 0


def test_the_second_turn_counts_from_the_first(measure: Measure, registry: "DynamoDBClient") -> None:
    measure()
    measure()

    (item,) = registry.scan(TableName=REGISTRY_TABLE)["Items"]
    assert item["kind"] == {"S": "usage"}
    assert int(item["measured_at"]["N"]) == pytest.approx(datetime.now(tz=UTC).timestamp(), abs=60)


def test_a_model_that_is_not_live_is_a_stray_and_is_named_in_the_log(
    measure: Measure, services: Services, registry: "DynamoDBClient"
) -> None:
    put(registry, "pointer", "live", version="set-2", deployed_at=ago(hours=1))
    services.runs(
        version("set-3", "STARTING"),
        version("set-2", "RUNNING"),
        version("set-1", "RUNNING", None),
        version("set-0", "STOPPING"),
    )

    printed = measure()

    assert values(printed)["StrayModels"] == 2
    (line,) = log_lines(printed, "Models run that are not live")
    assert line["versions"] == ["set-3", "set-1"]


def test_people_s_models_in_an_adopted_project_are_no_strays(
    measure: Measure, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.runs(version("theirs", "RUNNING"))
    assert values(measure())["StrayModels"] == 1

    monkeypatch.setenv("PROJECT_IS_ADOPTED", "true")
    handler_module._sources.cache_clear()
    assert values(measure())["StrayModels"] == 0


@pytest.mark.parametrize(
    ("status", "strays"), [("RUNNING", 0), ("PENDING_REDRIVE", 0), ("ABORTED", 1), (None, 1)]
)
def test_a_deployment_at_work_excuses_a_second_model(
    measure: Measure, services: Services, registry: "DynamoDBClient", status: str | None, strays: int
) -> None:
    put(registry, "pointer", "live", version="set-1", deployed_at=ago(hours=1))
    put(registry, "lock", "deployment", holder=HOLDER, taken_at=ago(minutes=20))
    services.runs(version("set-2", "STARTING"), version("set-1", "RUNNING"))
    services.answers["DescribeExecution"] = {"status": status}
    if status is None:
        services.answers["DescribeExecution"] = _gone

    assert values(measure())["StrayModels"] == strays
    assert ("DescribeExecution", {"executionArn": HOLDER}) in services.calls


def _gone(_: dict[str, Any]) -> dict[str, Any]:
    client: Any = handler_module._sources().checks._step_functions
    raise client.exceptions.ExecutionDoesNotExist(
        {"Error": {"Code": "ExecutionDoesNotExist", "Message": "gone"}}, "DescribeExecution"
    )


def test_checks_are_missed_since_the_newest_that_ended_well(measure: Measure, services: Services) -> None:
    stopped = datetime.now(tz=UTC) - timedelta(hours=3, minutes=1)
    services.answers["ListExecutions"] = {"executions": [{"stopDate": stopped}]}

    assert values(measure())["MissedChecks"] == 3
    assert (
        "ListExecutions",
        {"stateMachineArn": WORKFLOW, "statusFilter": "SUCCEEDED", "maxResults": 1},
    ) in services.calls
    assert ("DescribeRule", {"Name": "TrainingRule"}) in services.calls


def test_before_the_first_check_the_workflows_age_counts(measure: Measure, services: Services) -> None:
    created = datetime.now(tz=UTC) - timedelta(hours=2, minutes=1)
    services.answers["ListExecutions"] = {"executions": []}
    services.answers["DescribeStateMachine"] = {"creationDate": created}

    assert values(measure())["MissedChecks"] == 2


def test_a_changed_schedule_starts_the_count_anew(
    measure: Measure, services: Services, registry: "DynamoDBClient"
) -> None:
    long_ago = datetime.now(tz=UTC) - timedelta(days=30)
    services.answers["ListExecutions"] = {"executions": [{"stopDate": long_ago}]}
    put(registry, "setting", "Enable-Automatic-Training", version=3, value="true", changed_at=ago(days=2))
    put(
        registry,
        "setting",
        "Automatic-Training-Poll-Frequency",
        version=2,
        value="60",
        changed_at=ago(minutes=61),
    )

    assert values(measure())["MissedChecks"] == 1


def test_a_disabled_rule_misses_nothing(measure: Measure, services: Services) -> None:
    long_ago = datetime.now(tz=UTC) - timedelta(days=30)
    services.answers["ListExecutions"] = {"executions": [{"stopDate": long_ago}]}
    services.answers["DescribeRule"] = {"State": "DISABLED", "ScheduleExpression": "rate(60 minutes)"}

    assert values(measure())["MissedChecks"] == 0


@pytest.mark.parametrize(
    ("operation", "still_measured"),
    [
        ("DescribeRule", {"StrayModels", "RunningInferenceUnits", "InferenceCostThisMonth"}),
        ("DescribeProjectVersions", {"MissedChecks"}),
    ],
)
def test_what_can_be_measured_is_when_a_call_fails_and_the_function_fails_too(
    measure: Measure,
    services: Services,
    capsys: pytest.CaptureFixture[str],
    operation: str,
    still_measured: set[str],
) -> None:
    services.answers[operation] = refusal("AccessDeniedException", operation)

    with pytest.raises(ExceptionGroup, match=rf"could not be measured: .*{operation}") as raised:
        measure()

    assert set(values(capsys.readouterr().out)) == still_measured
    assert {str(problem) for problem in raised.value.exceptions} == {
        f"An error occurred (AccessDeniedException) when calling the {operation} operation: no"
    }


def test_more_versions_than_one_page_are_all_seen(measure: Measure, services: Services) -> None:
    def page(parameters: dict[str, Any]) -> dict[str, Any]:
        if "NextToken" in parameters:
            return {"ProjectVersionDescriptions": [version("set-2", "RUNNING", 3)]}
        return {"ProjectVersionDescriptions": [version("set-1", "RUNNING", 2)], "NextToken": "more"}

    services.answers["DescribeProjectVersions"] = page

    assert values(measure())["RunningInferenceUnits"] == 5


def test_every_missing_setting_is_named_in_one_message(
    measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROJECT_ARN", "")
    monkeypatch.setenv("INFERENCE_UNIT_USD_PER_HOUR", "four")
    monkeypatch.setenv("USUAL_DEPLOYMENT_MINUTES", "")

    with pytest.raises(
        SettingsMissing, match=r"PROJECT_ARN.*INFERENCE_UNIT_USD_PER_HOUR.*USUAL_DEPLOYMENT_MINUTES"
    ):
        measure()
