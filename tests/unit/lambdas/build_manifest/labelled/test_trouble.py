from lambdas.build_manifest.labelled.model import Place
from lambdas.build_manifest.labelled.trouble import LeftOut, Severity, Trouble, broken, counted, quoted


def test_a_trouble_says_where_what_was_found_what_is_allowed_and_what_to_do() -> None:
    trouble = broken(
        "ERROR_X", Place("a.csv", "line", 1_234), key="a.jpg", found="x", allowed="y", fix="Do z."
    )

    assert str(trouble) == "a.csv, line 1,234: a.jpg: x. Allowed: y. Do z. (ERROR_X)"


def test_a_trouble_of_the_whole_set_has_no_place() -> None:
    trouble = Trouble(
        code="ERROR_X",
        severity=Severity.ERROR,
        left_out=LeftOut.NOTHING,
        found="x",
        allowed="y",
        fix="Do z.",
    )

    assert str(trouble) == "x. Allowed: y. Do z. (ERROR_X)"


def test_what_a_file_holds_is_quoted_on_one_line_and_cut() -> None:
    assert quoted("a\nb\x1b[31m\u202e") == "a\ufffdb\ufffd[31m\ufffd"
    assert quoted(None) == "None"
    assert len(quoted("x" * 10_000)) == 200
    assert len(quoted(["x" * 10_000])) == 200


def test_counts_are_in_singular_and_plural() -> None:
    assert [counted(1, "box", "boxes"), counted(2, "box", "boxes"), counted(1_000, "label")] == [
        "1 box",
        "2 boxes",
        "1,000 labels",
    ]
