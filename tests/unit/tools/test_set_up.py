"""Setting up a clone: once, visibly, and again only when something changed."""

import sys
from pathlib import Path

import pytest

from tools import set_up
from tools.set_up import SetUpError, progress, run_showing_progress, set_up_cdk_cli, set_up_python


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose `.venv` has a Python that works."""
    for name in ("requirements.txt", "requirements-dev.txt", "package.json", "package-lock.json"):
        (tmp_path / name).write_text(name)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    return tmp_path


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The installers that were run, which do nothing here."""
    run = list[str]()

    def record(command: list[str | Path], *, cwd: Path, path: str, purpose: str) -> None:
        run.append(purpose)
        if purpose == "Making .venv":
            (cwd / ".venv").mkdir()
        if "CDK" in purpose:
            (cwd / "node_modules" / ".bin").mkdir(parents=True, exist_ok=True)
            (cwd / "node_modules" / ".bin" / "cdk").touch()

    monkeypatch.setattr(set_up, "run_showing_progress", record)
    return run


def test_a_second_run_installs_nothing(clone: Path, commands: list[str]) -> None:
    assert [set_up_python(clone), set_up_cdk_cli(clone)] == [True, True]
    assert [set_up_python(clone), set_up_cdk_cli(clone)] == [False, False]
    assert commands == ["Installing the Python packages", "Installing the CDK CLI (npm ci)"]


@pytest.mark.parametrize("changed", ["requirements.txt", "requirements-dev.txt"])
def test_a_changed_requirements_file_installs_again(clone: Path, commands: list[str], changed: str) -> None:
    set_up_python(clone)
    (clone / changed).write_text("another version")
    assert set_up_python(clone)
    assert len(commands) == 2


def test_a_changed_lock_file_installs_the_cli_again(clone: Path, commands: list[str]) -> None:
    set_up_cdk_cli(clone)
    (clone / "package-lock.json").write_text("another version")
    assert set_up_cdk_cli(clone)
    assert len(commands) == 2


def test_a_virtual_environment_whose_python_is_gone_is_made_anew(clone: Path, commands: list[str]) -> None:
    set_up_python(clone)
    (clone / ".venv" / "bin" / "python").unlink()
    set_up_python(clone)
    assert commands[1:] == ["Making .venv", "Installing the Python packages"]


def test_a_failed_installation_is_tried_again(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise SetUpError("no network")

    monkeypatch.setattr(set_up, "run_showing_progress", fail)
    for _ in range(2):
        with pytest.raises(SetUpError):
            set_up_python(clone)


def test_progress_is_shown_in_few_words() -> None:
    assert progress("Collecting rich==15.0.0 (from -r requirements-dev.txt (line 10))") == (
        "Collecting rich==15.0.0"
    )
    assert progress("Installing collected packages: a, b, c") == "Installing 3 packages (the longest step)"
    assert progress("  Using cached rich-15.0.0-py3-none-any.whl") is None


def test_a_failing_installer_shows_the_end_of_what_it_wrote(tmp_path: Path) -> None:
    script = "print('ERROR: no space left'); raise SystemExit(3)"
    with pytest.raises(SetUpError, match=r"(?s)Unpacking failed \(exit code 3\).*no space left"):
        run_showing_progress([sys.executable, "-c", script], cwd=tmp_path, path="", purpose="Unpacking")
