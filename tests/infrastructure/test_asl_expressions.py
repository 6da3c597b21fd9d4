"""The expressions that decide something, evaluated with sample data on JSONata's Python port."""

import json
import re
from typing import Any

import pytest

from pipeline_stack.operator_parameters import SYSTEM_PARAMETER_PATTERN
from pipeline_stack.parameter_specs import OPERATOR_PARAMETERS
from tests.infrastructure.asl import Machine, evaluate, machines
from tests.infrastructure.templates import Template

DEFAULTS = {spec.name: spec.default for spec in OPERATOR_PARAMETERS}
MEASURED: dict[str, Any] = {
    "digest": "ab" * 32,
    "version_name": "set-abababababababab",
    "pictures": {"total": 20, "train": 16, "test": 4, "labels": {"apple": {}, "pear": {}}},
    "model_type": "whole_picture",
    "data_source": "images_labeled_by_folder/",
    "left_out": 0,
    "new_pictures": 20,
    "youngest_seconds": 3600,
    "skipped": {"total": 0, "reasons": {}},
    "warnings": [],
    "problem": None,
}


def workflow(template: Template, name: str) -> Machine:
    return next(machine for found, machine in machines(template).items() if found.startswith(name))


@pytest.fixture
def training(dev: Template) -> Machine:
    return workflow(dev, "Training")


@pytest.fixture
def deployment(dev: Template) -> Machine:
    return workflow(dev, "Deployment")


def assigned(machine: Machine, state: str, variable: str, **variables: Any) -> Any:
    return evaluate(machine.states[state]["Assign"][variable], **variables)


def test_valid_parameters_raise_no_problem(training: Machine) -> None:
    assert assigned(training, "Check the parameters", "problems", values=DEFAULTS) == []


@pytest.mark.parametrize("spec", OPERATOR_PARAMETERS, ids=lambda spec: spec.name)
def test_a_bad_or_missing_parameter_is_named_with_what_is_allowed(training: Machine, spec: Any) -> None:
    (problem,) = assigned(training, "Check the parameters", "problems", values={**DEFAULTS, spec.name: "x"})
    assert problem == {"name": spec.name, "words": f'{spec.name} is "x"; allowed is {spec.allowed}.'}
    without = {name: value for name, value in DEFAULTS.items() if name != spec.name}
    (problem,) = assigned(training, "Check the parameters", "problems", values=without)
    assert problem == {"name": spec.name, "words": f"{spec.name} does not exist."}


def test_a_page_of_parameters_becomes_values_by_name(training: Machine) -> None:
    page = [
        {"Name": "/TrainingPipeline-dev/Minimum-F1-Score", "Value": "0.8"},
        {"Name": "/TrainingPipeline-dev/Enable-Automatic-Training", "Value": "true"},
    ]
    for parameters in (page, page[:1], []):
        states = {"result": {"Parameters": parameters}}
        values = assigned(training, "Read the parameters", "values", states=states)
        assert values == {item["Name"].split("/")[-1]: item["Value"] for item in parameters}


@pytest.mark.parametrize(
    ("change", "source", "force", "reason"),
    [
        ({}, "schedule", False, ""),
        ({"new_pictures": 9}, "schedule", False, "trained set: 9 of 10"),
        ({"new_pictures": 0}, "operator", True, ""),
        ({"youngest_seconds": 599}, "schedule", False, "599 seconds ago"),
        ({"youngest_seconds": 599}, "operator", False, ""),
        ({"youngest_seconds": None}, "schedule", False, ""),
        ({"problem": "Too many labels."}, "operator", True, "Too many labels."),
        (
            {"pictures": {"total": 10, "labels": {"apple": {}}}, "new_pictures": 10},
            "operator",
            True,
            "Too few labels: 1 of 2",
        ),
        (
            {"pictures": {"total": 9, "labels": {"a": {}, "b": {}}}},
            "operator",
            True,
            "Too few pictures: 9 of 10",
        ),
        (
            {"pictures": {"total": 0, "labels": {}}, "youngest_seconds": None},
            "operator",
            True,
            "Too few labels: 0 of 2",
        ),
        (
            {"pictures": {"total": 10, "labels": {"logo": {}}}, "model_type": "location"},
            "schedule",
            False,
            "",
        ),
        # What a source tells of and cannot be used is the check's to tell, since this is told to nobody.
        ({"pictures": {"total": 9, "labels": {}}, "left_out": 5, "new_pictures": 9}, "schedule", False, ""),
        ({"left_out": 5, "new_pictures": 9}, "schedule", False, "trained set: 9 of 10"),
    ],
)
def test_pictures_are_weighed_as_the_rules_say(
    training: Machine, change: dict[str, Any], source: str, force: bool, reason: str
) -> None:
    found = assigned(
        training,
        "Weigh the pictures",
        "reason",
        measured={**MEASURED, **change},
        dataSource={"kind": "folders"},
        trained="",
        values=DEFAULTS,
        source=source,
        force=force,
    )
    assert reason in found
    assert bool(reason) == bool(found)


def test_the_set_trained_last_has_nothing_new_even_without_its_inventory(training: Machine) -> None:
    found = assigned(
        training,
        "Weigh the pictures",
        "reason",
        measured=MEASURED,
        trained=MEASURED["digest"],
        values=DEFAULTS,
        source="operator",
        force=False,
    )
    assert "trained set: 0 of 10" in found


@pytest.mark.parametrize(
    ("document", "understood"),
    [
        ({}, True),
        ({"source": "schedule"}, True),
        ({"force": True}, True),
        ({"data_source": {"kind": "folders"}}, True),
        ({"data_source": {"kind": "zip"}, "force": True, "source": "schedule"}, True),
        ({"data_source": "folders"}, False),
        ({"data_source": None}, False),
        ({"force": "true"}, False),
        ({"source": 1}, False),
        ({"forse": True}, False),
        ("force", False),
        ([], False),
    ],
)
def test_training_understands_its_input_or_says_no(
    training: Machine, document: Any, understood: bool
) -> None:
    states = {"context": {"Execution": {"Input": document, "Id": "arn"}}}
    assert assigned(training, "Begin", "understood", states=states) is understood


def trained_item(training: Machine, document: Any) -> Any:
    states = {"context": {"Execution": {"Input": document, "Id": "arn"}}}
    found = {assigned(training, "Begin", name, states=states) for name in ("ownItem", "trainedItem")}
    assert len(found) == 1
    return found.pop()


def test_each_source_has_a_pointer_to_its_last_trained_set(training: Machine) -> None:
    file = {"kind": "manifest", "train": "s3://b/a.csv"}
    others = [
        file,
        file | {"train": "s3://b/b.csv"},
        file | {"test": "s3://b/b.csv"},
        file | {"kind": "dataset"},
    ]

    assert (
        trained_item(training, {})
        == trained_item(training, {"data_source": {"kind": "folders"}})
        == "trained"
    )
    names = [trained_item(training, {"data_source": source}) for source in others]
    assert len(set(names)) == len(others)
    assert all(re.fullmatch("trained-[0-9a-f]{32}", name) for name in names)
    for same in (file | {"test": None}, file | {"format": "csv"}, dict(reversed(file.items()))):
        assert trained_item(training, {"data_source": same}) == names[0]


def test_a_forced_retrain_has_a_name_of_its_own_and_keeps_it(training: Machine) -> None:
    def name(*, force: bool, tried: str, me: str = "arn:one") -> Any:
        return assigned(
            training, "Name the version", "version", measured=MEASURED, force=force, tried=tried, me=me
        )

    plain = name(force=False, tried="")
    assert plain == MEASURED["version_name"]
    assert name(force=True, tried="") == plain
    forced = name(force=True, tried=plain)
    assert forced == name(force=True, tried=plain) != name(force=True, tried=plain, me="arn:two")
    assert forced.startswith(f"{plain}-")
    assert len(forced) == len(plain) + 9


def counted(kind: str, written: int, kept: int, in_error: int = 0) -> dict[str, Any]:
    """As `Count the … entries` notes it."""
    side, name = {"TRAIN": ("training", "train"), "TEST": ("testing", "test")}[kind]
    return {
        "kind": kind,
        "side": side,
        "arn": f"arn:{name}",
        "manifest": {"Bucket": "b", "Name": f"manifests/d/{name}.manifest"},
        "written": written,
        "kept": kept,
        "in_error": in_error,
    }


def test_what_rekognition_kept_is_counted_of_both_sides(training: Machine) -> None:
    variables = {
        "datasets": [{"type": "TEST", "arn": "arn:test"}, {"type": "TRAIN", "arn": "arn:train"}],
        "measured": {
            "bucket": "b",
            "pictures": {"train": 16, "test": 4},
            "manifests": {"train": "manifests/d/train.manifest", "test": "manifests/d/test.manifest"},
        },
    }

    def found(kind: str, *earlier: Any, **stats: int) -> Any:
        states = {"result": {"DatasetDescription": {"DatasetStats": stats}}}
        return assigned(
            training, f"Count the {kind} entries", "counts", states=states, counts=list(earlier), **variables
        )

    train = counted("TRAIN", 16, 15, 2)
    assert found("TRAIN", "of an earlier time", TotalEntries=15, ErrorEntries=2) == [train]
    assert found("TEST", train, TotalEntries=4) == [train, counted("TEST", 4, 4)]


@pytest.mark.parametrize(
    ("train", "test", "words"),
    [
        ((80, 80), (20, 20), None),
        ((80, 79), (20, 20), "Rekognition kept 79 of the 80 lines of the TRAIN manifest."),
        (
            (80, 80),
            (20, 20, 1),
            "Rekognition kept 20 of the 20 lines of the TEST manifest, 1 of them with errors.",
        ),
        (
            (80, 78, 3),
            (20, 19),
            "Rekognition kept 78 of the 80 lines of the TRAIN manifest, 3 of them with errors. "
            "Rekognition kept 19 of the 20 lines of the TEST manifest.",
        ),
        ((80, 81), (20, 20), "Rekognition kept 81 of the 80 lines of the TRAIN manifest."),
    ],
)
def test_lines_that_were_not_kept_are_asked_about(
    training: Machine, train: tuple[int, ...], test: tuple[int, ...], words: str | None
) -> None:
    counts = [counted("TRAIN", *train), counted("TEST", *test)]
    lost = [one for one in counts if one["kept"] != one["written"] or one["in_error"]]
    (complete,) = training.states["Did Rekognition keep every line?"]["Choices"]

    assert evaluate(complete["Condition"], counts=counts) is (words is None)
    if words is not None:
        assert assigned(training, "Note what was left out", "reason", counts=counts) == words
        payload = training.states["Find out what was left out"]["Arguments"]["Payload"]
        asked = [{name: value for name, value in one.items() if name != "kind"} for one in lost]
        assert evaluate(payload["datasets"], counts=counts) == asked


@pytest.mark.parametrize(
    ("train", "test", "too_few"),
    [
        ((80, 79), (20, 20), False),
        ((80, 64), (20, 16), False),
        ((80, 63), (20, 20), True),
        ((80, 80), (20, 15), True),
        ((80, 70, 6), (20, 20), False),
        ((80, 70, 7), (20, 20), True),
        ((80, 80, 80), (20, 20), True),
        ((80, 80), (20, 0), True),
        ((80, 99), (20, 20), False),
    ],
)
def test_more_than_a_fifth_of_either_side_is_too_much_to_lose(
    training: Machine, train: tuple[int, ...], test: tuple[int, ...], too_few: bool
) -> None:
    (refuse,) = training.states["Is enough left?"]["Choices"]
    counts = [counted("TRAIN", *train), counted("TEST", *test)]

    assert refuse["Next"] == "Refuse what is left"
    assert evaluate(refuse["Condition"], counts=counts) is too_few


def test_the_manifests_of_refused_datasets_are_looked_at(training: Machine) -> None:
    files = training.states["Weigh the refused dataset"]["Assign"]["files"]
    measured = {"bucket": "b", "manifests": {"train": "m/train.manifest", "test": "m/test.manifest"}}

    def found(*kinds: str) -> Any:
        return evaluate(files["manifests"], refusedKinds=list(kinds), measured=measured)

    train, test = ({"Bucket": "b", "Name": f"m/{name}.manifest"} for name in ("train", "test"))
    assert found("TRAIN") == {"training": train}
    assert found("TRAIN", "TEST") == {"training": train, "testing": test}


@pytest.mark.parametrize("words", ["", "The pictures are too small."])
@pytest.mark.parametrize(("data", "said"), [(True, "until they change"), (False, "the next run tries again")])
def test_a_refusal_is_told_with_what_was_found_out(
    training: Machine, words: str, data: bool, said: str
) -> None:
    cause = assigned(
        training,
        "Explain the refusal",
        "cause",
        version="set-1",
        reason="Boom.",
        explanation={"words": words, "data_is_the_reason": data},
    )
    assert cause.startswith(f"Rekognition could not train set-1: Boom. {words}".strip() + " The ")
    assert said in cause


def test_files_that_rekognition_did_not_write_are_not_asked_for(training: Machine) -> None:
    payload = training.states["Find out what is wrong"]["Arguments"]["Payload"]
    place = {"Bucket": "b", "Name": "k"}
    assert evaluate(payload["summary"], files={"summary": place}) == place
    assert evaluate(payload["training"], files={"summary": place}) is None
    assert evaluate(payload["testing"], files={}) is None


def test_an_explanation_that_fails_leaves_rekognitions_own_words(training: Machine) -> None:
    found = assigned(training, "Go on without an explanation", "explanation", cause="S3 was not there.")
    assert found == {
        "words": "What exactly is wrong could not be found out: S3 was not there.",
        "data_is_the_reason": False,
    }


def test_a_functions_own_words_are_what_the_operator_reads(training: Machine) -> None:
    catch = training.states["Judge the version"]["Catch"][-1]["Assign"]["cause"]

    def words(cause: str) -> Any:
        return evaluate(catch, states={"errorOutput": {"Error": "X", "Cause": cause}})

    said = 'Summary "a\\b" is\nunreadable: {"é"}'
    assert words(json.dumps({"errorMessage": said, "errorType": "X", "stackTrace": ["a"]})) == said
    assert words("Task timed out") == "Task timed out"
    assert words('{"errorMessage": "cut off he') == '{"errorMessage": "cut off he'


def test_hosted_models_are_always_a_list(training: Machine) -> None:
    def version(name: str, status: str, **more: int) -> dict[str, Any]:
        arn = f"arn:aws:rekognition:r:1:project/p/version/{name}/17"
        return {"ProjectVersionArn": arn, "Status": status, **more}

    def hosted(*versions: dict[str, Any]) -> Any:
        states = {"result": {"ProjectVersionDescriptions": list(versions)}}
        return assigned(training, "List hosted models", "hosted", states=states)

    assert hosted() == []
    one = hosted(version("a", "RUNNING", MinInferenceUnits=2), version("b", "STOPPED"))
    arn = "arn:aws:rekognition:r:1:project/p/version/a/17"
    assert one == [{"version": "a", "arn": arn, "status": "RUNNING", "units": 2}]
    assert hosted(version("a", "STARTING"))[0]["units"] == 1
    assert [model["version"] for model in hosted(version("a", "RUNNING"), version("c", "STOPPING"))] == [
        "a",
        "c",
    ]


@pytest.mark.parametrize("live", [None, {"version": {"S": "set-1"}, "deployed_at": {"S": "2026-11-20"}}])
def test_the_system_parameter_is_json_that_parameter_store_takes(
    deployment: Machine, live: dict[str, Any] | None
) -> None:

    item = live and {**live, "pictures": {"N": "20"}, "f1": {"N": "0.9"}}
    states = {"result": {"Item": item} if item else {}}
    pointer = assigned(deployment, "Read the live pointer", "live", states=states)
    context: dict[str, Any] = {"context": {"Execution": {}}}
    arguments = deployment.states["Write For-System-Use-Only"]["Arguments"]
    text = evaluate(arguments["Value"], live=pointer, states=context)
    assert json.loads(text)["previous_trained_images"] == (20 if live else 0)
    assert re.fullmatch(SYSTEM_PARAMETER_PATTERN, text)
    assert "{{" not in text
    assert "}}" not in text


def test_a_redriven_execution_cannot_evaluate_a_changing_argument(deployment: Machine) -> None:
    argument = deployment.states["Start the model"]["Arguments"]["ProjectVersionArn"]

    def value(**execution: Any) -> Any:
        return evaluate(argument, described={"arn": "a"}, states={"context": {"Execution": execution}})

    assert value() == "a"
    assert value(RedriveCount=0) == "a"
    with pytest.raises(Exception, match="redriven"):
        value(RedriveCount=1)


def test_subjects_stay_within_what_sns_takes(training: Machine) -> None:
    subject = training.states["Explain the failure"]["Assign"]["subject"]
    text = evaluate(subject, errorName="Rekognition." + "VeryLongErrorName" * 10)
    assert len(text) == 99
    assert text.isascii()


def test_messages_state_what_is_known_and_leave_out_what_is_not(training: Machine) -> None:
    message = training.states["Nothing to train"]["Assign"]["message"]
    me = "arn:aws:states:eu-west-1:1:execution:t:name"
    bare = evaluate(message, report={"warnings": []}, me=me, reason="No pictures.")
    assert bare.splitlines()[0] == "The check found no reason to train."
    assert "Pictures:" not in bare
    assert bare.endswith(f"region=eu-west-1#/v2/executions/details/{me}")
    full = evaluate(
        message,
        report={
            "version": "set-1",
            "f1": 0.91234,
            "minimum_f1": 0.8,
            "pictures": MEASURED["pictures"],
            "new_pictures": 20,
            "skipped": {"total": 3, "reasons": {"unsupported_type": {"count": 2}, "empty": {"count": 1}}},
            "warnings": ["plum has one picture."],
        },
        me=me,
        reason="No pictures.",
    )
    for line in (
        "Model: set-1",
        "F1: 0.912 (minimum 0.8)",
        "Pictures: 20 (16 to train, 4 to test, 2 labels)",
        "New since the last trained set: 20",
        "Files left out: 3 (2 unsupported type, 1 empty)",
        "Please note: plum has one picture.",
    ):
        assert line in full.splitlines(), full


def test_what_a_check_that_passed_leaves_to_say_is_one_note(training: Machine) -> None:
    def notes(quarantined: int, warnings: int) -> Any:
        found = {"quarantined": quarantined, "warnings": warnings, "report": "s3://b/check.html"}
        return assigned(training, "Check the pictures", "checkNotes", states={"result": {"Payload": found}})

    assert notes(0, 0) == []
    assert notes(1, 0) == ["1 picture was left out. See s3://b/check.html"]
    assert notes(2, 1) == [
        "2 pictures were left out. The check of the pictures has 1 warning. See s3://b/check.html"
    ]


@pytest.mark.parametrize(
    ("record", "tried"),
    [
        ({"outcome": "rejected"}, True),
        ({"outcome": "failed"}, True),
        ({"outcome": "failed", "rules": "1-1-strict"}, True),
        ({"outcome": "failed", "rules": "1-1-quarantine"}, False),
        ({"outcome": "faulted"}, False),
        ({}, False),
    ],
)
def test_a_failed_set_is_tried_again_under_other_rules(
    training: Machine, record: dict[str, str], tried: bool
) -> None:
    (choice,) = training.states["Tried and found wanting?"]["Choices"]
    assert evaluate(choice["Condition"], force=False, record=record, values=DEFAULTS) is tried
    assert evaluate(choice["Condition"], force=True, record=record, values=DEFAULTS) is False


@pytest.mark.parametrize(
    ("failed", "again"), [({"rules": "1-1-strict"}, False), ({"rules": "1-5-strict"}, True), ({}, True)]
)
def test_a_set_that_failed_its_check_is_checked_again_under_other_rules(
    training: Machine, failed: dict[str, str], again: bool
) -> None:
    (choice,) = training.states["Did they fail their check?"]["Choices"]
    assert evaluate(choice["Condition"], force=False, failedCheck=failed, values=DEFAULTS) is not again
    assert evaluate(choice["Condition"], force=True, failedCheck=failed, values=DEFAULTS) is False


def test_a_set_with_a_picture_that_cannot_be_read_is_not_judged_for_good(training: Machine) -> None:
    passed, unread = training.states["Are the pictures sound?"]["Choices"]
    for check, expected in (
        ({"passed": True, "lasting": True}, (True, False)),
        ({"passed": False, "lasting": False}, (False, True)),
        ({"passed": False, "lasting": True}, (False, False)),
    ):
        found = tuple(evaluate(choice["Condition"], check=check) for choice in (passed, unread))
        assert found == expected
    assert unread["Next"] == "The pictures failed their check"
