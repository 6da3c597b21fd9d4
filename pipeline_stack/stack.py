"""The training pipeline of one environment: composes the constructs and owns the outputs."""

import aws_cdk as cdk
from constructs import Construct

from pipeline_stack.data_access import DataAccess
from pipeline_stack.dataset_bucket import DatasetBucket
from pipeline_stack.encryption_keys import EncryptionKeys
from pipeline_stack.evaluation_judge import EvaluationJudge
from pipeline_stack.event_rules import EventRules
from pipeline_stack.failure_explainer import FailureExplainer
from pipeline_stack.manifest_builder import ManifestBuilder
from pipeline_stack.model_asker import ModelAsker
from pipeline_stack.model_registry import ModelRegistry
from pipeline_stack.monitoring import Monitoring
from pipeline_stack.notifications import Notifications
from pipeline_stack.operator_parameters import OperatorParameters
from pipeline_stack.place_settings import REGIONS
from pipeline_stack.project import CustomLabelsProject
from pipeline_stack.schedule import Schedule
from pipeline_stack.settings import EnvironmentSettings
from pipeline_stack.take_down import TakeDown
from pipeline_stack.training_results import training_results
from pipeline_stack.undelivered_events import UndeliveredEvents
from pipeline_stack.workflow_findings import accept_workflow_findings
from pipeline_stack.workflows.deployment import DeploymentWorkflow
from pipeline_stack.workflows.ended_runs import EndedRunsWorkflow
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.settings import SettingsWorkflow
from pipeline_stack.workflows.training import TrainingWorkflow


class TrainingPipelineStack(cdk.Stack):
    """Trains, judges and deploys Rekognition Custom Labels models from the pictures in its bucket."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: EnvironmentSettings) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Trains, judges and deploys Rekognition Custom Labels models from labelled pictures.",
            env=settings.aws_environment,
            tags=settings.tags,
            termination_protection=settings.termination_protection,
        )
        self._refuse_other_regions()
        # cfn-lint's W3005 is about the CDK's own habit: it makes what has a role depend on the role twice.
        self.template_options.metadata = {"cfn-lint": {"config": {"ignore_checks": ["W3005"]}}}
        keys = EncryptionKeys(self, "Keys", options=settings)
        bucket = DatasetBucket(self, "DatasetBucket", removal_policy=settings.removal, key=keys.bucket).bucket
        results = training_results(self, dataset_bucket=bucket, keys=keys, output=settings.output_bucket)
        table = ModelRegistry(self, "ModelRegistry", removal_policy=settings.removal).table
        notifications = Notifications(self, "Notifications", emails=settings.notification_emails)
        parameters = OperatorParameters(
            self,
            "OperatorParameters",
            path=f"/{self.stack_name}",
            initial_values=settings.initial_parameters,
        )
        data = DataAccess(self, "DataAccess", settings=settings)
        project = CustomLabelsProject(
            self, "Project", adopt=settings.project_arn, removal_policy=settings.removal
        )
        asker = ModelAsker(
            self,
            "ModelAsker",
            bucket=bucket,
            bucket_key=keys.bucket,
            data=data,
            project=project,
            results=results,
            log_retention=settings.log_retention,
            removal_policy=settings.removal,
        ).asker
        resources = PipelineResources(
            bucket=bucket,
            parameters=parameters,
            project=project,
            registry=table,
            topic=notifications.topic,
            build_manifest=ManifestBuilder(
                self,
                "ManifestBuilder",
                bucket=bucket,
                data=data,
                bucket_key=keys.bucket,
                registry=table,
                log_retention=settings.log_retention,
                removal_policy=settings.removal,
            ).function,
            judge_evaluation=EvaluationJudge(
                self,
                "EvaluationJudge",
                bucket=bucket,
                bucket_key=keys.bucket,
                data=data,
                registry=table,
                results=results,
                log_retention=settings.log_retention,
                removal_policy=settings.removal,
            ).function,
            explain_failure=FailureExplainer(
                self,
                "FailureExplainer",
                bucket=bucket,
                bucket_key=keys.bucket,
                project=project,
                results=results,
                log_retention=settings.log_retention,
                removal_policy=settings.removal,
            ).function,
            ask_model=asker.function,
            log_retention=settings.log_retention,
            removal_policy=settings.removal,
            quarantine=settings.quarantine,
            data=data,
            runbook=settings.runbook,
            results=results,
            bucket_key=keys.bucket,
            tags=settings.tags,
            version_description=settings.version_description,
            change=settings,
            usd_per_unit_hour=settings.inference_unit_usd_per_hour,
        )
        deployment = DeploymentWorkflow(self, "Deployment", resources=resources)
        training = TrainingWorkflow(
            self, "Training", resources=resources, deployment=deployment.state_machine
        )
        undelivered = UndeliveredEvents(self, "UndeliveredEvents").queue
        schedule = Schedule(
            self,
            "Schedule",
            training=training.state_machine,
            undelivered=undelivered,
            initial_parameters=settings.initial_parameters,
        )
        settings_workflow = SettingsWorkflow(
            self,
            "Settings",
            resources=resources,
            training=training.state_machine,
            training_rule=schedule.training_rule,
            deployment=deployment.state_machine,
        )
        ended_runs = EndedRunsWorkflow(
            self,
            "EndedRuns",
            resources=resources,
            deployment=deployment.state_machine,
            settings=settings_workflow.state_machine,
        )
        accept_workflow_findings(
            training=training.state_machine,
            deployment=deployment.state_machine,
            settings=settings_workflow.state_machine,
            ended_runs=ended_runs.state_machine,
            resources=resources,
        )
        event_rules = EventRules(
            self,
            "EventRules",
            parameters=parameters,
            settings=settings_workflow.state_machine,
            watched=[training.state_machine, deployment.state_machine, settings_workflow.state_machine],
            ended_runs=ended_runs.state_machine,
            undelivered=undelivered,
        )
        Monitoring(
            self,
            "Monitoring",
            resources=resources,
            workflows={
                "Training": training.state_machine,
                "Deployment": deployment.state_machine,
                "Settings": settings_workflow.state_machine,
                "EndedRuns": ended_runs.state_machine,
            },
            training_rule=schedule.training_rule,
            notifications=notifications,
            undelivered=undelivered,
            usd_per_unit_hour=settings.inference_unit_usd_per_hour,
            chat=settings.chat,
        )
        # The last: it depends on all that is there by now.
        TakeDown(
            self,
            "TakeDown",
            resources=resources,
            rules=[schedule.training_rule, *event_rules.rules],
            workflows=[
                settings_workflow.state_machine,
                training.state_machine,
                deployment.state_machine,
            ],
        )
        self._tell(
            {
                "BucketName": bucket.bucket_name,
                "ParameterPath": parameters.path,
                "TrainingWorkflowArn": training.state_machine.state_machine_arn,
                "DeploymentWorkflowArn": deployment.state_machine.state_machine_arn,
                "SettingsWorkflowArn": settings_workflow.state_machine.state_machine_arn,
                "NotificationTopicArn": notifications.topic.topic_arn,
                "ProjectName": project.project_name,
                "RegistryTableName": table.table_name,
            }
        )

    def _refuse_other_regions(self) -> None:
        """An environment without a Region is deployed to the one that the CLI is signed in to, which synth
        does not know: CloudFormation then refuses it before it makes anything."""
        cdk.CfnRule(
            self,
            "RegionWithCustomLabels",
            assertions=[
                cdk.CfnRuleAssertion(
                    assert_=cdk.Fn.condition_contains(list(REGIONS), self.region),
                    assert_description=f"Rekognition Custom Labels is offered in {', '.join(REGIONS)}.",
                )
            ],
        )

    def _tell(self, outputs: dict[str, str]) -> None:
        for name, value in outputs.items():
            cdk.CfnOutput(self, name, value=value)
