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
"""The limits page allows 1 for models that find objects, the page of rules 2 always: 2 is safe."""

MIN_PICTURES = 10
"""Advice rather than a limit: fewer make no usable training."""

MAX_BAD_SHARE = 0.2

MAX_MANIFEST_BYTES = 1_000_000_000
"""The pages say 1 GB, and not which: the smaller is safe."""
