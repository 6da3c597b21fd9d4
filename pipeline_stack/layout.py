"""Names that the infrastructure, the workflows and the Lambdas agree on. Plain constants: no CDK, no boto3.

Bucket prefixes. S3 has no folders: a prefix exists as soon as an object's key begins with it, so the
stack creates no placeholder objects (which the manifest builder would have to skip again).
Operators know these names; they never change.
"""

IMAGES_PREFIX = "images_labeled_by_folder/"
"""Labelled pictures, `<label>/<anything>`: the first folder is the label. Written by operators only."""

DETECTION_PREFIX = "images_for_detection/"
"""Pictures to be classified with the live model."""

HUMAN_LOOP_PREFIX = "a2i-human-loop-data/"
"""Answers of human reviewers."""

DATA_SOURCES_PREFIX = "data_sources/"
"""Files of labels, and pictures that they name: a place for those who have no bucket of their own for them.
Written by operators only."""

MANIFESTS_PREFIX = "manifests/"
"""`<digest>/`: the train and test manifests and the inventory of one set of pictures. Written by a run."""

EVALUATION_PREFIX = "evaluation/"
"""Where Rekognition writes what it found in training: manifests with results, evaluation summaries."""

BUCKET_PREFIXES = (
    IMAGES_PREFIX,
    DATA_SOURCES_PREFIX,
    DETECTION_PREFIX,
    HUMAN_LOOP_PREFIX,
    MANIFESTS_PREFIX,
    EVALUATION_PREFIX,
)

REGISTRY_PARTITION_KEY = "kind"
"""Of the model registry: what an item is about (`lock`, `pointer`, `set`, `check`, `version`, `run`,
`setting`, `counted`, `usage`)."""

REGISTRY_SORT_KEY = "name"
"""Of the model registry: which one of its kind."""

REGISTRY_EXPIRY_ATTRIBUTE = "expires"
"""Seconds since 1970 after which DynamoDB may delete an item, within a few days. Only `run` and
`counted` items expire."""
