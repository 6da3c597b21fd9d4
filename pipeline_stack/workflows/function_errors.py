"""What an operator reads of an error that one of our functions raised."""

from __future__ import annotations

from typing import Final

# A function's error arrives as a JSON text; its `errorMessage` is the part written for people. Taken out
# by pattern, not by parsing the whole: a cut or foreign cause must not turn into an error of its own.
# \x5c is a backslash: JSONata's reader of patterns stumbles over a real one before a bracket.
FUNCTION_ERROR_WORDS: Final = (
    "{% ("
    "$found := $match($states.errorOutput.Cause, "
    '/"errorMessage"\\s*:\\s*("[^"\\x5c]*(?:\\x5c.[^"\\x5c]*)*")/); '
    "$exists($found) ? $parse($found[0].groups[0]) : $states.errorOutput.Cause"
    ") %}"
)
