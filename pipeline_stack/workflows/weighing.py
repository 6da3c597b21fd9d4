"""Whether the measured pictures are enough to train a model from, as one expression."""

from __future__ import annotations

from typing import Final

from pipeline_stack.workflows.operator_settings import number_of, value_of

# Custom Labels needs two labels, and fewer than ten pictures give no usable model (Custom Labels guide,
# "Preparing images").
FEWEST_LABELS: Final = 2
FEWEST_PICTURES: Final = 10
# A scheduled run leaves an upload that is still going on alone.
SETTLED_SECONDS: Final = 600
# The set that was trained last has nothing new, even if its inventory was lost.
_NEW: Final = "($measured.digest = $trained ? 0 : $measured.new_pictures)"
# A model that finds objects may have a single kind of them (see `preflight.limits` of build_manifest).
_FEWEST: Final = f"($measured.model_type = 'location' ? 1 : {FEWEST_LABELS})"
_FEW_LABELS: Final = f"$count($keys($measured.pictures.labels)) < {_FEWEST}"
_FEW_PICTURES: Final = f"$measured.pictures.total < {FEWEST_PICTURES}"
# Too small because of what cannot be used. Nobody hears of a scheduled run that finds nothing to train, so
# this one goes on to the check, which fails, says why, and is remembered.
_SPOILT: Final = f"($measured.left_out > 0 and ({_FEW_LABELS} or {_FEW_PICTURES}))"
NOT_ENOUGH: Final = (
    "{% $join(["
    "$type($measured.problem) = 'string' ? $measured.problem, "
    f"{_FEW_LABELS} and $measured.left_out = 0 ? "
    "'Too few labels: ' & $string($count($keys($measured.pictures.labels))) & ' of ' & "
    f"$string({_FEWEST}) & ($dataSource.kind = 'folders' ? ' (a label is a folder with pictures).' : '.'), "
    f"{_FEW_PICTURES} and $measured.left_out = 0 ? "
    f"'Too few pictures: ' & $string($measured.pictures.total) & ' of {FEWEST_PICTURES}.', "
    f"$force = false and {_SPOILT} = false and {_NEW} < {number_of('Minimum-Untrained-Images')} ? "
    f"'Too few new pictures since the last trained set: ' & $string({_NEW}) & ' of ' & "
    f"{value_of('Minimum-Untrained-Images')} & ' (Minimum-Untrained-Images).', "
    # An empty bucket has no youngest picture, and JSONata does not compare null.
    "$source = 'schedule' and $type($measured.youngest_seconds) = 'number' "
    f"and $measured.youngest_seconds < {SETTLED_SECONDS} ? "
    "'The youngest picture came ' & $string($measured.youngest_seconds) & ' seconds ago; "
    f"a scheduled check waits until the pictures have rested {SETTLED_SECONDS // 60} minutes.'"
    "], ' ') %}"
)
"""The reasons why not, in words; empty if they are enough."""
