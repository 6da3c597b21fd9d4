from lambdas.explain_failure.findings import Findings, gather
from lambdas.explain_failure.training_files import LineError, SetError
from lambdas.explain_failure.words import EXAMPLES, MOST_CHARACTERS, in_words

INVALID_IMAGE, NO_BOX = "ERROR_INVALID_IMAGE", "ERROR_INVALID_BOUNDING_BOX"


def lines(code: str, count: int, *, name: str = "s3://b/pears/{}.jpg") -> list[LineError]:
    return [LineError(code, "", "training", number, name.format(number)) for number in range(count)]


def found(*errors: LineError, said: str = "") -> Findings:
    return gather(said, [], errors)


def test_nothing_is_added_where_nothing_more_is_known() -> None:
    assert in_words(found(said="Boom."), report=None) == ""


def test_what_is_wrong_with_the_set_comes_first_with_code_and_sides() -> None:
    findings = gather(
        "", [SetError("ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", "", "testing")], lines(INVALID_IMAGE, 1)
    )

    words = in_words(findings, report="s3://b/report.html")

    assert words.startswith("More than 20 % of the lines cannot be used")
    assert "(ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST, testing set)" in words
    assert "1 line: The picture is missing" in words
    assert "(ERROR_INVALID_IMAGE): pears/0.jpg." in words
    assert words.endswith("The whole list: s3://b/report.html")


def test_twenty_pictures_are_named_and_the_rest_counted() -> None:
    words = in_words(found(*lines(INVALID_IMAGE, 1234)), report=None)

    assert words.count("pears/") == EXAMPLES
    assert "1,234 lines: " in words
    assert words.endswith("pears/19.jpg and 1,214 more.")


def test_each_kind_of_error_gets_its_share_of_the_names() -> None:
    words = in_words(
        found(*lines(INVALID_IMAGE, 100), *lines(NO_BOX, 3, name="s3://b/apples/{}")), report=None
    )

    assert words.count("pears/") == EXAMPLES / 2
    assert words.count("apples/") == 3


def test_a_line_without_a_picture_is_named_by_its_place() -> None:
    error = LineError("ERROR_INVALID_JSON_LINE", "", "testing", 7, "")

    assert ": line 7 of the testing manifest." in in_words(found(error), report=None)


def test_a_line_without_picture_and_number_is_one_of_its_manifest() -> None:
    error = LineError("ERROR_INVALID_JSON_LINE", "", "testing", 0, "")

    assert ": a line of the testing manifest." in in_words(found(error), report=None)


def test_a_note_stands_behind_the_lines_and_before_the_report() -> None:
    words = in_words(found(*lines(INVALID_IMAGE, 1)), report="s3://b/r.html", note="More may be.")

    assert words.endswith("pears/0.jpg. More may be. The whole list: s3://b/r.html")


def test_long_names_and_many_kinds_stay_within_a_message() -> None:
    long = lines(INVALID_IMAGE, 30, name="s3://b/" + "x" * 900 + "/{}.jpg")
    kinds = [line for number in range(60) for line in lines(f"ERROR_{number}", 1)]

    words = in_words(found(*long, *kinds), report="s3://b/report.html")

    assert len(words) <= MOST_CHARACTERS
    assert words.endswith("… The whole list: s3://b/report.html")
    assert "x/0.jpg" in words
