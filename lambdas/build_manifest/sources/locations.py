"""Where files of labels and their pictures may be: what the stack was allowed to read.

Asked before S3 is, because S3 says only "denied" of what is not allowed, and not what to do about it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..errors import SettingsMissing
from ..labelled.references import Folder


@dataclass(frozen=True, slots=True)
class Locations:
    folders: Sequence[Folder]

    @classmethod
    def parse(cls, text: str) -> "Locations":
        """From a JSON list of `bucket/prefix`.

        Raises:
            SettingsMissing: it is none.
        """
        try:
            pairs = [str(location).partition("/") for location in json.loads(text)]
        except (ValueError, TypeError) as error:
            raise SettingsMissing(
                "DATA_LOCATIONS, a variable of the function build_manifest, is no JSON list. The stack sets "
                "it: deploy it again."
            ) from error
        return cls([Folder(bucket=bucket, prefix=prefix) for bucket, _, prefix in pairs])

    def of(self, bucket: str, key: str) -> Folder | None:
        """The one in which the object is; None if it is in none. The shortest, if they are nested."""
        found = [
            folder for folder in self.folders if folder.bucket == bucket and key.startswith(folder.prefix)
        ]
        return min(found, key=lambda folder: len(folder.prefix), default=None)

    def __str__(self) -> str:
        return ", ".join(f"s3://{folder.bucket}/{folder.prefix}" for folder in self.folders)
