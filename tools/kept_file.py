"""The file in which operators' values outlast a deployment that was interrupted."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.cdk_cli import REPOSITORY
from tools.kept_parameters import KeptParameter

KEPT_DIR = REPOSITORY / ".kept-parameters"
"""Ignored by git, and left by `make clean`."""


class KeptFileError(Exception):
    """The file is not one that we wrote; the message says what to do with it."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What has to be as it was once the deployment is over."""

    parameters: tuple[KeptParameter, ...]
    quiet_rule: str | None
    """The rule that was switched off for the time, if any."""
    unheard: tuple[str, ...] = ()
    """Parameters that changed while the rule was off, in an earlier deployment, and are not applied yet."""


@dataclass(frozen=True, kw_only=True)
class KeptFile:
    """Exists from before a deployment changes anything until everything is put back."""

    path: Path

    @classmethod
    def of(cls, *, stack: str, account: str, region: str, directory: Path = KEPT_DIR) -> KeptFile:
        """One for each deployed stack."""
        return cls(path=directory / f"{stack}.{account}.{region}.json")

    def read(self) -> Kept | None:
        """What an interrupted deployment left; None if none did. Raises KeptFileError."""
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
            parameters = tuple(KeptParameter(**item) for item in document["parameters"])
            return Kept(
                parameters=parameters,
                quiet_rule=document["quiet_rule"],
                unheard=tuple(document.get("unheard", ())),
            )
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as problem:
            raise KeptFileError(
                f"{self.path} should hold operators' values from before an interrupted deployment, but it "
                f"cannot be read: {problem!r}. Set what is missing in Parameter Store, then delete the file."
            ) from problem

    def write(self, kept: Kept) -> None:
        """All of it or nothing: an interruption leaves the file before, if there was one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.path.with_suffix(".new")
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(asdict(kept), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.path)

    def remove(self) -> None:
        """Everything is as it was."""
        self.path.unlink(missing_ok=True)
