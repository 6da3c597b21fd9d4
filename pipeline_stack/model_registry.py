"""What the pipeline remembers: locks, the live model, verdicts on sets of pictures, who was told what."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from pipeline_stack.layout import REGISTRY_EXPIRY_ATTRIBUTE, REGISTRY_PARTITION_KEY, REGISTRY_SORT_KEY


def items_of_kind(*kinds: str) -> dict[str, dict[str, list[str]]]:
    """The condition under which a policy's statement holds for items of these kinds only.

    DynamoDB sets `dynamodb:LeadingKeys` to the partition keys that a request names (Developer Guide,
    "Using IAM policy conditions for fine-grained access control").
    """
    return {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": list(kinds)}}


class ModelRegistry(Construct):
    """One DynamoDB table, because locks and the live pointer need conditional writes, which neither
    Parameter Store nor S3 metadata offers. A few writes a run: on demand costs next to nothing.

    Losing it would mean paying again for what was trained, so every second of the last 35 days can be
    restored, and a table that is to be retained also refuses to be deleted.
    """

    table: dynamodb.Table

    def __init__(self, scope: Construct, construct_id: str, *, removal_policy: RemovalPolicy) -> None:
        super().__init__(scope, construct_id)
        self.table = dynamodb.Table(
            self,
            "Resource",
            partition_key=dynamodb.Attribute(name=REGISTRY_PARTITION_KEY, type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name=REGISTRY_SORT_KEY, type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=REGISTRY_EXPIRY_ATTRIBUTE,
            deletion_protection=removal_policy == RemovalPolicy.RETAIN,
            removal_policy=removal_policy,
        )
