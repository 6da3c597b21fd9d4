import pytest

from lambdas.explain_failure import findings
from lambdas.explain_failure.findings import gather
from lambdas.explain_failure.training_files import LineError, SetError


def line(code: str, number: int) -> LineError:
    return LineError(code, "said", "training", number, f"s3://b/{number}.jpg")


def test_a_code_of_both_sides_is_one_finding() -> None:
    errors = [
        SetError("ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", "", "training"),
        SetError("ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", "", "testing"),
        SetError("ERROR_INSUFFICIENT_LABEL_OVERLAP", "", None),
    ]

    found = gather("The manifest file contains too many invalid rows.", errors, [])

    assert [(each.code, each.sides) for each in found.sets] == [
        ("ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", ("training", "testing")),
        ("ERROR_INSUFFICIENT_LABEL_OVERLAP", ()),
    ]
    assert found.whose == "data"


def test_lines_are_counted_by_code_most_frequent_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "PLACES_KEPT", 2)
    lines = [line("ERROR_B", 1), line("ERROR_A", 1), *(line("ERROR_A", number) for number in range(2, 5))]

    found = gather("", [], lines)

    assert [(each.code, each.count, len(each.places)) for each in found.lines] == [
        ("ERROR_A", 4, 2),
        ("ERROR_B", 1, 1),
    ]


@pytest.mark.parametrize(
    ("said", "data"),
    [
        ("The manifest file contains too few usable labels (ERROR_MANIFEST_TOO_FEW_USABLE_LABELS).", True),
        ("ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", True),
        ("ERROR_MANIFEST_SIZE_TOO_LARGE", True),
        ("The training data is unusable.", True),
        ("ERROR_OF_NEXT_YEAR: nobody knows.", False),
        ("Too many training jobs are running; the service is busy.", False),
        ("Boom.", False),
        ("The manifest file extension or contents are invalid.", False),
        ("ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET", False),
        ("ERROR_FAILED_IMAGES_S3_COPY", False),
        ("Amazon Rekognition experienced a service error.", False),
        ("Amazon Rekognition experienced a service issue.", False),
        ("Internal server error", False),
        ("Access denied to the output bucket", False),
        ("", False),
    ],
)
def test_only_reasons_in_the_data_are_held_against_the_data(said: str, data: bool) -> None:
    assert (gather(said, [], []).whose == "data") is data


def test_a_missing_permission_beside_bad_pictures_is_no_verdict_on_them() -> None:
    errors = [
        SetError("ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", "", "training"),
        SetError("ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET", "", "testing"),
    ]

    assert gather("", errors, []).whose == "access"
