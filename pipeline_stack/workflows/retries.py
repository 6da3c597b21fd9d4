"""Retry policies of the workflows' tasks.

SDK integrations get no Retry from CDK, and one throttled call must not end a run that took a day.
The names under which throttling and server faults arrive differ by service and by integration, and
AWS does not list them all. So what we name is the opposite: the errors that another attempt cannot
cure. Everything else (`States.TaskFailed`) and a call that gave no answer (`States.Timeout`) is tried
again. That is safe for every call we make: reads change nothing, and each write is idempotent
(conditional, by a fixed name, or answered with "in use" the second time, which is handled).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn

# What no second attempt changes, by the part after the service's prefix.
_PERMANENT: Final = (
    "AccessDeniedException",
    "AccessDenied",
    "AuthorizationErrorException",
    "ConditionalCheckFailedException",
    "ExecutionAlreadyExistsException",
    "ExecutionDoesNotExistException",
    "InvalidParameterException",
    "InvalidS3ObjectException",
    "LimitExceededException",
    "ParameterNotFoundException",
    "ParameterVersionNotFoundException",
    "ResourceAlreadyExistsException",
    "ResourceInUseException",
    "ResourceNotFoundException",
    "ServiceQuotaExceededException",
    "ValidationException",
)


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How often and how patiently a task is tried again after an error that may pass."""

    interval: Duration
    attempts: int
    longest_delay: Duration

    def apply(
        self,
        task: sfn.TaskStateBase | sfn.CustomState,
        *,
        prefixes: tuple[str, ...],
        permanent: tuple[str, ...] = (),
    ) -> None:
        """Add both retriers: none for what cannot be cured, this policy for the rest.

        `prefixes` are the service's names in error strings (`Rekognition`), `permanent` further full
        error names. Step Functions uses the first retrier that matches, so the order matters.
        """
        names = [f"{prefix}.{name}" for prefix in prefixes for name in _PERMANENT]
        task.add_retry(errors=[*names, *permanent, "States.QueryEvaluationError"], max_attempts=0)
        task.add_retry(
            errors=[sfn.Errors.TASKS_FAILED, sfn.Errors.TIMEOUT],
            interval=self.interval,
            backoff_rate=2,
            max_attempts=self.attempts,
            max_delay=self.longest_delay,
            jitter_strategy=sfn.JitterType.FULL,
        )


CONTROL_PLANE: Final = RetryPolicy(
    # Rekognition allows 5 calls a second for each control-plane operation, SSM and Step Functions a few
    # dozen; a burst passes within seconds, an incident within minutes. Waits of at most
    # 2+4+8+16+32+60+60 s: 3 minutes in all (jitter halves that on average).
    interval=Duration.seconds(2),
    attempts=7,
    longest_delay=Duration.seconds(60),
)

FUNCTION: Final = RetryPolicy(
    # A Lambda service fault, or S3 answering "slow down". Waits of at most 5+10+20+40+60 s: 2 minutes
    # in all, besides the attempts themselves.
    interval=Duration.seconds(5),
    attempts=5,
    longest_delay=Duration.seconds(60),
)

NESTED_START: Final = RetryPolicy(
    # Only the start can be cured by another attempt; the run has handled its own faults, and its name
    # makes a second start with the same input the same run. Waits of at most 2+4+8 s: 14 s in all.
    interval=Duration.seconds(2),
    attempts=3,
    longest_delay=Duration.seconds(8),
)
