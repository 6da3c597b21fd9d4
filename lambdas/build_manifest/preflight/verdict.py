"""Whether a set of labelled pictures would be trained on, found out before anything is paid for.

Every rule that Custom Labels documents, and some of ours: see the modules of rules. What only the
service can tell is not checked: permissions, the owner of the bucket, pixels behind a sound header.
"""

from dataclasses import dataclass, field

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..labelled.model_type import Purpose, StyleCount, purpose_of
from ..labelled.trouble import LeftOut, Trouble
from ..limits import SetLimits
from . import label_set_rules, set_rules
from .copy_rules import copies_should_agree, keys_must_not_repeat, sides_must_not_share
from .examined import Examined
from .findings import Findings
from .sorting import Given, Side, sort_out
from .tally import Tally


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What operators set.

    `quarantine`: bad pictures are left out and the others are judged. Without it each of them is
    an error of the set. In both cases no more than 20 % may be bad: a set of which more is left
    out is not the set that somebody meant.
    """

    limits: SetLimits
    minimum_images_per_label: int = 1
    quarantine: bool = False


@dataclass(slots=True, kw_only=True)
class Verdict:
    """`train` and `test` are the pictures to train on and to test with, ready to be written.

    `errors` are what keeps the set from being trained; `quarantined` is what was left out instead.
    """

    purpose: Purpose
    quarantine: bool
    errors: Findings = field(default_factory=Findings)
    warnings: Findings = field(default_factory=Findings)
    quarantined: Findings = field(default_factory=Findings)
    train: list[Examined] = field(default_factory=list)
    test: list[Examined] | None = None
    train_tally: Tally = field(default_factory=lambda: Tally(name="set"))
    test_tally: Tally | None = None

    @property
    def passed(self) -> bool:
        return not self.errors

    def add(self, trouble: Trouble) -> None:
        if not trouble.is_error:
            self.warnings.add(trouble)
        elif self.quarantine and trouble.left_out is not LeftOut.NOTHING:
            self.quarantined.add(trouble)
        else:
            self.errors.add(trouble)


def judge(train: Given, test: Given | None, rules: Rules) -> Verdict:
    """Judge a set; `test` is None if its test pictures have yet to be split off.

    Then rules that need both sides are not applied: judge the sides again after the split.
    """
    purpose = purpose_of(_styles(train), None if test is None else _styles(test))
    verdict = Verdict(purpose=purpose, quarantine=rules.quarantine)
    training = sort_out("set" if test is None else "training set", train, purpose.train, verdict.add)
    testing = None if test is None else sort_out("test set", test, purpose.test, verdict.add)
    _leave_out_copies(training, testing, verdict)
    verdict.train, verdict.train_tally = training.kept(), training.tally
    if testing is not None:
        verdict.test, verdict.test_tally = testing.kept(), testing.tally
    _judge_whole(verdict, rules)
    return verdict


def _styles(given: Given) -> StyleCount:
    return StyleCount.of(examined.picture for examined in given.pictures)


def _leave_out_copies(training: Side, testing: Side | None, verdict: Verdict) -> None:
    for side in (training, testing):
        if side is not None:
            for index, trouble in keys_must_not_repeat(side.pictures):
                side.leave_out(index, trouble, verdict.add)
    if testing is not None:
        for index, trouble in sides_must_not_share(training.pictures, testing.pictures):
            training.leave_out(index, trouble, verdict.add)


def _judge_whole(verdict: Verdict, rules: Rules) -> None:
    train, test = verdict.train_tally, verdict.test_tally
    found: list[Trouble] = []
    for side, most in ((train, rules.limits.train), (test, rules.limits.test)):
        if side is not None:
            for rule in set_rules.EITHER_SIDE_RULES:
                found += rule(side)
            found += set_rules.lines_must_fit(side, most)
    found += set_rules.bad_pictures_must_be_few(train, test, quarantine=rules.quarantine)
    found += set_rules.labels_must_keep_a_picture(train)
    found += label_set_rules.labels_must_be_enough(train, verdict.purpose.model)
    found += label_set_rules.pictures_must_be_enough(train, test)
    found += label_set_rules.labels_must_have_pictures(train, test, rules.minimum_images_per_label)
    found += label_set_rules.labels_should_differ(train, test)
    if test is not None:
        found += label_set_rules.overlap_must_be_enough(train, test, quarantine=rules.quarantine)
        found += label_set_rules.tested_labels_should_be_trained(train, test)
        found += set_rules.tests_of_a_label_must_be_few(test)
    found += copies_should_agree([*verdict.train, *(verdict.test or [])])
    for trouble in found:
        verdict.add(trouble)
