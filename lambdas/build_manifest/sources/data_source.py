"""Which labelled pictures a training is made of, if not of those in folders.

As cdk.json has it for an environment, and the input of Training for one execution:

    {"kind": "folders"}
    {"kind": "manifest", "train": "s3://…", "test": "s3://…", "format": "coco", "images": "s3://…/"}
    {"kind": "dataset", "train": "arn:…:project/…/dataset/train/…", "test": "arn:…"}

`pipeline_stack/data_source_settings.py` knows the same of cdk.json; this part is not in its bundle.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..errors import DataSourceInvalid
from ..labelled.formats import Format
from ..labelled.references import Folder
from ..labelled.trouble import quoted

_S3_URI = re.compile(r"s3://([0-9A-Za-z.\-_]{3,255})/(.+)", re.DOTALL)
_S3_FOLDER = re.compile(r"s3://([0-9A-Za-z.\-_]{3,255})/((?:.+/)?)", re.DOTALL)
# The API model's pattern of DatasetArn; no account or Region is left out of it.
_DATASET_ARN = re.compile(
    r"arn:[a-z\d-]+:rekognition:[a-z\d-]+:\d{12}:project/[a-zA-Z0-9_.\-]{1,255}/dataset/(train|test)/[0-9]+"
)
_FIELDS = {
    "folders": set[str](),
    "manifest": {"train", "test", "format", "images"},
    "dataset": {"train", "test"},
}
_WHERE = 'It is "data_source" in the input of Training, or else in cdk.json.'


@dataclass(frozen=True, slots=True)
class LabelFile:
    """A file of labels in S3. `uri` is how people know it."""

    bucket: str
    key: str

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSource:
    """`images`: where names begin that are no S3 URIs; None if that is the folder of each file."""

    train: LabelFile
    test: LabelFile | None = None
    format: str | None = None
    images: Folder | None = None

    def __str__(self) -> str:
        return _both(self.train.uri, None if self.test is None else self.test.uri)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSource:
    """ARNs of datasets."""

    train: str
    test: str | None = None

    def __str__(self) -> str:
        return _both(self.train, self.test)


DataSource = ManifestSource | DatasetSource
"""None in its place stands for the pictures in folders."""


def data_source_from(value: object) -> DataSource | None:
    """Parse what the workflow sends; None, as nothing at all, stands for folders.

    Raises:
        DataSourceInvalid: it is none of the three forms.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise _invalid(f"is {quoted(value)}", "an object")
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in _FIELDS:
        raise _invalid(f"has the kind {quoted(kind)}", f"a kind of {', '.join(_FIELDS)}")
    given = {name: field for name, field in value.items() if name != "kind" and field is not None}
    unknown = sorted(given.keys() - _FIELDS[kind])
    if unknown:
        allowed = ", ".join(sorted(_FIELDS[kind])) or "nothing else"
        raise _invalid(f"of the kind {kind} has {quoted(unknown[0])}", allowed)
    if kind == "manifest":
        return _manifest(given)
    return _dataset(given) if kind == "dataset" else None


def _manifest(given: Mapping[str, object]) -> ManifestSource:
    labels = given.get("format")
    if labels is not None and labels not in set(Format):
        raise _invalid(f"has the format {quoted(labels)}", f"one of {', '.join(Format)}, or none")
    return ManifestSource(
        train=_file("train", given.get("train")),
        test=_file("test", given["test"]) if "test" in given else None,
        format=str(labels) if labels is not None else None,
        images=_folder(given["images"]) if "images" in given else None,
    )


def _file(name: str, value: object) -> LabelFile:
    match = _S3_URI.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2].endswith("/"):
        raise _invalid(f'has the file "{name}" {quoted(value)}', "s3://BUCKET/KEY of a file of labels")
    return LabelFile(match[1], match[2])


def _folder(value: object) -> Folder:
    match = _S3_FOLDER.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _invalid(
            f'has the folder "images" {quoted(value)}', "s3://BUCKET/FOLDER/, with a slash at the end"
        )
    return Folder(bucket=match[1], prefix=match[2])


def _dataset(given: Mapping[str, object]) -> DatasetSource:
    for name in ("train", "test"):
        value = given.get(name)
        if name == "test" and value is None:
            continue
        match = _DATASET_ARN.fullmatch(value) if isinstance(value, str) else None
        if match is None or match[1] != name:
            raise _invalid(
                f'has the dataset "{name}" {quoted(value)}',
                f"the ARN of a {name} dataset, "
                f"arn:aws:rekognition:REGION:ACCOUNT:project/NAME/dataset/{name}/NUMBER",
            )
    train, test = given["train"], given.get("test")
    return DatasetSource(train=str(train), test=str(test) if test is not None else None)


def _both(train: str, test: str | None) -> str:
    return train if test is None else f"{train} and {test}"


def _invalid(found: str, allowed: str) -> DataSourceInvalid:
    return DataSourceInvalid(f'"data_source" {found}; allowed is {allowed}. {_WHERE}')
