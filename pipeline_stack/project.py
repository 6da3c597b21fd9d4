"""The Rekognition Custom Labels project that holds the stack's datasets and model versions."""

from aws_cdk import Stack
from aws_cdk import aws_rekognition as rekognition
from constructs import Construct


class CustomLabelsProject(Construct):
    """One project, named like the stack, and the ARNs that its callers' policies are scoped to.

    A project's ARN ends in the time of its creation, and so do those of its versions and datasets, hence
    the wildcards. Renaming the stack replaces the project. CloudFormation cannot delete a project that
    still has versions or datasets: `make destroy` removes those first.
    """

    project_name: str
    project_arn: str

    project_resource_arn: str
    """For CreateDataset, CreateProjectVersion and DescribeProjectVersions. The `*` spans `/`, so it also
    covers this project's versions and datasets; the two narrower ARNs below are for calls on those."""

    version_resource_arn: str
    """For StartProjectVersion, StopProjectVersion, DeleteProjectVersion and DetectCustomLabels."""

    dataset_resource_arn: str
    """For DescribeDataset, DeleteDataset, ListDatasetEntries and the other calls on one dataset."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        self.project_name = stack.stack_name
        self.project_arn = rekognition.CfnProject(self, "Resource", project_name=self.project_name).attr_arn

        def arn(rest: str) -> str:
            return stack.format_arn(
                service="rekognition", resource="project", resource_name=f"{self.project_name}/{rest}"
            )

        self.project_resource_arn = arn("*")
        self.version_resource_arn = arn("version/*/*")
        self.dataset_resource_arn = arn("dataset/*/*")
