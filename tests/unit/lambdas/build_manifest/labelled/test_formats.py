import pytest

from lambdas.build_manifest.errors import LabelFileUnreadable
from lambdas.build_manifest.labelled.formats import Format, detect
from lambdas.build_manifest.labelled.reading import read_labels

from .reading import BASE, json_lines, only_picture

LINE = json_lines({"source-ref": "s3://bucket/a.jpg", "j": 1, "j-metadata": {"x": 1}})[0]


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.manifest", b"", Format.GROUND_TRUTH),
        ("a.JSONL", b"", Format.GROUND_TRUTH),
        ("a.csv", b"{", Format.CSV),
        ("a.json", LINE + LINE, Format.GROUND_TRUTH),
        ("a.json", b"\xef\xbb\xbf\n " + LINE, Format.GROUND_TRUTH),
        ("a.json", LINE[:40], Format.GROUND_TRUTH),
        ("a.json", b'{"info": {"year": 2026}, "ima', Format.COCO),
        ("a.json", b'{\n  "annotations": [\n', Format.COCO),
        ("a.json", b'{"images":[],"annotations":[],"categories":[]}', Format.COCO),
        ("labels.txt", b'"image","label"\r\na,b', Format.CSV),
        ("labels", b"label,image\na,b", Format.CSV),
    ],
)
def test_the_format_follows_from_extension_or_content(name: str, head: bytes, expected: Format) -> None:
    assert detect(name, head) is expected


def test_a_setting_wins_over_extension_and_content() -> None:
    assert detect("a.csv", LINE, setting="coco") is Format.COCO


@pytest.mark.parametrize("setting", ["", "COCO", "yolo"])
def test_an_unknown_setting_is_refused_with_what_is_allowed(setting: str) -> None:
    with pytest.raises(LabelFileUnreadable, match="ground_truth, coco, csv"):
        detect("a.csv", b"", setting=setting)


@pytest.mark.parametrize("head", [b"", b"<annotation>", b"0 0.5 0.5 0.1 0.1", b"{", b"[{}]", b"\x89PNG"])
def test_content_that_tells_nothing_is_refused(head: bytes) -> None:
    with pytest.raises(LabelFileUnreadable, match="tells its format"):
        detect("labels.txt", head)


def test_a_file_is_read_whole_by_the_reader_of_its_format() -> None:
    row = b"a.jpg,cat\n"
    pieces = [b"image,", b"label\n", *[row] * 10_000, b"a.jpg,dog"]

    assert only_picture(read_labels(pieces, source="x.csv", base=BASE)).labels == ("cat", "dog")


@pytest.mark.parametrize("name", ["a.manifest", "a.json", "a.csv", "a"])
@pytest.mark.parametrize("content", [b"", b" \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_told_as_one_whatever_its_name(name: str, content: bytes) -> None:
    with pytest.raises(LabelFileUnreadable, match="the file is empty"):
        list(read_labels([content], source=name, base=BASE))
