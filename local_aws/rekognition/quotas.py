"""Limits and lead times of Rekognition Custom Labels.

Limits: AWS General Reference, "Amazon Rekognition endpoints and quotas", and the Custom Labels guide,
"Guidelines and quotas". Lead times are AWS seconds, shortened by the clock's scale.
"""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024

# Per account and Region
MAX_PROJECTS = 100
MAX_CONCURRENT_TRAININGS = 2
MAX_RUNNING_MODELS = 2
# Per project or model
MAX_MODELS_PER_PROJECT = 100
MAX_INFERENCE_UNITS = 5
MAX_TAGS = 200
# Manifests
MAX_MANIFEST_BYTES = 1024 * MEBIBYTE
MAX_MANIFEST_LINES = 250_000
MAX_LINE_CHARACTERS = 100_000
MAX_LABEL_CHARACTERS = 255
MAX_LABELS_PER_IMAGE = 50
MAX_BOXES_PER_IMAGE = 50
MIN_LABELS = 2
MIN_LOCATED_LABELS = 1
"""For object locations; what lies outside of the boxes is a label of its own ("Purposing datasets")."""
MAX_LABELS = 250
MAX_INVALID_SHARE = 0.2
MIN_LABEL_OVERLAP = 0.5
# Pictures
MAX_IMAGE_BYTES = 15 * MEBIBYTE
MAX_DETECT_BYTES = 4 * MEBIBYTE
"""The guide's limit for bytes in the request; the model's shape would let 5 MiB through."""
MIN_IMAGE_SIDE = 64
MAX_IMAGE_SIDE = 4096
MAX_ASPECT_RATIO = 20.0


@dataclass(frozen=True, kw_only=True)
class LeadTimes:
    """How long each asynchronous operation takes, in AWS seconds."""

    create_dataset: float = 20
    update_dataset: float = 10
    delete_dataset: float = 10
    distribute_entries: float = 20
    start_version: float = 300
    stop_version: float = 60
    delete_version: float = 20
    delete_project: float = 10


DEFAULT_TRAINING_SECONDS = 600.0
"""AWS says 30 minutes to 24 hours; ten minutes keep a laptop's run short and still far above a poll."""
