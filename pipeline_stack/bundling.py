"""Builds what is uploaded for a Lambda function: its package and its dependencies, without Docker.

Dependencies are pure Python (the `any` platform below makes pip refuse others), so whichever machine
bundles, the result is the same. They are installed once for each content of the requirements files, under
`.build/`, and copied from there, which keeps a synth quick and lets several run at the same time. What only
one function needs is in a requirements.txt of its own, beside its handler.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_

_REPOSITORY = Path(__file__).resolve().parent.parent
SOURCES = _REPOSITORY / "lambdas"
REQUIREMENTS = SOURCES / "requirements.txt"
DEPENDENCY_CACHE = _REPOSITORY / ".build" / "lambda-dependencies"

PYTHON_VERSION = "3.14"

BOTOCORE_SERVICES = frozenset(
    {"cloudformation", "dynamodb", "events", "lambda", "rekognition", "s3", "stepfunctions", "xray"}
)
"""The services that the functions call, and the one that the X-Ray SDK asks for sampling rules. botocore
describes some 400, in 25 MB that would be uploaded with each function and unpacked at each cold start.
Calling another one raises UnknownServiceError, naming it."""

_FORMAT = "1"
"""Part of every hash: raise it when bundling itself changes what comes out."""

_NOT_SHIPPED = shutil.ignore_patterns("__pycache__", "*.pyc")


class BundlingError(Exception):
    """The dependencies could not be installed; the message holds what pip said."""


def asset_code(package: str) -> lambda_.AssetCode:
    """The code of the function in `lambdas/<package>`. Its hash follows the sources and the requirements
    only, so an unchanged function is not deployed again from another machine or a fresh clone."""
    return lambda_.Code.from_asset(
        str(SOURCES / package),
        asset_hash=asset_hash(package),
        asset_hash_type=cdk.AssetHashType.CUSTOM,
        bundling=cdk.BundlingOptions(
            # Never pulled: `local` always succeeds or raises. The property is required.
            image=cdk.DockerImage.from_registry("local-bundling-only"),
            local=_LocalBundling(package),
        ),
    )


@jsii.implements(cdk.ILocalBundling)
class _LocalBundling:
    def __init__(self, package: str) -> None:
        self._package = package

    def try_bundle(self, output_dir: str, *_args: object, **_options: object) -> bool:
        shutil.copytree(installed_dependencies(self._package), output_dir, dirs_exist_ok=True)
        shutil.copytree(SOURCES / self._package, Path(output_dir, self._package), ignore=_NOT_SHIPPED)
        return True


def asset_hash(package: str) -> str:
    digest = hashlib.sha256(_dependency_key(package).encode())
    for path in _shipped_files(SOURCES / package):
        content = path.read_bytes()
        digest.update(f"\n{path.relative_to(SOURCES).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _shipped_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            yield path


def requirements_of(package: str) -> list[Path]:
    """The files that name what a function needs: the one of all, and its own if it has one."""
    own = SOURCES / package / REQUIREMENTS.name
    return [REQUIREMENTS, own] if own.is_file() else [REQUIREMENTS]


def _dependency_key(package: str) -> str:
    wanted = (path.read_text(encoding="utf-8") for path in requirements_of(package))
    parts = (_FORMAT, PYTHON_VERSION, *sorted(BOTOCORE_SERVICES), *wanted)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def installed_dependencies(package: str) -> Path:
    """The folder with what a function needs, filled the first time it is asked for; functions that need the
    same share one.

    Filled under another name and then renamed, which is atomic: an interrupted or a simultaneous
    installation leaves no half-filled folder behind, and of two that finish the first one stays.
    """
    folder = DEPENDENCY_CACHE / _dependency_key(package)[:16]
    if folder.is_dir():
        return folder
    DEPENDENCY_CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=DEPENDENCY_CACHE) as temporary:
        filling = Path(temporary, "filling")
        _install(filling, requirements_of(package))
        _prune(filling)
        try:
            filling.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    return folder


def _install(target: Path, requirements: Sequence[Path]) -> None:
    """`--no-deps`: the requirements files name every package, with its exact version."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    platform = ["--platform", "any", "--implementation", "py", "--abi", "none", "--only-binary", ":all:"]
    version = ["--python-version", PYTHON_VERSION, "--no-compile"]
    files = ["--target", str(target), *(f"--requirement={path}" for path in requirements)]
    done = subprocess.run(  # noqa: S603  # our own command line
        [*command, *platform, *version, *files], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BundlingError(
            f"pip could not install {' and '.join(map(str, requirements))} for the Lambdas, which is done "
            f"once for each content of these files and needs a package index:\n{done.stderr}"
        )


def _prune(folder: Path) -> None:
    shutil.rmtree(folder / "bin", ignore_errors=True)
    for service in (folder / "botocore" / "data").iterdir():
        if service.is_dir() and service.name not in BOTOCORE_SERVICES:
            shutil.rmtree(service)
