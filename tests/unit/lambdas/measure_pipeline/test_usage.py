"""What the inference units of a month add up to."""

from datetime import UTC, datetime, timedelta

from lambdas.measure_pipeline.registry import MonthUsage
from lambdas.measure_pipeline.usage import count_usage

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
NEW_MONTH = datetime(2026, 4, 1, tzinfo=UTC)


class MemoryStore:
    """Keeps months in memory, with the registry's conditions; `meanwhile` runs before the next write."""

    def __init__(self, **months: MonthUsage) -> None:
        self.months = {name.strip("m").replace("_", "-"): usage for name, usage in months.items()}
        self.rival: MonthUsage | None = None

    def usage(self, month: str) -> MonthUsage | None:
        return self.months.get(month)

    def begin_usage(self, month: str, usage: MonthUsage) -> bool:
        self._let_the_rival_in(month)
        if month in self.months:
            return False
        self.months[month] = usage
        return True

    def add_usage(self, month: str, *, unit_seconds: int, since: int, until: int) -> bool:
        self._let_the_rival_in(month)
        before = self.months.get(month)
        if before is None or before.measured_at != since:
            return False
        self.months[month] = MonthUsage(unit_seconds=before.unit_seconds + unit_seconds, measured_at=until)
        return True

    def _let_the_rival_in(self, month: str) -> None:
        if self.rival is not None:
            self.months[month], self.rival = self.rival, None


def measured(moment: datetime, unit_seconds: int = 0) -> MonthUsage:
    return MonthUsage(unit_seconds=unit_seconds, measured_at=int(moment.timestamp()))


def test_counting_begins_with_nothing() -> None:
    store = MemoryStore()

    assert count_usage(units=2, now=NOON, store=store) == 0
    assert store.months == {"2026-03": measured(NOON)}


def test_each_turn_adds_the_time_since_the_last_with_the_units_that_run_now() -> None:
    store = MemoryStore(m2026_03=measured(NOON, 100))

    assert count_usage(units=2, now=NOON + timedelta(minutes=5), store=store) == 100 + 600
    assert count_usage(units=0, now=NOON + timedelta(minutes=10), store=store) == 100 + 600
    assert count_usage(units=1, now=NOON + timedelta(hours=3, minutes=10), store=store) == 100 + 600 + 10_800


def test_a_turn_that_is_repeated_counts_once() -> None:
    store = MemoryStore(m2026_03=measured(NOON, 100))
    later = NOON + timedelta(minutes=5)

    assert count_usage(units=2, now=later, store=store) == 700
    assert count_usage(units=2, now=later, store=store) == 700
    assert count_usage(units=2, now=NOON, store=store) == 700
    assert store.months["2026-03"] == measured(later, 700)


def test_of_two_turns_at_once_one_counts() -> None:
    store = MemoryStore(m2026_03=measured(NOON, 100))
    store.rival = measured(NOON + timedelta(minutes=4), 580)

    assert count_usage(units=2, now=NOON + timedelta(minutes=5), store=store) == 580
    assert store.months["2026-03"] == measured(NOON + timedelta(minutes=4), 580)


def test_of_two_turns_that_begin_a_month_at_once_one_counts() -> None:
    store = MemoryStore(m2026_03=measured(NEW_MONTH, 7))
    store.rival = measured(NEW_MONTH + timedelta(minutes=1), 120)

    assert count_usage(units=2, now=NEW_MONTH + timedelta(minutes=2), store=store) == 120


def test_a_month_begins_anew_and_the_one_before_is_counted_to_its_end() -> None:
    store = MemoryStore(m2026_03=measured(NEW_MONTH - timedelta(minutes=2), 1000))

    assert count_usage(units=2, now=NEW_MONTH + timedelta(minutes=3), store=store) == 360
    assert store.months == {
        "2026-03": measured(NEW_MONTH, 1000 + 240),
        "2026-04": measured(NEW_MONTH + timedelta(minutes=3), 360),
    }


def test_a_month_that_was_closed_by_a_turn_that_died_is_not_counted_again() -> None:
    store = MemoryStore(m2026_03=measured(NEW_MONTH, 1240))

    assert count_usage(units=2, now=NEW_MONTH + timedelta(minutes=5), store=store) == 600
    assert store.months["2026-03"] == measured(NEW_MONTH, 1240)


def test_a_new_year_follows_december() -> None:
    year = datetime(2027, 1, 1, tzinfo=UTC)
    store = MemoryStore(m2026_12=measured(year - timedelta(minutes=1)))

    assert count_usage(units=1, now=year + timedelta(minutes=1), store=store) == 60
    assert store.months["2026-12"] == measured(year, 60)


def test_after_more_than_a_month_without_measuring_counting_begins_anew() -> None:
    store = MemoryStore(m2026_01=measured(datetime(2026, 1, 20, tzinfo=UTC), 5))

    assert count_usage(units=3, now=NOON, store=store) == 0
