"""One page that shows how the pipeline is doing."""

from collections.abc import Sequence
from urllib.parse import urljoin

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from pipeline_stack.functions import PipelineFunction
from pipeline_stack.pipeline_meter import MEASURING_INTERVAL

_WIDTH = 24
_HALF = 12
_THIRD = 8
_DAY = Duration.days(1)

_VERSIONS_QUERY = (
    "fields @timestamp, version, f1, minimum_f1, outcome, training_hours, execution",
    'filter message = "Outcome" and ispresent(f1)',
    "sort @timestamp desc",
    "limit 50",
)


class Dashboard(Construct):
    """Outcomes, scores, training hours, what runs and costs, the age of the live model, and the alarms."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        recorder: PipelineFunction,
        meter: PipelineFunction,
        alarms: Sequence[cloudwatch.IAlarm],
        runbook: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self._recorder = recorder
        self._meter = meter
        cloudwatch.Dashboard(
            self,
            "Resource",
            # People look for it by the name of the pipeline.
            dashboard_name=Stack.of(self).stack_name,
            # Trainings are days apart.
            default_interval=Duration.days(30),
            widgets=[
                [cloudwatch.TextWidget(markdown=_links(runbook), width=_WIDTH, height=2)],
                [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=_WIDTH, height=5)],
                [self._outcomes(), self._scores()],
                [self._versions(), self._training_hours()],
                [self._units(), self._cost(), self._age()],
            ],
        )

    def _outcomes(self) -> cloudwatch.IWidget:
        """A search, so that an outcome or a workflow that is new appears by itself. It finds metrics that
        had a datapoint in the last two weeks."""
        runs = self._recorder.metric("Runs", statistic="Sum", period=_DAY, workflow="*", outcome="*")
        dimensions = ",".join(sorted(runs.dimensions or {}))
        search = (
            f'SEARCH(\'{{"{runs.namespace}",{dimensions}}} MetricName="{runs.metric_name}"\', '
            f"'{runs.statistic}', {_DAY.to_seconds()})"
        )
        return cloudwatch.GraphWidget(
            title="Outcomes a day",
            left=[cloudwatch.MathExpression(expression=search, using_metrics={}, label="", period=_DAY)],
            left_y_axis=cloudwatch.YAxisProps(min=0, show_units=False),
            stacked=True,
            width=_HALF,
            height=6,
        )

    def _scores(self) -> cloudwatch.IWidget:
        def score(name: str, label: str) -> cloudwatch.Metric:
            return self._recorder.metric(name, statistic="Average", period=Duration.hours(1), label=label)

        return cloudwatch.GraphWidget(
            title="F1 of each version",
            left=[score("F1", "F1"), score("MinimumF1", "Minimum")],
            left_y_axis=cloudwatch.YAxisProps(min=0, max=1, show_units=False),
            width=_HALF,
            height=6,
        )

    def _versions(self) -> cloudwatch.IWidget:
        return cloudwatch.LogQueryWidget(
            title="Versions, newest first",
            log_group_names=[self._recorder.log_group.log_group_name],
            query_lines=list(_VERSIONS_QUERY),
            view=cloudwatch.LogQueryVisualizationType.TABLE,
            width=_HALF,
            height=6,
        )

    def _training_hours(self) -> cloudwatch.IWidget:
        return cloudwatch.GraphWidget(
            title="Training hours a day, as billed",
            left=[self._recorder.metric("TrainingHours", statistic="Sum", period=_DAY, label="Hours")],
            left_y_axis=cloudwatch.YAxisProps(min=0, show_units=False),
            stacked=True,
            width=_HALF,
            height=6,
        )

    def _units(self) -> cloudwatch.IWidget:
        units = self._meter.metric(
            "RunningInferenceUnits", statistic="Maximum", period=MEASURING_INTERVAL, label="Units"
        )
        strays = self._meter.metric(
            "StrayModels", statistic="Maximum", period=MEASURING_INTERVAL, label="Models that are not live"
        )
        return cloudwatch.GraphWidget(
            title="Running inference units",
            left=[units, strays],
            left_y_axis=cloudwatch.YAxisProps(min=0, show_units=False),
            width=_THIRD,
            height=6,
        )

    def _cost(self) -> cloudwatch.IWidget:
        cost = self._meter.metric(
            "InferenceCostThisMonth", statistic="Maximum", period=MEASURING_INTERVAL, label="USD"
        )
        return cloudwatch.SingleValueWidget(
            title="Inference this month, US dollars (estimate)",
            metrics=[cost],
            sparkline=True,
            width=_THIRD,
            height=6,
        )

    def _age(self) -> cloudwatch.IWidget:
        age = self._meter.metric(
            "LiveModelAge", statistic="Maximum", period=MEASURING_INTERVAL, label="Hours"
        )
        missed = self._meter.metric(
            "MissedChecks", statistic="Maximum", period=MEASURING_INTERVAL, label="Missed checks"
        )
        return cloudwatch.SingleValueWidget(
            title="Age of the live model, and missed checks",
            metrics=[age, missed],
            width=_THIRD,
            height=6,
        )


def _links(runbook: str) -> str:
    """The documents, as links where the runbook's address is known."""
    documents = {
        "Runbook": runbook,
        "Operator guide": urljoin(runbook, "operator-guide.md"),
        "Events": urljoin(runbook, "events.md"),
    }
    if not runbook.startswith("http"):
        return "Documents: " + ", ".join(f"{name} ({place})" for name, place in documents.items())
    return "Documents: " + ", ".join(f"[{name}]({place})" for name, place in documents.items())
