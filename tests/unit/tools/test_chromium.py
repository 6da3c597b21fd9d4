"""Getting a Chromium for the tests that look at pages."""

from pathlib import Path

import pytest

from tools import chromium


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without any browser."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "ON_MACS", tmp_path / "none")


def test_the_one_that_is_named_comes_first_then_the_machines_own_then_the_one_that_was_got(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "got"
    assert chromium.find(folder=folder) is None

    folder.mkdir()
    (folder / "chromium").touch()
    found = chromium.find(folder=folder)
    assert found is not None
    assert found.path == str(folder / "chromium")
    assert found.environment["LD_LIBRARY_PATH"] == str(folder / "lib")

    own = tmp_path / "chromium"
    own.touch(mode=0o755)
    assert chromium.find(folder=folder) == chromium.Found(str(own))

    monkeypatch.setenv("CHROMIUM", "/opt/mine")
    assert chromium.find(folder=folder) == chromium.Found("/opt/mine")


def test_a_machine_for_which_there_is_none_is_told_so_and_nothing_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(chromium, "find", lambda: None)
    monkeypatch.setattr("sys.platform", "darwin")

    assert chromium.main() == 0
    said = capsys.readouterr().out
    assert "these tests are skipped" in said
    assert "CHROMIUM=/path/to/chromium make test" in said


def test_without_npm_nothing_half_done_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")

    with pytest.raises(chromium.NotGotError, match="npm did not run"):
        chromium.get(folder=tmp_path / "build" / "chromium")

    assert list((tmp_path / "build").iterdir()) == []


def test_another_file_than_the_one_that_was_looked_at_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fetch(command: list[str]) -> None:
        Path(command[-1].partition("=")[2], "sparticuz-chromium.tgz").write_bytes(b"other")

    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr(chromium, "_run", fetch)

    with pytest.raises(chromium.NotGotError, match="SHA-512"):
        chromium.get(folder=tmp_path / "build" / "chromium")

    assert list((tmp_path / "build").iterdir()) == []
