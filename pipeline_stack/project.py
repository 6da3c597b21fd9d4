"""The Rekognition Custom Labels project that holds the stack's datasets and model versions."""

from aws_cdk import CfnRule, CfnRuleAssertion, Fn, RemovalPolicy, Stack
from aws_cdk import aws_rekognition as rekognition
from constructs import Construct


class CustomLabelsProject(Construct):
    """One project, named like the stack, and the ARNs that its callers' policies are scoped to.

    A project's ARN ends in the time of its creation, and so do those of its versions and datasets, hence
    the wildcards. Renaming the stack replaces the project. CloudFormation cannot delete a project that
    still has versions or datasets: `TakeDown` removes those first.

    Where data is retained, the project stays with its versions and datasets, but not when the first
    deployment fails: it is empty then, and its name would be in the way of the next try.

    With `adopt`, the ARN of a project that is there already, no project is made, and that one is never
    deleted: people made it, and what it holds may exist nowhere else.
    """

    project_name: str
    project_arn: str
    is_adopted: bool

    project_resource_arn: str
    """For CreateDataset, CreateProjectVersion and DescribeProjectVersions. The `*` spans `/`, so it also
    covers this project's versions and datasets; the two narrower ARNs below are for calls on those."""

    version_resource_arn: str
    """For StartProjectVersion, StopProjectVersion, DeleteProjectVersion and DetectCustomLabels."""

    dataset_resource_arn: str
    """For DescribeDataset, DeleteDataset, ListDatasetEntries and the other calls on one dataset."""

    def __init__(
        self, scope: Construct, construct_id: str, *, adopt: str | None, removal_policy: RemovalPolicy
    ) -> None:
        super().__init__(scope, construct_id)
        self.is_adopted = adopt is not None
        parts = self._make(removal_policy) if adopt is None else self._adopt(adopt)
        self.project_resource_arn = f"{parts}/*"
        self.version_resource_arn = f"{parts}/version/*/*"
        self.dataset_resource_arn = f"{parts}/dataset/*/*"

    def _make(self, removal_policy: RemovalPolicy) -> str:
        """The beginning of the ARNs of what is in it, as `_adopt` returns it too."""
        stack = Stack.of(self)
        self.project_name = stack.stack_name
        made = rekognition.CfnProject(self, "Resource", project_name=self.project_name)
        is_kept = removal_policy == RemovalPolicy.RETAIN
        made.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if is_kept else removal_policy)
        self.project_arn = made.attr_arn
        return stack.format_arn(service="rekognition", resource="project", resource_name=self.project_name)

    def _adopt(self, arn: str) -> str:
        self.project_arn = arn
        parts, _, _created = arn.rpartition("/")
        self.project_name = parts.rpartition("/")[2]
        _, _, _, region, account, _ = arn.split(":")
        # An environment may leave both to the CLI: CloudFormation then refuses to deploy elsewhere.
        CfnRule(
            self,
            "Place",
            assertions=[
                CfnRuleAssertion(
                    assert_=Fn.condition_equals(found, expected),
                    assert_description=f"The {what} is not {expected}, where project_arn in cdk.json is.",
                )
                for what, found, expected in (
                    ("Region", Stack.of(self).region, region),
                    ("account", Stack.of(self).account, account),
                )
            ],
        )
        return parts
