"""What is uploaded for each function, and how it is made."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline_stack import bundling
from tests.infrastructure.synthesis import run
from tests.infrastructure.templates import PACKAGES, Template, function

IMPORT_FROM_ASSET_ALONE = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
handler = importlib.import_module(sys.argv[2]).handler
assert callable(handler)
outside = {
    name: module.__file__
    for name, module in sys.modules.items()
    if "site-packages" in (getattr(module, "__file__", None) or "")
}
assert not outside, outside
"""


def asset(assembly: Path, template: Template, package: str) -> Path:
    """The folder that is uploaded for a function."""
    key = function(template, package)["Code"]["S3Key"]
    assets = json.loads((assembly / f"{template.name}.assets.json").read_text(encoding="utf-8"))
    return assembly / str(assets["files"][key.removesuffix(".zip")]["source"]["path"])


@pytest.mark.parametrize("package", PACKAGES)
def test_a_handler_is_importable_from_its_asset_with_nothing_else_on_the_path(
    assembly: Path, dev: Template, tmp_path: Path, package: str
) -> None:
    done = run(
        *(sys.executable, "-I", "-S", "-B", "-c", IMPORT_FROM_ASSET_ALONE),
        *(asset(assembly, dev, package), f"{package}.handler"),
        cwd=tmp_path,
        environment={
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "BUCKET_NAME": "a-bucket",
            "REGISTRY_TABLE_NAME": "a-table",
            "PROJECT_ARN": "a-project",
            "TRAINING_WORKFLOW_ARN": "a-workflow",
            "TRAINING_RULE_NAME": "a-rule",
            "INFERENCE_UNIT_USD_PER_HOUR": "4",
            "USUAL_DEPLOYMENT_MINUTES": "180",
            "POWERTOOLS_METRICS_NAMESPACE": "a-namespace",
            "POWERTOOLS_SERVICE_NAME": package,
        },
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("package", PACKAGES)
def test_an_asset_holds_its_own_package_and_nothing_that_was_compiled(
    assembly: Path, dev: Template, package: str
) -> None:
    folder = asset(assembly, dev, package)

    assert (folder / package / "handler.py").is_file()
    assert [other for other in PACKAGES if other != package and (folder / other).exists()] == []
    assert [path for path in folder.rglob("*") if path.suffix in (".pyc", ".so", ".pyd", ".dylib")] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_an_asset_describes_the_services_that_are_called_and_no_others(
    assembly: Path, dev: Template, package: str
) -> None:
    services = asset(assembly, dev, package) / "botocore" / "data"

    assert {path.name for path in services.iterdir() if path.is_dir()} == bundling.BOTOCORE_SERVICES
    assert sum(path.stat().st_size for path in services.rglob("*") if path.is_file()) < 3_000_000


def test_an_asset_is_the_same_from_every_folder_and_at_every_time(dev: Template, prod: Template) -> None:
    for package in PACKAGES:
        key = function(dev, package)["Code"]["S3Key"]
        assert function(prod, package)["Code"]["S3Key"] == key


def test_a_hash_follows_the_sources_and_the_requirements(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sources = tmp_path / "lambdas"
    (sources / "build_manifest" / "__pycache__").mkdir(parents=True)
    source = sources / "build_manifest" / "handler.py"
    requirements = sources / "requirements.txt"
    source.write_text("one = 1\n")
    requirements.write_text("boto3==1\n")
    monkeypatch.setattr(bundling, "SOURCES", sources)
    monkeypatch.setattr(bundling, "REQUIREMENTS", requirements)
    first = bundling.asset_hash("build_manifest")

    (source.parent / "__pycache__" / "handler.cpython-311.pyc").write_bytes(b"compiled")
    os.utime(source, (0, 0))
    assert bundling.asset_hash("build_manifest") == first

    source.write_text("two = 2\n")
    second = bundling.asset_hash("build_manifest")
    assert second != first

    requirements.write_text("boto3==2\n")
    third = bundling.asset_hash("build_manifest")
    assert third not in (first, second)

    (source.parent / "requirements.txt").write_text("pygal==1\n")
    assert bundling.asset_hash("build_manifest") not in (first, second, third)


def test_dependencies_are_installed_once_for_each_requirements_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installed: list[str] = []

    def install(target: Path, files: Sequence[Path]) -> None:
        (target / "botocore" / "data" / "s3").mkdir(parents=True)
        (target / "botocore" / "data" / "ec2").mkdir()
        installed.append("".join(path.read_text() for path in files))

    requirements = tmp_path / "requirements.txt"
    (tmp_path / "with_more").mkdir()
    (tmp_path / "with_more" / "requirements.txt").write_text("pygal==1\n")
    monkeypatch.setattr(bundling, "SOURCES", tmp_path)
    monkeypatch.setattr(bundling, "REQUIREMENTS", requirements)
    monkeypatch.setattr(bundling, "DEPENDENCY_CACHE", tmp_path / "cache")
    monkeypatch.setattr(bundling, "_install", install)

    for wanted in ("boto3==1\n", "boto3==1\n", "boto3==2\n", "boto3==1\n"):
        requirements.write_text(wanted)
        for package in ("one", "another", "with_more"):
            folder = bundling.installed_dependencies(package)
            assert [service.name for service in (folder / "botocore" / "data").iterdir()] == ["s3"]

    assert installed == [
        *("boto3==1\n", "boto3==1\npygal==1\n"),
        *("boto3==2\n", "boto3==2\npygal==1\n"),
    ]
    assert len(list((tmp_path / "cache").iterdir())) == 4


def test_requirements_that_cannot_be_installed_are_reported_with_what_pip_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("this is no requirement\n")
    monkeypatch.setattr(bundling, "SOURCES", tmp_path)
    monkeypatch.setattr(bundling, "REQUIREMENTS", requirements)
    monkeypatch.setattr(bundling, "DEPENDENCY_CACHE", tmp_path / "cache")

    with pytest.raises(
        bundling.BundlingError, match=r"requirements.txt for the Lambdas.*\n.*Invalid requirement"
    ):
        bundling.installed_dependencies("build_manifest")

    assert list((tmp_path / "cache").iterdir()) == []
