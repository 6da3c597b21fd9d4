"""A headless Chromium for the tests that look at pages: the machine's own, or one from npm.

`python -m tools.chromium` gets one, if there is none and this is Linux on x86-64, and never fails: without a
browser those tests are skipped, and say so. It takes a download of 67 MB, once, and 270 MB under `.build/`.

The package is @sparticuz/chromium, which holds a Chromium for AWS Lambda: one that starts on bare machines,
since it brings its libraries. It is fetched by npm, held to its hash, and unpacked here.
"""

from __future__ import annotations

import base64
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
VERSION = "153.0.0"
SHA512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
FOLDER = REPOSITORY / ".build" / f"chromium-{VERSION}"
NAMES = ("chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome")
ON_MACS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
HOW = "Install Chromium, or name one: CHROMIUM=/path/to/chromium make test"
PATIENCE_SECONDS = 300
_INFLATE = (
    "const fs = require('fs'), zlib = require('zlib'), {pipeline} = require('stream/promises');"
    "pipeline(fs.createReadStream(process.argv[1]), zlib.createBrotliDecompress(), "
    "fs.createWriteStream(process.argv[2]));"
)
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""


class NotGotError(Exception):
    """There is no Chromium to be had; the message says why."""


@dataclass(frozen=True)
class Found:
    """Where a Chromium is, and what it needs in its environment."""

    path: str
    environment: Mapping[str, str] = field(default_factory=dict)


def find(*, folder: Path = FOLDER) -> Found | None:
    """The one that `CHROMIUM` names, the machine's own, or the one that was got; None without one."""
    if named := os.environ.get("CHROMIUM"):
        return Found(named)
    for name in NAMES:
        if path := shutil.which(name):
            return Found(path)
    if ON_MACS.exists():
        return Found(str(ON_MACS))
    if (folder / "chromium").exists():
        return Found(
            str(folder / "chromium"),
            {"LD_LIBRARY_PATH": str(folder / "lib"), "FONTCONFIG_FILE": str(folder / "fonts.conf")},
        )
    return None


def get(*, folder: Path = FOLDER) -> None:
    """Fetch and unpack it. Under another name first, so that what is cut short leaves nothing half done.

    Raises:
        NotGotError: it is not for this machine, or could not be fetched.
    """
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise NotGotError("There is none on npm for this kind of machine.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        archive = _fetched(Path(work))
        filled = Path(work, "filled")
        filled.mkdir()
        _unpack(archive, filled)
        # Its place is in the file, hence the name that it is going to have.
        (filled / "fonts.conf").write_text(_FONTS.format(folder=folder / "fonts"), encoding="utf-8")
        filled.rename(folder)


def _fetched(work: Path) -> Path:
    command = ["npm", "pack", "--silent", f"@sparticuz/chromium@{VERSION}", f"--pack-destination={work}"]
    _run(command)
    (archive,) = work.glob("*.tgz")
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != SHA512:
        raise NotGotError(f"What npm fetched has the SHA-512 {found}, not {SHA512}.")
    return archive


def _unpack(archive: Path, folder: Path) -> None:
    _extract(archive, folder)
    for packed in sorted((folder / "package" / "bin").glob("*.br")):
        plain = folder / packed.stem
        _run(["node", "-e", _INFLATE, str(packed), str(plain)])
        if plain.suffix == ".tar":
            _extract(plain, folder)
            plain.unlink()
    shutil.rmtree(folder / "package")
    (folder / "chromium").chmod(0o755)


def _extract(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as tar:
        # Pythons before 3.11.4 have no filters; the archive is held to its hash anyhow.
        if hasattr(tarfile, "data_filter"):
            tar.extraction_filter = tarfile.data_filter
        tar.extractall(folder)  # noqa: S202 - see above


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - our own commands
            command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotGotError(f"{command[0]} did not run: {error}") from error
    if done.returncode:
        raise NotGotError(f"{command[0]} failed: {done.stderr.strip()[-500:]}")


def main() -> int:
    """Get one if there is none; the exit code is always 0."""
    if find() is None:
        print("Getting a Chromium for the tests that look at pages (67 MB, once)", flush=True)
        try:
            get()
        except (NotGotError, OSError) as problem:
            print(f"  None was got; these tests are skipped. {problem}\n  {HOW}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
