"""What may be read of files of labels, pictures and datasets outside the folders of labelled pictures.

Five need it: the function that builds manifests; the one that has models look at pictures; the one that shows
pictures in its reports; Rekognition, which reads pictures with the rights of the Training workflow; and
people, who are told what is allowed when a source is somewhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct, IConstruct

from pipeline_stack.accepted_findings import accept_wildcard
from pipeline_stack.settings import EnvironmentSettings

_READ_AS_REKOGNITION = ("s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectVersion", "s3:GetObjectTagging")
_SET_BY_OPERATORS = "Which objects are there, only those know who put them there; the place is in cdk.json."
_DATASETS = "A dataset's ARN ends in the time of its creation; the projects are those of cdk.json."


@dataclass(frozen=True, kw_only=True)
class Place:
    """Objects of a bucket under a prefix, which may be empty."""

    bucket: str
    prefix: str

    @classmethod
    def of(cls, uri: str) -> "Place":
        bucket, _, prefix = uri.removeprefix("s3://").partition("/")
        return cls(bucket=bucket, prefix=prefix)

    def __str__(self) -> str:
        return f"{self.bucket}/{self.prefix}"


class DataAccess(Construct):
    """`default` is the environment's source, as the workflow passes it on. Nothing is made here."""

    default: Mapping[str, str]
    places: Sequence[Place]
    """Outside the dataset bucket."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: EnvironmentSettings) -> None:
        super().__init__(scope, construct_id)
        source = settings.data_source
        self.default = source.as_input()
        # Names in a file of labels begin where the file is, unless they begin somewhere else.
        uris = [*settings.data_locations, *(f"{uri.rpartition('/')[0]}/" for uri in source.files())]
        if source.images is not None:
            uris.append(source.images)
        self.places = [Place.of(uri) for uri in sorted(set(uris))]
        self._keys = settings.data_keys
        self._datasets = [
            *source.dataset_arns(),
            *(self._arn("rekognition", f"project/{name}/dataset/*/*") for name in settings.data_projects),
        ]
        self._patterns = [arn for arn in self._datasets if arn.endswith("*")]

    def allow_reading(self, role: iam.Role) -> None:
        """For the function that reads labels, and the first bytes of pictures."""
        for place in self.places:
            role.add_to_policy(
                iam.PolicyStatement(
                    actions=["s3:ListBucket"],
                    resources=[self._bucket_arn(place)],
                    conditions={"StringLike": {"s3:prefix": [f"{place.prefix}*"]}},
                )
            )
        self.allow_reading_pictures(role)
        if self._datasets:
            role.add_to_policy(
                iam.PolicyStatement(
                    actions=["rekognition:DescribeDataset", "rekognition:ListDatasetEntries"],
                    resources=self._datasets,
                )
            )
            for arn in self._patterns:
                accept_wildcard(role, arn, reason=_DATASETS)

    def allow_reading_pictures(self, role: iam.Role) -> None:
        """For the function that reads labels, and for those that have models, or people, look at pictures."""
        if self.places:
            self._allow(role, ["s3:GetObject"], self._objects())
        if self._keys:
            role.add_to_policy(iam.PolicyStatement(actions=["kms:Decrypt"], resources=list(self._keys)))

    def as_rekognition(self) -> list[iam.PolicyStatement]:
        """Rekognition reads pictures with the rights of its caller, and of their bucket its settings (Custom
        Labels guide, "Set up SDK permissions"); under KMS also with the key."""
        if not self.places:
            return []
        statements = [
            iam.PolicyStatement(
                actions=["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:ListBucket"],
                resources=sorted({self._bucket_arn(place) for place in self.places}),
            ),
            iam.PolicyStatement(actions=list(_READ_AS_REKOGNITION), resources=self._objects()),
        ]
        if self._keys:
            statements.append(
                iam.PolicyStatement(
                    actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=list(self._keys)
                )
            )
        return statements

    def accept_reading(self, construct: IConstruct) -> None:
        """Accept the findings about `as_rekognition` on the construct that has these statements."""
        for arn in self._objects():
            accept_wildcard(construct, arn, reason=_SET_BY_OPERATORS)

    def _allow(self, role: iam.Role, actions: list[str], resources: list[str]) -> None:
        role.add_to_policy(iam.PolicyStatement(actions=actions, resources=resources))
        for arn in resources:
            accept_wildcard(role, arn, reason=_SET_BY_OPERATORS)

    def _objects(self) -> list[str]:
        return [f"{self._bucket_arn(place)}/{place.prefix}*" for place in self.places]

    def _bucket_arn(self, place: Place) -> str:
        return f"arn:{Stack.of(self).partition}:s3:::{place.bucket}"

    def _arn(self, service: str, rest: str) -> str:
        stack = Stack.of(self)
        return f"arn:{stack.partition}:{service}:{stack.region}:{stack.account}:{rest}"
