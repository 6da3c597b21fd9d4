"""Limits that preflight checks besides those in `..limits`.

Sources: Custom Labels guide, "Guidelines and quotas", "Validation rules for manifest files",
"Non-terminal JSON line validation errors", "Preparing images".
"""

SMALLEST_SIDE = 64
LARGEST_SIDE = 4096
LARGEST_RATIO = 20
MAX_LABELS_PER_PICTURE = 50
MAX_BOXES_PER_PICTURE = 50

SCALED_SIDE = 1280
"""Longer sides are scaled down to this before training, boxes with them."""

MIN_LABELS = 2
MIN_LOCATED_LABELS = 1
"""Of a model that finds objects. The limits page allows one, and to find one kind of object is what many
want; the page of rules asks for two always, so that a single one is told of as a warning. If Custom
Labels refuses it, nothing is paid."""

MIN_PICTURES = 10
"""Advice rather than a limit: fewer make no usable training."""

MAX_BAD_SHARE = 0.2

MAX_MANIFEST_BYTES = 1_000_000_000
"""The pages say 1 GB, and not which: the smaller is safe."""
