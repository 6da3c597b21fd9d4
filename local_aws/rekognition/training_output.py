"""Where a training's results go in the output bucket, and how they are written there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local_aws.rekognition.line_errors import ManifestError
from local_aws.rekognition.storage import ObjectStore, StorageDeniedError, StorageMissingError


@dataclass(frozen=True, kw_only=True)
class OutputFiles:
    """Keys of the result files. Their names are AWS's own; where AWS does not document one, a likely one.

    Readers take the places from DescribeProjectVersions and never build them.
    """

    bucket: str
    prefix: str
    project: str
    version: str

    @property
    def _folder(self) -> str:
        return self.prefix if not self.prefix or self.prefix.endswith("/") else self.prefix + "/"

    @property
    def _own_folder(self) -> str:
        return f"{self._folder}{self.project}-{self.version}/"

    @property
    def evaluation_summary(self) -> str:
        """Key of the file with F1, precision and recall."""
        return f"{self._folder}EvaluationResultSummary-{self.project}-{self.version}.json"

    def input(self, side: str) -> str:
        """Key of the copy of a dataset as it was trained on. `side` is training or testing."""
        return f"{self._own_folder}input/{side}.manifest"

    def snapshot(self, side: str) -> str:
        """Key of the lines that were used; on the testing side with the predictions."""
        return f"{self._folder}{side.capitalize()}GroundTruth-{self.project}-{self.version}.json"

    def validation(self, side: str) -> str:
        """Key of the manifest with its errors marked."""
        return f"{self._own_folder}validation/{side}_manifest_with_validation.json"

    @property
    def manifest_summary(self) -> str:
        """Key of the overview of all errors."""
        return f"{self._own_folder}validation/manifest_summary.json"

    def place(self, key: str) -> dict[str, str]:
        """As an S3Object of the API."""
        return {"Bucket": self.bucket, "Name": key}


def manifest_member(place: dict[str, str]) -> dict[str, Any]:
    """As a GroundTruthManifest of the API."""
    return {"S3Object": place}


def assets_member(place: dict[str, str]) -> dict[str, Any]:
    """As the Assets of TrainingData, TestingData or ValidationData."""
    return {"Assets": [{"GroundTruthManifest": manifest_member(place)}]}


@dataclass(frozen=True, kw_only=True)
class OutputBucket:
    """The output bucket with the caller's rights."""

    files: OutputFiles
    storage: ObjectStore
    key: str | None = None
    """The KMS key that results are written under; without one, the bucket's own encryption holds."""

    def write(self, key: str, body: bytes) -> dict[str, str]:
        """Put a result there and say where. Raises ManifestError when the caller may not."""
        try:
            self.storage.write(self.files.bucket, key, body, kms_key=self.key)
        except (StorageDeniedError, StorageMissingError) as error:
            raise ManifestError("ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET") from error
        return self.files.place(key)
