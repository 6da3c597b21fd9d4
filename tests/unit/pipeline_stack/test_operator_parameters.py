import re

import pytest

from pipeline_stack.operator_parameters import SYSTEM_PARAMETER_INITIAL_VALUE, SYSTEM_PARAMETER_PATTERN
from pipeline_stack.parameter_specs import OPERATOR_PARAMETERS, ParameterSpec

GARBAGE = (
    "",
    " ",
    "x",
    "-1",
    "+1",
    "1e3",
    "01",
    "1,5",
    "NaN",
    "1\n",
    " 1",
    "1 ",
    "TRUE",
    "True",
    "yes",
    "null",
)
NUMBERS = [f"{n / 4:g}" for n in range(-8, 440)] + [
    "0.000001",
    "0.0000001",
    "1.000001",
    "100.000001",
    "99.999999",
]


def named(name: str) -> ParameterSpec:
    return next(spec for spec in OPERATOR_PARAMETERS if spec.name == name)


def each_of_kind(*kinds: str) -> pytest.MarkDecorator:
    specs = [spec for spec in OPERATOR_PARAMETERS if spec.kind in kinds]
    return pytest.mark.parametrize("spec", specs, ids=[spec.name for spec in specs])


def takes(spec: ParameterSpec, value: str) -> bool:
    return re.fullmatch(spec.pattern, value) is not None


def in_range(spec: ParameterSpec, value: float) -> bool:
    assert spec.minimum is not None
    assert spec.maximum is not None
    return spec.minimum <= value <= spec.maximum


def test_the_parameters_have_the_names_and_defaults_that_operators_know() -> None:
    assert {spec.name: spec.default for spec in OPERATOR_PARAMETERS} == {
        "Enable-Automatic-Training": "true",
        "Automatic-Training-Poll-Frequency": "600",
        "Minimum-Untrained-Images": "10",
        "Minimum-Images-Per-Label": "1",
        "Minimum-F1-Score": "0.8",
        "Minimum-Label-F1-Score": "0",
        "Champion-Tolerance": "0.02",
        "Require-Approval": "false",
        "Minimum-Inference-Units": "1",
        "Maximum-Inference-Units": "0",
        "Minimum-Label-Detection-Confidence": "70",
        "Enable-A2I-Workflow": "true",
        "Enable-Automatic-Human-Sampling": "true",
        "Automatic-Human-Sampling-Frequency": "600",
        "Human-Sampling-Interval": "1000",
    }


@each_of_kind("boolean", "integer", "number")
def test_a_default_is_a_value_that_may_be_typed(spec: ParameterSpec) -> None:
    assert takes(spec, spec.default)


@each_of_kind("boolean")
def test_a_switch_takes_true_and_false_only(spec: ParameterSpec) -> None:
    assert [value for value in ("true", "false", "1", "0", *GARBAGE) if takes(spec, value)] == [
        "true",
        "false",
    ]


@each_of_kind("integer")
def test_a_whole_number_is_taken_exactly_when_it_is_in_range(spec: ParameterSpec) -> None:
    assert spec.maximum is not None
    near_the_end = range(int(spec.maximum) - 1000, int(spec.maximum) + 1000)
    for value in (*range(-5, 50_000), *near_the_end, 10 * int(spec.maximum), 99_999_999):
        assert takes(spec, str(value)) == in_range(spec, value), value


@each_of_kind("integer")
def test_a_whole_number_has_no_decimals(spec: ParameterSpec) -> None:
    assert not takes(spec, "1.0")
    assert not takes(spec, "1.5")


@each_of_kind("number")
def test_a_number_is_taken_exactly_when_it_is_in_range_and_has_at_most_6_decimals(
    spec: ParameterSpec,
) -> None:
    for value in NUMBERS:
        short = len(value.partition(".")[2]) <= 6
        assert takes(spec, value) == (in_range(spec, float(value)) and short), value


@each_of_kind("integer", "number")
def test_what_is_no_plain_number_is_refused(spec: ParameterSpec) -> None:
    assert [value for value in GARBAGE if takes(spec, value)] == []


@each_of_kind("boolean", "integer", "number")
def test_a_pattern_is_anchored_and_of_the_syntax_that_java_javascript_and_python_share(
    spec: ParameterSpec,
) -> None:
    assert spec.pattern.startswith("^(")
    assert spec.pattern.endswith(")$")
    assert re.fullmatch(r"[\^$()\[\]{}|?\\.,0-9a-z-]+", spec.pattern)
    assert len(spec.pattern) <= 1024  # Parameter Store's limit


@each_of_kind("integer", "number")
def test_the_words_for_people_name_the_range_that_the_pattern_has(spec: ParameterSpec) -> None:
    assert spec.minimum is not None
    assert spec.maximum is not None
    words = f"{spec.minimum:g} to {spec.maximum:.0f}"

    assert words in spec.allowed
    assert words in spec.description
    assert len(spec.description) <= 1024  # Parameter Store's limit


@pytest.mark.parametrize(
    "value",
    [
        SYSTEM_PARAMETER_INITIAL_VALUE,
        '{"live_model":{"version":"set-0123","f1":0.9},"previous_trained_images":20}',
        '{"previous_trained_images": 20, "live_model": {"version": "set-0123"} }',
    ],
)
def test_the_system_parameter_takes_one_object(value: str) -> None:
    assert re.fullmatch(SYSTEM_PARAMETER_PATTERN, value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{}",
        "[]",
        "20",
        '{{"a":1} }',
        '{"previous_trained_images":20,"live_model":{"version":"set-0123"}}',
    ],
)
def test_the_system_parameter_refuses_double_braces_which_parameter_store_reserves(value: str) -> None:
    assert not re.fullmatch(SYSTEM_PARAMETER_PATTERN, value)
