"""How many checks for new pictures were missed.

Measured here, because a CloudWatch alarm cannot do it: it looks back at most 604,800 seconds, a week (API
reference, PutMetricAlarm, "EvaluationPeriods"), and three polling periods are up to 3 x 31 days. The
Settings workflow keeps the rule's rate and the times of change right, so the window follows the operator.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .errors import ScheduleUnknown

_RATE = re.compile(r"rate\(([1-9][0-9]*) (minute|hour|day)s?\)")


@dataclass(frozen=True, kw_only=True)
class TrainingRule:
    """The rule that starts Training. `schedule` as EventBridge writes it."""

    name: str
    is_enabled: bool
    schedule: str

    def period(self) -> timedelta:
        """The time from one check to the next.

        Raises:
            ScheduleUnknown: the schedule is no rate, so somebody changed the rule by hand.
        """
        found = _RATE.fullmatch(self.schedule)
        if found is None:
            raise ScheduleUnknown(
                f'The rule {self.name} has the schedule "{self.schedule}"; it must be a rate, such as '
                "rate(720 minutes). Start the workflow Settings with the input {}, which brings the rule in "
                "line with Automatic-Training-Poll-Frequency."
            )
        return int(found[1]) * timedelta(**{f"{found[2]}s": 1})


def missed_checks(
    *,
    rule: TrainingRule,
    is_wanted: bool | None,
    last_success: datetime,
    changes: Iterable[datetime],
    now: datetime,
) -> int:
    """Whole periods without a check that ended well; 0 while training is switched off.

    `is_wanted` is what the operator set last, None if nobody ever did: a rule that was disabled by other
    means misses its checks like one that fails. Counting starts anew when training was switched on or given
    another rate.
    """
    if not (rule.is_enabled if is_wanted is None else is_wanted):
        return 0
    since = max([last_success, *changes])
    return max(0, (now - since) // rule.period())
