import pytest

from lambdas.build_manifest.errors import LabelFileUnreadable
from lambdas.build_manifest.labelled.csv_rows import read_csv
from lambdas.build_manifest.labelled.model import Box, LabelledPicture, Place
from lambdas.build_manifest.labelled.trouble import Severity

from .reading import BASE, Found, in_pieces, only_picture, only_trouble, sorted_out

BOXES = "image,label,left,top,width,height\n"


def read(text: str) -> Found:
    return read_csv([text.encode()], source="a.csv", base=BASE)


def test_each_row_gives_a_picture_a_label() -> None:
    assert only_picture(read("image,label\na.jpg,cat\n")) == LabelledPicture(
        "pictures-bucket", "photos/a.jpg", ("cat",), (), None, Place("a.csv", "line", 2)
    )


def test_rows_of_one_picture_are_joined_wherever_they_are() -> None:
    rows = "image,label\na.jpg,cat\nb.jpg,cat\ns3://pictures-bucket/photos/a.jpg,small\na.jpg,cat\n"

    pictures, troubles = sorted_out(read(rows))

    assert troubles == []
    assert [(found.key, found.labels, found.place and found.place.number) for found in pictures] == [
        ("photos/a.jpg", ("cat", "small"), 2),
        ("photos/b.jpg", ("cat",), 3),
    ]


def test_a_row_may_be_a_box() -> None:
    found = only_picture(read(BOXES + "a.jpg,cat,1,2,30.4,40\na.jpg,dog,5,6,7,8\n"))

    assert found.boxes == (Box("cat", 1, 2, 30, 40), Box("dog", 5, 6, 7, 8))
    assert (found.labels, found.size) == ((), None)


def test_a_row_without_numbers_among_boxes_is_a_label_of_the_whole_picture() -> None:
    assert only_picture(read(BOXES + "a.jpg,cat,,,,\n")).labels == ("cat",)


def test_columns_may_be_in_any_order_and_their_names_in_capitals() -> None:
    assert only_picture(read("Label, Image \ncat,a.jpg\n")).key == "photos/a.jpg"
    assert only_picture(read("height,width,top,left,label,image\n4,3,2,1,cat,a.jpg\n")).boxes == (
        Box("cat", 1, 2, 3, 4),
    )


@pytest.mark.parametrize("length", [1, 2, 3, 1_000])
def test_quotes_line_ends_in_quotes_a_bom_and_crlf_are_understood(length: int) -> None:
    text = '\ufeffimage,label\r\n"a,b.jpg","the ""big""\r\ncat"\r\n\r\n" é.jpg", dog'

    pictures, troubles = sorted_out(read_csv(in_pieces(text.encode(), length), source="a.csv", base=BASE))

    assert troubles == []
    assert [(found.key, found.labels, found.place and found.place.number) for found in pictures] == [
        ("photos/a,b.jpg", ('the "big"\ncat',), 2),
        ("photos/ é.jpg", (" dog",), 5),
    ]


def test_an_empty_label_is_a_warning_unless_another_row_labels_the_picture() -> None:
    pictures, (warning,) = sorted_out(read("image,label\na.jpg,\nb.jpg,\nb.jpg,cat\n"))

    assert (warning.code, warning.severity, warning.key) == (
        "WARNING_UNANNOTATED_RECORD",
        Severity.WARNING,
        "photos/a.jpg",
    )
    assert [found.labels for found in pictures] == [("cat",)]


@pytest.mark.parametrize(
    "row",
    [
        "a.jpg",
        "a.jpg,cat,1,2,3",
        "a.jpg,cat,1,2,3,4,5",
        "a.jpg,cat,1,2,3,",
        "a.jpg,cat,1,2,3,x",
        "a.jpg,cat,1,2,3,nan",
        "a.jpg,cat,1,2,3,1e400",
        "a.jpg,cat,1,2,3,1_0",
        'a.jpg,cat,1,2,3,"4,5"',
        "a.jpg,,1,2,3,4",
    ],
)
def test_one_unusable_row_leaves_its_picture_out_whatever_the_other_rows_say(row: str) -> None:
    found = only_trouble(read(f"{BOXES}a.jpg,cat,1,2,3,4\n{row}\na.jpg,cat,,,,\n"))

    assert (found.code, found.key) == ("ERROR_INVALID_ROW", "photos/a.jpg")
    assert found.place == Place("a.csv", "line", 3)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",cat", "ERROR_INVALID_SOURCE_REF_FORMAT"),
        ("http://x/a.jpg,cat", "ERROR_INVALID_SOURCE_REF_FORMAT"),
        ('"a"b.jpg,cat', "ERROR_INVALID_ROW"),
    ],
)
def test_a_row_of_no_picture_is_an_error_and_the_next_is_read(row: str, code: str) -> None:
    pictures, (found,) = sorted_out(read(f"image,label\n{row}\nb.jpg,dog\n"))

    assert found.code == code
    assert [picture.key for picture in pictures] == ["photos/b.jpg"]


def test_a_quote_that_is_never_closed_is_an_error_at_the_row_where_it_opens() -> None:
    pictures, (found,) = sorted_out(read('image,label\nb.jpg,dog\n"a.jpg,cat\nc.jpg,dog\n'))

    assert (found.code, found.place) == ("ERROR_INVALID_ROW", Place("a.csv", "line", 3))
    assert len(pictures) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        ("a.jpg,cat\n", "the header is a.jpg,cat"),
        ("image;label\na.jpg;cat\n", "by commas"),
        ("image,label,split\n", "leave out other columns"),
        ("image,label,left,top\n", "the header is"),
        ("image,label,label\n", "the header is"),
        ('"image,label\n', "there is no header"),
    ],
)
def test_a_file_without_the_header_is_refused_as_a_whole(text: str, words: str) -> None:
    with pytest.raises(LabelFileUnreadable, match=words):
        list(read(text))


def test_another_encoding_is_refused_with_the_line_and_what_to_do() -> None:
    with pytest.raises(LabelFileUnreadable, match=r"line 2 is not UTF-8.*CSV UTF-8"):
        list(read_csv(["image,label\nbär.jpg,cat\n".encode("latin-1")], source="a.csv", base=BASE))


def test_a_file_that_memory_would_not_hold_is_refused() -> None:
    with pytest.raises(LabelFileUnreadable, match="at most 20 bytes"):
        list(read_csv([b"image,label\n", b"a,b\n" * 10], source="a.csv", base=BASE, largest=20))
