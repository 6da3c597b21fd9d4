"""What cdk-nag finds in the workflows' roles, and why each of it stays.

Each wildcard is accepted as the exact ARN in which it stands: one that is added later is a new finding.
"""

from aws_cdk import ArnFormat, Fn, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn

from pipeline_stack.accepted_findings import ANY_RESOURCE, accept, accept_wildcard
from pipeline_stack.layout import DATA_SOURCES_PREFIX, IMAGES_PREFIX, MANIFESTS_PREFIX
from pipeline_stack.project import CustomLabelsProject
from pipeline_stack.workflows.account_models import any_project_arn
from pipeline_stack.workflows.resources import PipelineResources

_PROJECT_PARTS = "Versions and datasets come and go at run time, and their ARNs end in the time of their \
creation, so a policy cannot name them. The ARN holds this stack's project only."


def accept_workflow_findings(
    *,
    training: sfn.StateMachine,
    deployment: sfn.StateMachine,
    settings: sfn.StateMachine,
    ended_runs: sfn.StateMachine,
    resources: PipelineResources,
) -> None:
    for machine in (training, deployment, settings, ended_runs):
        _accept_logs_and_traces(machine)
    _accept_describing_executions(settings, of=settings)
    accept_wildcard(settings, resources.project.project_resource_arn, reason=_PROJECT_PARTS)
    _accept_describing_executions(deployment, of=deployment)
    _accept_project_parts(deployment, resources.project)
    accept_wildcard(
        deployment,
        any_project_arn(deployment),
        reason="Models of any project of the account take the slots that a new one lacks; they are only "
        "described, so that the operator learns which.",
    )
    _accept_describing_executions(training, of=training)
    _accept_describing_executions(training, of=deployment)
    _accept_project_parts(training, resources.project)
    accept_wildcard(training, resources.project.dataset_resource_arn, reason=_PROJECT_PARTS)
    _accept_nested_start(training, of=deployment)
    _accept_function_versions(
        training,
        resources.build_manifest,
        resources.judge_evaluation,
        resources.ask_model,
        resources.explain_failure,
    )
    _accept_function_versions(deployment, resources.judge_evaluation, resources.ask_model)
    _accept_reading_and_writing_as_rekognition(training, resources)
    resources.data.accept_reading(training)


def _accept_logs_and_traces(machine: sfn.StateMachine) -> None:
    accept(
        machine,
        finding=ANY_RESOURCE,
        reason="Log delivery (logs:CreateLogDelivery and its like), X-Ray and rekognition:DescribeProjects "
        "have no resource-level permissions (Service Authorization Reference). A test holds that nothing "
        "else is on '*'.",
    )


def _accept_project_parts(machine: sfn.StateMachine, project: CustomLabelsProject) -> None:
    for arn in (project.project_resource_arn, project.version_resource_arn):
        accept_wildcard(machine, arn, reason=_PROJECT_PARTS)


def _accept_describing_executions(machine: sfn.StateMachine, *, of: sfn.StateMachine) -> None:
    accept_wildcard(
        machine,
        Stack.of(of).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{of.state_machine_name}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        ),
        reason="Who holds a lock is an execution whose name is not known before; it is only described.",
    )


def _accept_nested_start(machine: sfn.StateMachine, *, of: sfn.StateMachine) -> None:
    name = Fn.select(6, Fn.split(":", of.state_machine_arn))
    accept_wildcard(
        machine,
        Stack.of(of).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{name}*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        ),
        reason="To wait for a nested execution and to stop it with its parent (Step Functions Developer "
        "Guide, 'IAM policies for nested executions'). The CDK writes the ARN so.",
    )


def _accept_function_versions(machine: sfn.StateMachine, *functions: lambda_.IFunction) -> None:
    for function in functions:
        accept_wildcard(
            machine,
            f"{function.function_arn}:*",
            reason="The CDK grants a task the function's versions along with the function. There are none.",
        )


def _accept_reading_and_writing_as_rekognition(
    machine: sfn.StateMachine, resources: PipelineResources
) -> None:
    prefixes = (IMAGES_PREFIX, DATA_SOURCES_PREFIX, MANIFESTS_PREFIX)
    read = [resources.bucket.arn_for_objects(f"{prefix}*") for prefix in prefixes]
    for objects in (*read, resources.results.objects):
        accept_wildcard(
            machine,
            objects,
            reason="Rekognition reads pictures and manifests and writes its evaluation with the rights of "
            "the caller that starts a training, this machine; neither the pictures nor the names it "
            "gives its files are known before.",
        )
