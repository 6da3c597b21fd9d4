import pytest

from lambdas.explain_failure.catalogue import OF_DROPPED, OF_LINES, OF_SETS, codes_in, meaning_of
from lambdas.explain_failure.uncoded import meaning_of_text, speaks_of_data
from local_aws.rekognition.line_errors import CONTENT_MESSAGES, FILE_MESSAGES, LINE_MESSAGES

# Texts of manifest file errors, which come without a code. An empty file is told by its text only.
UNCODED = {"ERROR_EMPTY_MANIFEST", "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET"}


@pytest.mark.parametrize("code", [*CONTENT_MESSAGES, *sorted(set(FILE_MESSAGES) - UNCODED), *LINE_MESSAGES])
def test_every_code_of_the_guide_has_a_meaning(code: str) -> None:
    meaning = meaning_of(code)

    assert meaning.why.endswith(".")
    assert meaning.fix.endswith(".")
    assert "listed" not in meaning.fix, "a refused dataset lists no pictures"
    assert meaning is (OF_SETS if code in {*CONTENT_MESSAGES, *FILE_MESSAGES} else OF_LINES)[code]


@pytest.mark.parametrize("code", OF_DROPPED)
def test_lines_that_are_dropped_without_a_code_have_a_meaning_too(code: str) -> None:
    meaning = meaning_of(code)

    assert meaning is OF_DROPPED[code]
    assert (meaning.whose == "data") is (code != "NOT_KEPT")


def test_a_code_that_aws_added_since_leads_to_the_guide() -> None:
    assert "guide" in meaning_of("ERROR_OF_NEXT_YEAR").fix


def test_codes_are_found_in_a_text_once_and_in_order() -> None:
    said = "ERROR_B_1: first. (ERROR_A), ERROR_B_1 again; an ERROR and a WARNING_C."

    assert codes_in(said) == ["ERROR_B_1", "ERROR_A", "WARNING_C"]
    assert codes_in("The manifest file is empty.") == []


@pytest.mark.parametrize(
    ("code", "whose"),
    [
        ("ERROR_EMPTY_MANIFEST", "data"),
        ("ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET", "access"),
        ("ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET", "access"),
        ("ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT", "access"),
        ("ERROR_MANIFEST_SIZE_TOO_LARGE", "data"),
        ("ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM", "data"),
        ("ERROR_TOO_MANY_RECORDS_IN_ERROR", "data"),
        ("ERROR_MANIFEST_TOO_MANY_LABELS", "data"),
        ("ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE", "data"),
    ],
)
def test_a_file_error_is_recognised_by_its_words(code: str, whose: str) -> None:
    meaning = meaning_of_text(FILE_MESSAGES[code])

    assert meaning is not None
    assert meaning.whose == whose
    assert code in UNCODED or meaning.fix == OF_SETS[code].fix or whose == "access"


def test_a_fault_of_the_service_is_nobodys() -> None:
    meaning = meaning_of_text("Amazon Rekognition experienced a service issue.")

    assert meaning is not None
    assert meaning.whose == "service"
    assert meaning_of_text("Boom.") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The training data is unusable.", True),
        ("The manifest has too few usable images.", True),
        ("Boom.", False),
        ("Too many requests.", False),
        ("You have insufficient permissions.", False),
        ("", False),
    ],
)
def test_words_without_a_code_speak_of_the_data_or_not(text: str, expected: bool) -> None:
    assert speaks_of_data(text) is expected
