"""What stops and deletes the pipeline's models when CloudFormation deletes the stack."""

from collections.abc import Sequence

from aws_cdk import ArnFormat, CustomResource, Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.accepted_findings import ANY_RESOURCE, accept, accept_wildcard
from pipeline_stack.functions import PipelineFunction
from pipeline_stack.model_registry import items_of_kind
from pipeline_stack.workflows.resources import PipelineResources

CLOUDFORMATION_WAITS = Duration.hours(1)
"""For the answer of a custom resource; it offers no more (User Guide, `ServiceTimeout`)."""
GIVE_UP_AFTER = Duration.minutes(55)
"""Early enough to say what is in the way, instead of letting CloudFormation say that nobody answered."""


class TakeDown(Construct):
    """A custom resource that does something only when it is deleted, and is deleted before all else.

    CloudFormation knows nothing of what the workflows made: a running model would go on being billed with
    nobody to watch it, and a project is not deleted while it holds anything. The function disables the
    rules, stops the executions, then stops and deletes the versions, and then the datasets.

    Where data is to be retained, versions and datasets stay, but running models are stopped: the pointer
    that callers find the live model by and the alarms on models and costs go with the stack. To refuse
    instead would make nobody look after the model either, and a version that was stopped can be started
    again by one call. A training is awaited there too: it is billed, and the role goes with the stack with
    whose rights Rekognition writes what the training found.

    One function of our own that goes on in another invocation, and not the CDK's Provider: that would add
    three functions in another language, with managed policies, and a state machine, to make the same calls.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        resources: PipelineResources,
        rules: Sequence[events.Rule],
        workflows: Sequence[sfn.StateMachine],
    ) -> None:
        """`rules`: that start executions. `workflows`: those that make or start something, each before
        the ones that it starts."""
        super().__init__(scope, construct_id)
        project = resources.project
        keeps = resources.removal_policy == RemovalPolicy.RETAIN
        self._function = PipelineFunction(
            self,
            "Function",
            package="take_down",
            description="Stops and deletes the pipeline's models when the stack is deleted.",
            timeout=Duration.minutes(15),
            memory=Size.mebibytes(256),
            environment={
                "PROJECT_NAME": project.project_name,
                "RULE_NAMES": ",".join(rule.rule_name for rule in rules),
                "WORKFLOW_ARNS": ",".join(machine.state_machine_arn for machine in workflows),
                "GIVE_UP_AFTER_MINUTES": str(int(GIVE_UP_AFTER.to_minutes())),
                **({"KEEPS_CONTENTS": "true"} if keeps else {}),
                **({"REGISTRY_TABLE_NAME": resources.registry.table_name} if project.is_adopted else {}),
            },
            log_retention=resources.log_retention,
            removal_policy=resources.removal_policy,
        )
        self._allow_stopping_executions(rules, workflows)
        self._allow_taking_apart(resources, keeps=keeps)
        goes_on = self._allow_going_on()
        custom = CustomResource(
            self,
            "Resource",
            service_token=self._function.function.function_arn,
            resource_type="Custom::TakeDown",
            service_timeout=CLOUDFORMATION_WAITS,
        )
        custom.node.add_dependency(self._function, goes_on)
        self._delete_before(custom)

    def _delete_before(self, custom: CustomResource) -> None:
        """Whatever a resource depends on is deleted after it, and is left alone while it cannot be deleted.

        All of the stack: what a run still needs until it is stopped, what the function needs, and the
        alarms and the topic, which are of use for as long as a model runs.
        """
        for other in Stack.of(self).node.children:
            if other is not self:
                custom.node.add_dependency(other)

    def _allow_stopping_executions(
        self, rules: Sequence[events.Rule], workflows: Sequence[sfn.StateMachine]
    ) -> None:
        executions = [
            Stack.of(self).format_arn(
                service="states",
                resource="execution",
                resource_name=f"{machine.state_machine_name}:*",
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            )
            for machine in workflows
        ]
        for actions, allowed in (
            (["events:DisableRule"], [rule.rule_arn for rule in rules]),
            (["states:ListExecutions"], [machine.state_machine_arn for machine in workflows]),
            (["states:StopExecution"], executions),
        ):
            self._function.role.add_to_policy(iam.PolicyStatement(actions=actions, resources=allowed))
        for arn in executions:
            accept_wildcard(
                self._function.role,
                arn,
                reason="Which executions run when the stack is deleted is not known before.",
            )

    def _allow_taking_apart(self, resources: PipelineResources, *, keeps: bool) -> None:
        project = resources.project
        deletes = {
            "rekognition:DeleteProjectVersion": project.version_resource_arn,
            "rekognition:DeleteDataset": project.dataset_resource_arn,
        }
        granted = {
            # DescribeProjects has no resource (Service Authorization Reference, Amazon Rekognition).
            "rekognition:DescribeProjects": "*",
            "rekognition:DescribeProjectVersions": project.project_resource_arn,
            "rekognition:StopProjectVersion": project.version_resource_arn,
            **({} if keeps else deletes),
            "cloudformation:DescribeStacks": Stack.of(self).stack_id,
        }
        for action, arn in granted.items():
            self._function.role.add_to_policy(iam.PolicyStatement(actions=[action], resources=[arn]))
        accept(
            self._function.role,
            finding=ANY_RESOURCE,
            reason="rekognition:DescribeProjects has no resource-level permissions (Service Authorization "
            "Reference). A test holds that nothing else is on '*'.",
        )
        for arn in {arn for arn in granted.values() if arn.endswith("/*")}:
            accept_wildcard(
                self._function.role,
                arn,
                reason="What was made at run time is not known before, and its ARNs end in the time of its "
                "creation. The ARN holds this stack's project only.",
            )
        if project.is_adopted:
            for action, kind in (("dynamodb:Query", "version"), ("dynamodb:GetItem", "pointer")):
                self._function.role.add_to_policy(
                    iam.PolicyStatement(
                        actions=[action],
                        resources=[resources.registry.table_arn],
                        conditions=items_of_kind(kind),
                    )
                )

    def _allow_going_on(self) -> iam.Policy:
        """A policy of its own: the function depends on the role's, which thus cannot name the function."""
        return iam.Policy(
            self,
            "GoesOn",
            roles=[self._function.role],
            statements=[
                iam.PolicyStatement(
                    actions=["lambda:InvokeFunction"], resources=[self._function.function.function_arn]
                )
            ],
        )
