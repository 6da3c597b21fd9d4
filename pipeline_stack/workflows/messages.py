"""What operators read: subjects and messages, as JSONata expressions over the run's variables.

Subjects stay within 99 ASCII characters, the strictest of SNS's documented rules. `$report` is the
run's result so far (`report.Report`), so that a message states what is known and no more.
"""

from __future__ import annotations

from typing import Final

from pipeline_stack.layout import IMAGES_PREFIX

# The console's page of this execution; every Region with Custom Labels is in the `aws` partition.
LINK: Final = (
    "'https://' & $split($me, ':')[3] & '.console.aws.amazon.com/states/home?region=' & "
    "$split($me, ':')[3] & '#/v2/executions/details/' & $me"
)

# The runbook's entries for errors that AWS names, and for runs that could not tell of their end.
AWS_ERRORS: Final = "service-errors"
CUT_SHORT: Final = "runs-that-could-not-report"

_PICTURES: Final = (
    "$exists($report.pictures) ? 'Pictures: ' & $string($report.pictures.total) & ' ('"
    " & $string($report.pictures.train) & ' to train, ' & $string($report.pictures.test) & ' to test, '"
    " & $string($count($keys($report.pictures.labels)))"
    " & ($count($keys($report.pictures.labels)) = 1 ? ' label)' : ' labels)')"
)
_F1: Final = (
    "$exists($report.f1) ? 'F1: ' & $string($round($report.f1, 3)) & ' (minimum '"
    " & $string($report.minimum_f1) & ')'"
)
# Most have folders, and need not be told.
_SOURCE: Final = (
    f"$exists($report.data_source) and $report.data_source != '{IMAGES_PREFIX}' "
    "? 'Labels from: ' & $report.data_source"
)
_SKIPPED: Final = (
    "$report.skipped.total > 0 ? 'Files left out: ' & $string($report.skipped.total) & ' ('"
    " & $join($each($report.skipped.reasons, function($reason, $name) "
    "{ $string($reason.count) & ' ' & $replace($name, '_', ' ') }), ', ') & ')'"
)

# One fact a line, as far as the run came. An `if` without `else` is nothing, and an array drops nothing.
FACTS: Final = (
    "$join(["
    "$exists($report.version) ? 'Model: ' & $report.version & "
    "($report.model_type = 'location' ? ', which finds objects' : ''), "
    + _SOURCE
    + ", "
    + _F1
    + ", "
    + _PICTURES
    + ", "
    + "$exists($report.new_pictures) ? 'New since the last trained set: ' & $string($report.new_pictures), "
    + _SKIPPED
    + ", "
    + "$count($report.warnings) > 0 ? 'Please note: ' & $join($report.warnings, ' ')"
    + "], '\\n')"
)


# Each rule that a model was held against, in the words of `judge_evaluation`; some are said of two rules.
RULES: Final = (
    "$exists($report.rules) ? 'How it was judged:\n' & "
    "$join($distinct($report.rules[result != 'off'].('- ' & words)), '\n') : ''"
)


def expression(body: str) -> str:
    """Wrap a JSONata body in the delimiters that Step Functions wants."""
    return "{% " + body + " %}"


def subject(pipeline: str, body: str) -> str:
    """A subject: which pipeline, then `body`, cut to what SNS takes."""
    return expression(f"$substring('{pipeline}: ' & {body}, 0, 99)")


def letter(*paragraphs: str) -> str:
    """The paragraphs given, those that are not empty, then the link to the execution."""
    return expression(
        "$join([" + ", ".join([*paragraphs, f"'Execution: ' & {LINK}"]) + "][$ != ''], '\\n\\n')"
    )


def message(*paragraphs: str) -> str:
    """A letter that has the facts of the run as its last paragraph."""
    return letter(*paragraphs, FACTS)


def what_to_do(runbook: str, error: str) -> str:
    """An expression: where the runbook speaks of `error`, itself an expression.

    The entries of our own errors are named after them; what AWS names (`Rekognition.ThrottlingException`,
    `States.Timeout`) has one entry together.
    """
    return f"'What to do: {runbook}#' & ($contains({error}, '.') ? '{AWS_ERRORS}' : $lowercase({error}))"


# The error's own words, after what the run was doing when it met it.
FAILURE_WORDS: Final = "($during = '' ? '' : 'While ' & $during & ': ') & $substring($cause, 0, 4000)"
